import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.parsing.limits import check_integer, check_json, fits, is_session_id, name, stored_size
from uxpipeline.ingest.refusal import LineRefused


@pytest.mark.parametrize("value", ["s", "x" * 200, "01a10b00-382c-7960-9273-cc25dd12ceb0", "a:b|c d", "é" * 100])
def test_a_session_may_be_called_anything_opaque(value: str) -> None:
    assert is_session_id(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "x" * 201,
        "é" * 101,
        "jane@example.com",
        "jane%40example.com",
        "a\u200bb",
        "a\nb",
        "＠",
        "4915112345678",
        "７",
    ],
)
def test_a_session_id_is_short_visible_and_nobodys_address_or_number(value: str) -> None:
    assert not is_session_id(value)


def test_names_are_cleaned_but_never_masked_or_shortened() -> None:
    assert name(" lead\u200b_capture\n", "funnel_name") == "lead_capture"
    for value, reason in (("\u200b ", "missing_field"), ("é" * 101, "too_long"), ("a@b.c", "bad_name")):
        with pytest.raises(LineRefused) as refusal:
            name(value, "funnel_name")
        assert (refusal.value.rejected.reason, refusal.value.rejected.detail) == (reason, "funnel_name")


@pytest.mark.parametrize("value", [None, 0, 2**31 - 1])
def test_integers_fit_the_column(value: int | None) -> None:
    check_integer(value, "duration_seconds")


@pytest.mark.parametrize("value", [-1, 2**31, 10**400])
def test_other_integers_are_refused(value: int) -> None:
    with pytest.raises(LineRefused, match="number_out_of_range"):
        check_integer(value, "duration_seconds")


def test_the_size_of_json_is_what_storage_needs_not_what_text_needs() -> None:
    check_json({"text": "x" * 65_000}, "event_data")
    for large in ({"text": "x" * 65_536}, {"text": "é" * 32_768}, {"ones": [1] * 12_000}, {"x" * 65_536: 1}):
        with pytest.raises(LineRefused, match="too_large"):
            check_json(large, "event_data")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_the_short_cut_never_lets_through_what_the_walk_would_not(value: dict[str, object]) -> None:
    size = stored_size(value)
    assert not fits(value, size - 1)
    assert fits(value, size)
