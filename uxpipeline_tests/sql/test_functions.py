"""How pages and elements are named."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import value

ID = "01a10b00-37ff-7c36-b988-312ee5154704"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://shop.example/cart", "/cart"),
        ("https://shop.example/cart/", "/cart"),
        ("https://shop.example", "/"),
        ("https://shop.example/", "/"),
        ("", "/"),
        ("/cart?utm_source=mail#top", "/cart"),
        ("/cart#top", "/cart"),
        ("https://shop.example?x=1", "/"),
        ("https://shop.example/order/12/item/7", "/order/:id/item/:id"),
        (f"/order/{ID}", "/order/:id"),
        ("/order/12a", "/order/12a"),
        ("/2026/sale", "/:id/sale"),
        ("app+x://host/cart", "/cart"),
    ],
)
def test_a_page_is_named_by_its_path_without_ids(db: Connection, url: str, key: str) -> None:
    assert value(db, "select uxpipeline.page_key(%s)", url) == key


@pytest.mark.parametrize(
    ("session", "text"),
    [
        ("abc", "abc"),
        ("abc", '{"session_id":"abc","n":1}'),
        ("abc", "1\tabc\t2"),
        ("abc", "https://shop.example/?sid=abc&x=1"),
        ('a"b', '{"session_id": "a\\"b"}'),
        ('a"b', '1,"a""b",2'),
        ("a\\b", '{"session_id": "a\\\\b"}'),
        ("ünï", '{"session_id": "ünï"}'),
        ("a.b*[c](d)|^$+?{2}", '{"session_id": "a.b*[c](d)|^$+?{2}"}'),
        ("-a-", '{"session_id": "-a-"}'),
    ],
)
def test_a_text_names_a_session_however_it_is_quoted(db: Connection, session: str, text: str) -> None:
    assert value(db, "select uxpipeline.names_session(%s, %s)", text, session) is True


@pytest.mark.parametrize(
    ("session", "text"),
    [
        ("abc", "abcd"), ("abc", "0abc"), ("abc", "x-abc"), ("abc", "abc_1"), ("a", '{"session_id": "abc"}'),
        ("a.c", "abc"), ("ü", "üb"), ("abc", None), ("abc", ""), ('"', '{"session_id": "abc"}'),
    ],
)  # fmt: skip
def test_part_of_another_word_names_no_session(db: Connection, session: str, text: str | None) -> None:
    assert value(db, "select uxpipeline.names_session(%s, %s)", text, session) is False


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("body > main > button#pay", "#pay"),
        ("button#pay:nth-child(2)", "#pay"),
        ("form#order > button", "form#order > button"),
        ("div > button[data-testid=pay]", "[data-testid=pay]"),
        ("div > input[name=mail]", "[name=mail]"),
        ("div > input#mail[name=other]", "#mail"),
        ("ul > li:nth-child(3) > a:nth-of-type(1)", "ul > li > a"),
        (":nth-child(1)", None),
        ("", None),
    ],
)
def test_an_element_is_named_by_its_id_else_its_attribute_else_its_path(
    db: Connection, path: str, key: str | None
) -> None:
    assert value(db, "select uxpipeline.element_key(%s)", path) == key
