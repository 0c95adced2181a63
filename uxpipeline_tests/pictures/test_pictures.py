"""Drawings are well formed whatever surfaces are called, and put things where their numbers say."""

import base64
import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from uxpipeline.friction.store import DayScore, RankedSurface, Trend
from uxpipeline.pictures.expected import ExpectedChange, expected_picture
from uxpipeline.pictures.ranking import ranking_picture
from uxpipeline.pictures.scale import Scale
from uxpipeline.pictures.svg import data_uri, words
from uxpipeline.pictures.trend import trend_picture

BUY = RankedSurface(1, "element", "#buy", 17, 62, 0.278, 0.19, 0.374, 16.6, -8.8, 26.4, "B")
FIRST = date(2026, 11, 1)
NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    pytest.param("<img src=x onerror=alert(1)>", id="html"),
    pytest.param('"/><script>alert(1)</script>', id="attribute"),
    pytest.param("]]></text></svg>&amp;", id="xml"),
    pytest.param("| a `b` ](javascript:alert(1))\n\n# c", id="markdown"),
    pytest.param("\x00\x1b[2J\ufdd0\N{RIGHT-TO-LEFT OVERRIDE}", id="invisible"),
    pytest.param("a" * 1200, id="long"),
]


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  # our own


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in drawn(picture).iter(f"{NAMESPACE}text")]


def dots(picture: str) -> list[float]:
    return [float(element.attrib["cx"]) for element in drawn(picture).iter(f"{NAMESPACE}circle")]


def trend(surface: RankedSurface, *shifts: int) -> Trend:
    days = [
        DayScore("element", surface.surface_key, FIRST + timedelta(days=n), 0.2 + n / 100, 0.1, 0.4, None, None, None)
        for n in shifts
    ]
    return Trend("element", surface.surface_key, days)


def test_a_ranking_shows_rank_surface_rate_loss_and_grade() -> None:
    assert {"1", "#buy", "27.8% (19.0% – 37.4%)", "16.6 (−8.8 to 26.4)", "B"} <= set(texts(ranking_picture([BUY])))


def test_a_greater_loss_lies_further_right() -> None:
    greater = replace(BUY, rank=2, surface_key="#pay", lost_conversions=20.0)

    _, first, _, second = dots(ranking_picture([BUY, greater]))

    assert second > first


def test_what_is_not_estimated_has_no_dot() -> None:
    unknown = replace(BUY, lost_conversions=None, lost_low=None, lost_high=None, evidence_grade="D")

    picture = ranking_picture([unknown])

    assert "not estimated" in texts(picture)
    assert len(dots(picture)) == 1


def test_the_site_has_no_rank() -> None:
    assert "1" not in texts(ranking_picture([replace(BUY, surface_level="site", surface_key="site")]))


def test_days_of_a_trend_lie_apart_as_their_dates_do() -> None:
    first, second, third = dots(trend_picture([trend(BUY, 0, 1, 4)]))

    assert (third - second) == pytest.approx(3 * (second - first), abs=0.2)


def test_a_single_day_is_a_dot() -> None:
    assert len(dots(trend_picture([trend(BUY, 0)]))) == 1


@pytest.mark.parametrize("key", HOSTILE)
def test_names_stay_text(key: str) -> None:
    harmless = ranking_picture([BUY]), trend_picture([trend(BUY, 0, 1)])
    named = replace(BUY, surface_key=key)
    found = ranking_picture([named]), trend_picture([trend(named, 0, 1)])

    for picture, expected in zip(found, harmless, strict=True):
        assert [element.tag for element in drawn(picture).iter()] == [element.tag for element in drawn(expected).iter()]
        assert [element.keys() for element in drawn(picture).iter()] == [e.keys() for e in drawn(expected).iter()]
        assert max(map(len, texts(picture))) < 60


@pytest.mark.parametrize("name", HOSTILE)
def test_proposals_of_others_stay_text(name: str) -> None:
    picture = expected_picture([ExpectedChange(name, 0.1, -0.05, 0.2)])

    assert {element.tag.removeprefix(NAMESPACE) for element in drawn(picture).iter()} <= {
        "svg", "rect", "line", "text", "circle",
    }  # fmt: skip


def test_marks_that_cannot_be_printed_are_made_visible() -> None:
    assert "\N{REPLACEMENT CHARACTER}" in words(0, 0, "a\x00b")


def test_a_picture_brings_its_own_bytes() -> None:
    picture = ranking_picture([BUY])

    found = re.fullmatch(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", data_uri(picture))

    assert found
    assert base64.b64decode(found[1]).decode() == picture
    assert not re.search(r"href|url\(|<script|<image", picture)


@pytest.mark.parametrize(
    ("values", "start", "end"),
    [([], 0, 1), ([12.3], 0, 20), ([-2.7, 26.4], -3, 30), ([0.04, -0.3], -0.3, 0.04), ([-5.0], -5, 1)],
)
def test_a_scale_around_zero_has_round_ends(values: list[float], start: float, end: float) -> None:
    scale = Scale.around_zero(values)

    assert [scale.start, scale.end] == pytest.approx([start, end])
    assert all(0 <= scale.share(value) <= 1 for value in [0.0, *values])
