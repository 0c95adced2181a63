"""The refresh benchmark at a small size: what it compares is equal, what it draws is drawn. No time is judged."""

import json
from pathlib import Path

from benchmarks.refresh import SCENARIOS, main
from benchmarks.svg import curves


def test_every_scenario_equals_the_seed(tmp_path: Path) -> None:
    out, plot = tmp_path / "figures.json", tmp_path / "plot.svg"

    assert main(["--history", "2", "4", "--per-day", "1000", "--fast", "--out", str(out), "--plot", str(plot)]) == 0

    worlds = json.loads(out.read_text(encoding="utf-8"))
    assert [world["unlike"] for world in worlds] == [dict.fromkeys(SCENARIOS, 0)] * len(worlds)
    assert all(world["events_mb"] > 0 and world["facts_mb"] > 0 for world in worlds)
    assert plot.read_text(encoding="utf-8").count("<polyline") == len(SCENARIOS) + 1


def test_a_chart_of_one_point_is_drawn() -> None:
    assert "<circle" in curves([1.0], {"one & only": [2.0]}, "x", "y")
