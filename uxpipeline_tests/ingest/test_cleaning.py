import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.masking.cleaning import shortened, shortened_start, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Add to cart", "Add to cart"),
        ("Žluťoučký kůň 🐎", "Žluťoučký kůň 🐎"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x07", "[31mred"),
        ("zero\u200bwidth\u200d\u2060\ufeff", "zerowidth"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("soft\xadhyphen", "softhyphen"),
    ],
)
def test_only_what_a_person_sees_stays(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text())
def test_seeing_twice_is_seeing_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_text_that_fits_is_not_touched() -> None:
    assert shortened("é" * 10, 20) == "é" * 10
    assert shortened_start("é" * 10, 20) == "é" * 10


def test_cuts_keep_whole_characters_and_say_so() -> None:
    assert shortened("é" * 10 + "x", 20) == "é" * 8 + "…"
    assert shortened_start("x" + "é" * 10, 20) == "…" + "é" * 8


@given(st.text(), st.integers(4, 60))
def test_no_text_outgrows_its_limit(text: str, limit: int) -> None:
    for shorten in (shortened, shortened_start):
        assert len(shorten(text, limit).encode()) <= limit
        assert shorten(shorten(text, limit), limit) == shorten(text, limit)
