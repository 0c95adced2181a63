"""Rage clicks of trackers that report none, as derived from the clicks they do report."""

import json

import pytest

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.signals import rage_clicks
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.ingest.builders import DATA
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import START, Line, event, orders

GOLDEN: list[JsonObject] = json.loads((DATA / "peer_rage_clicks.json").read_text(encoding="utf-8"))["cases"]
DERIVED = """
    select round(extract(epoch from "timestamp" - %s) * 1000)::integer
    from public.behavior_events where event_type = 'rage_click' order by "timestamp"
"""


def click(ms: float, element: str = "pay", page_view: str = "1", **fields: str) -> Line:
    return event("s", ms / 1000, element_path=f"button#{element}", metadata=rage_clicks(page_view, element), **fields)


def bursts(landing: Landing) -> list[int]:
    """Milliseconds after the start of the visit at which rage clicks happened."""
    return [ms for (ms,) in rows(landing.connection, DERIVED, START)]


class TestGoldenVectors:
    """What a published tracker calls a rage click, from its own tests."""

    @staticmethod
    def clicks(case: JsonObject) -> list[Line]:
        return [
            event("s", t / 1000, coordinates={"x": x, "y": y}, metadata=rage_clicks("1", "", within_px=30))
            for x, y, t in case["clicks_xyt"]
        ]

    @staticmethod
    def fired(case: JsonObject) -> list[int]:
        return [t for (_, _, t), fires in zip(case["clicks_xyt"], case["fires"], strict=True) if fires]

    @pytest.mark.parametrize("case", GOLDEN)
    def test_one_file(self, landing: Landing, case: JsonObject) -> None:
        landing.load(*self.clicks(case))
        assert bursts(landing) == self.fired(case)

    @pytest.mark.parametrize("case", GOLDEN)
    def test_a_file_a_click_the_last_one_first(self, landing: Landing, case: JsonObject) -> None:
        for line in reversed(self.clicks(case)):
            landing.load(line)
        assert bursts(landing) == self.fired(case)


@pytest.mark.parametrize(("gap", "derived"), [(999, [1998]), (1000, [])])
def test_clicks_of_a_burst_are_less_than_a_second_apart(landing: Landing, gap: int, derived: list[int]) -> None:
    landing.load(*(click(gap * number) for number in range(3)))
    assert bursts(landing) == derived


def test_a_long_burst_is_one(landing: Landing) -> None:
    landing.load(*(click(300 * number) for number in range(12)))
    assert bursts(landing) == [600]


def test_another_element_or_page_view_is_another_burst(landing: Landing) -> None:
    landing.load(click(0), click(100), click(200, "coupon"), click(300, page_view="2"))
    assert bursts(landing) == []


def test_clicks_elsewhere_do_not_hold_a_burst_together(landing: Landing) -> None:
    landing.load(*(click(ms) for ms in (0, 1200, 2400)), *(click(ms, "coupon") for ms in (600, 1800)))
    assert bursts(landing) == []


@pytest.mark.parametrize("order", orders([0, 500, 1000, 1500]))
def test_clicks_may_come_in_any_order_of_files(landing: Landing, order: tuple[int, ...]) -> None:
    for ms in order:
        landing.load(click(ms))
    assert bursts(landing) == [1000]


def test_a_late_click_joins_two_bursts(landing: Landing) -> None:
    landing.load(*(click(ms) for ms in (0, 200, 400, 1800, 2000, 2200)))
    assert bursts(landing) == [400, 2200]
    landing.load(click(1100))
    assert bursts(landing) == [400]


def test_a_late_click_far_away_parts_a_burst(landing: Landing) -> None:
    def at(ms: int, x: int) -> Line:
        return event("s", ms / 1000, coordinates={"x": x, "y": 0}, metadata=rage_clicks("1", "", within_px=30))

    landing.load(*(at(ms, 0) for ms in (0, 400, 800)))
    assert bursts(landing) == [800]
    landing.load(at(600, 500))
    assert bursts(landing) == []


def test_a_repeated_click_is_none(landing: Landing) -> None:
    retry = click(400) | {"timestamp": click(500)["timestamp"]}
    landing.load(click(0), click(400))
    landing.load(retry)
    assert bursts(landing) == []


def test_a_rage_click_is_where_its_third_click_was_and_says_who_found_it(landing: Landing) -> None:
    landing.load(*(click(ms, component_id="checkout", element_type="button") for ms in (0, 100, 200)))
    told = """
        select session_id, page_url, element_path, element_type, component_id, metadata
        from public.behavior_events where event_type = 'rage_click'
    """
    metadata = {
        "detector": "uxpipeline.rage_click",
        "version": 1,
        "parameters": {"clicks": 3, "within_ms": 1000},
    }
    place = ("s", "https://shop.example/cart", "button#pay", "button", "checkout")
    assert rows(landing.connection, told) == [(*place, metadata)]


def test_clicks_that_do_not_ask_for_it_make_none(landing: Landing) -> None:
    landing.load(*(event("s", second / 10) for second in range(5)))
    assert bursts(landing) == []


def test_what_a_source_reports_itself_stays(landing: Landing) -> None:
    landing.load(event("s", 3, "rage_click"), click(0))
    assert bursts(landing) == [3000]


@pytest.mark.parametrize("marked", ["yes", ["of"], {"of": 1}, {"of": "a", "within_px": "near"}, {"within_px": 30}])
def test_marks_that_make_no_sense_do_no_harm(landing: Landing, marked: object) -> None:
    lines = [event("s", second, metadata={"rage_clicks": marked}, coordinates={"x": "left"}) for second in (0, 1)]
    assert landing.load(*lines).status == "loaded"


def test_loading_again_changes_nothing(landing: Landing) -> None:
    lines = [click(ms) for ms in (0, 100, 200)]
    landing.load(*lines)
    everything = "select xmin::text, to_jsonb(be) from public.behavior_events be order by id"
    before = rows(landing.connection, everything)
    landing.load(*lines, event("other", 1))
    assert [row for row in rows(landing.connection, everything) if row[1]["session_id"] == "s"] == before
