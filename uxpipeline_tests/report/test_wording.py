"""Numbers and names in words."""

from datetime import date

import pytest

from uxpipeline.pictures.scale import Scale
from uxpipeline.report import wording


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "not estimated"), (0, "0%"), (1, "100%"), (1e-57, "<0.1%"), (0.0005, "0.1%"), (0.24815, "24.8%")],
)
def test_percent(value: float | None, shown: str) -> None:
    assert wording.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "not estimated"), (0, "0 lines"), (1, "1 line"), (0.6, "1 line"), (2411, "2,411 lines")]
)
def test_count(value: float | None, shown: str) -> None:
    assert wording.count(value, "line") == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "not estimated"), (0.042, "+4.2%"), (-0.5, "-50.0%")])
def test_change(value: float | None, shown: str) -> None:
    assert wording.change(value) == shown


@pytest.mark.parametrize(("low", "high"), [(None, 0.1), (0.1, None)])
def test_half_an_interval_is_none(low: float | None, high: float | None) -> None:
    assert wording.interval(low, high) == "not estimated"


@pytest.mark.parametrize(("days", "shown"), [(1, "1 day"), (13, "13 days"), (14, "2 weeks"), (1063, "152 weeks")])
def test_weeks(days: int, shown: str) -> None:
    assert wording.weeks(days) == shown


def test_day_is_english() -> None:
    assert wording.day(date(2026, 3, 1)) == "1 March 2026"


@pytest.mark.parametrize("plain", ["Frühstück (2).jsonl", "$autocapture:change", "購入", "खरीद", "a=b & c, d+e", "50%"])
def test_plain_text_stays(plain: str) -> None:
    assert wording.text(plain) == plain


@pytest.mark.parametrize("mark", ["<", "{", "}", "\\", "\x1b", "\r", "\n", "\t", "\u202e", "\u200b", "\ue000"])
def test_other_marks_become_one_visible_mark(mark: str) -> None:
    assert wording.text(f"a{mark}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_long_text_ends_visibly() -> None:
    assert wording.text("abcdef", 6) == "abcdef"
    assert wording.text("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("level", "denominator"),
    [
        (level, denominator)
        for level in ("element", "component", "page", "site")
        for denominator in ("interaction", "form_start", "page")
    ],
)
def test_every_denominator_has_words(level: str, denominator: str) -> None:
    assert wording.exposure(denominator, level)


@pytest.mark.parametrize("proposal_id", ["-rf", "a b", "a;b", "$(a)", "a\n", "", "a" * 201])
def test_no_command_for_odd_ids(proposal_id: str) -> None:
    assert wording.command(proposal_id) is None


def test_scale_ends_at_the_next_round_share() -> None:
    assert Scale.over([0.1, None, 0.369]).ticks == ("0%", "20%", "40%")
    assert Scale.over([]).end > 0


@pytest.mark.parametrize(("value", "position"), [(-1, "0.00%"), (0, "0.00%"), (0.1, "25.00%"), (7, "100.00%")])
def test_positions_stay_inside(value: float, position: str) -> None:
    assert Scale(0.4).at(value) == position
