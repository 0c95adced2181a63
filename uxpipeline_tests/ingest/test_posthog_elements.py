import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.sources.elements import NOWHERE, Element, Form, Place, Target
from uxpipeline.ingest.sources.posthog_elements import parse_chain, parse_list, target_of_chain

OUTER = ';section:attr__data-component="cart"nth-child="1"nth-of-type="3";main:nth-of-type="1";body:nth-of-type="1"'
COUPON = (
    'button.btn.btn-primary:attr__class="btn btn-primary"attr__data-component="coupon-button"attr__id="apply-coupon"'
    'nth-child="4"nth-of-type="1"text="Apply coupon"' + OUTER
)
CHECKOUT = ';form:attr__id="checkout-form"attr__name="checkout"nth-of-type="1"' + OUTER
PATH = 'body > main > section[data-component="cart"]'


def target(chain: str) -> Target:
    return target_of_chain(chain, "data-component")


def test_a_chain_becomes_the_place_of_its_target() -> None:
    assert target(COUPON) == Target(Place(f"{PATH} > button#apply-coupon", "button", "Apply coupon", "coupon-button"))


def test_the_component_is_the_nearest_one_and_its_attribute_is_configurable() -> None:
    assert target("span" + OUTER).place.component_id == "cart"
    assert target('a;div:attr__data-block="hero"').place.component_id is None
    assert target_of_chain('a;div:attr__data-block="hero"', "data-block").place.component_id == "hero"
    assert (
        target_of_chain('a;div:attr__data-block="hero"', "data-block").place.element_path
        == 'div[data-block="hero"] > a'
    )


@pytest.mark.parametrize(
    ("element", "selector"),
    [
        ('button.a.b:attr__id="x"nth-of-type="2"', "button#x"),
        ('input:attr__id="a.b:1"', 'input[id="a.b:1"]'),
        ('input:attr__name="email"nth-of-type="2"', 'input[name="email"]'),
        ('a:attr__data-testid="go"attr__name="n"nth-of-type="2"', 'a[data-testid="go"][name="n"]'),
        ('li:attr__data-component="card"nth-of-type="4"', 'li[data-component="card"]'),
        ('li:nth-child="9"nth-of-type="4"', "li:nth-of-type(4)"),
        ('li:nth-of-type="1"', "li"),
        ('li:nth-of-type="99999999999999999999"', "li:nth-of-type(999999)"),
        ('li:nth-of-type="²"', "li"),
        ('a:attr__name="a \\"quoted\\" name"', 'a[name="a \\"quoted\\" name"]'),
        ("DIV", "div"),
    ],
)
def test_an_element_is_named_by_what_lasts(element: str, selector: str) -> None:
    assert target(element).place.element_path == selector


@pytest.mark.parametrize(
    ("chain", "tags"),
    [
        ('a:text="semi;colon";div', ["a", "div"]),
        ('a:text="escaped \\"quote\\"; here";div', ["a", "div"]),
        ('div.md:flex.w-1/2:attr__id="x"', ["div"]),
        ("a;;div;", ["a", "div"]),
        ('a:text="never closed;div', ["a"]),
        (';:="";"', []),
        ("", []),
    ],
)
def test_separators_inside_quotes_and_classes_separate_nothing(chain: str, tags: list[str]) -> None:
    assert [element.tag for element in parse_chain(chain)] == tags


def test_a_class_with_a_colon_hides_no_attribute() -> None:
    [element] = parse_chain('div.md:flex.hover:x:attr__class="md:flex"attr__id="box"text="a=\\"b\\""')
    assert (element.attributes, element.text) == ({"class": "md:flex", "id": "box"}, 'a="b"')


@pytest.mark.parametrize(
    ("chain", "form_id", "field"),
    [
        ('input:attr__id="co-name"attr__name="full_name";label' + CHECKOUT, "checkout-form", "full_name"),
        ('textarea:attr__id="co-note"' + CHECKOUT, "checkout-form", "co-note"),
        ("select" + CHECKOUT, "checkout-form", "select"),
        ('input:attr__type="checkbox"' + CHECKOUT, "checkout-form", "input"),
        ('button:attr__type="submit"' + CHECKOUT, "checkout-form", None),
        ('span;button:attr__type="button"' + CHECKOUT, "checkout-form", None),
        ('input:attr__type="submit"' + CHECKOUT, "checkout-form", None),
        ('input:attr__type="reset"' + CHECKOUT, "checkout-form", None),
        ('input;form:attr__name="search"', "search", "input"),
        ('input;form:nth-of-type="2";body', "body > form:nth-of-type(2)", "input"),
    ],
)
def test_the_form_around_a_target_and_what_was_touched_in_it(chain: str, form_id: str, field: str | None) -> None:
    form = target(chain).form
    assert form
    assert (form.form_id, form.field) == (form_id, field)


def test_the_form_has_a_place_of_its_own_the_same_for_every_field() -> None:
    place = Place(f"{PATH} > form#checkout-form", "form", None, "cart")
    assert target('input:attr__data-component="x"' + CHECKOUT).form == Form("checkout-form", place, "input")
    assert target(CHECKOUT[1:]).form == Form("checkout-form", place, "checkout")


def test_outside_a_form_there_is_none() -> None:
    assert target('input:attr__id="coupon";label' + OUTER).form is None
    assert target("") == Target(NOWHERE)


def test_the_list_the_client_sends_says_the_same_as_a_chain() -> None:
    items = [
        {"tag_name": "button", "$el_text": "Apply coupon", "classes": ["btn"], "attr__id": "apply-coupon"},
        {"tag_name": "section", "attr__data-component": "cart", "nth_child": 1, "nth_of_type": 3},
        {"tag_name": 5},
        "nonsense",
    ]
    assert parse_list(items) == [
        Element("button", {"id": "apply-coupon"}, "Apply coupon", 1),
        Element("section", {"data-component": "cart"}, None, 3),
    ]


values = st.text(st.characters(exclude_characters="\\", codec="utf-8"), max_size=10)
keys = st.text("abcxyz-_", min_size=1, max_size=8)
element_parts = st.tuples(
    st.sampled_from(["a", "div", "my-tag"]), st.dictionaries(keys, values), st.none() | values, st.integers(1, 99)
)


def written(tag: str, attributes: dict[str, str], text: str | None, nth: int) -> str:
    pairs = {f"attr__{key}": value for key, value in attributes.items()} | {"nth-of-type": str(nth)}
    if text is not None:
        pairs["text"] = text
    return f"{tag}.some.class:" + "".join(
        '{}="{}"'.format(key, value.replace('"', '\\"')) for key, value in sorted(pairs.items())
    )


@given(st.lists(element_parts, max_size=5))
def test_a_chain_written_as_the_client_does_comes_back(
    parts: list[tuple[str, dict[str, str], str | None, int]],
) -> None:
    assert parse_chain(";".join(written(*part) for part in parts)) == [Element(*part) for part in parts]


@given(st.text(st.sampled_from('ab;:."=\\ é\n')) | st.text())
def test_no_text_breaks_the_parser(chain: str) -> None:
    assert isinstance(target(chain), Target)


@pytest.mark.parametrize("piece", ["a", ";", ":", '"', "=", '\\"', 'a:b="', 'a:b="c"', ":a", 'a:b="c\\'])
def test_long_nonsense_takes_no_time(piece: str) -> None:
    # One mebibyte, the longest line: anything quadratic would take hours.
    parse_chain(piece * (2**20 // len(piece)))
    parse_chain('a:b="' + piece * (2**20 // len(piece)))
