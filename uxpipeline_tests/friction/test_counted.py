"""Counting against second opinions: in memory, and one visitor at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.friction.facts import Window, count
from uxpipeline.friction.parameters import EvidenceGate, Parameters
from uxpipeline.friction.scores import score
from uxpipeline_tests.friction.worlds import AS_OF, NOW, WORLDS, Site, World, draw_site
from uxpipeline_tests.friction.worlds_counted import count_site
from uxpipeline_tests.friction.worlds_stored import store_facts, store_sessions

SMALL = Parameters(gate=EvidenceGate(20, 5, 5))
WINDOW = Window(AS_OF, NOW, SMALL.window_days, SMALL.recent_days)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_the_database_counts_what_memory_counts(connection: Connection, world: World) -> None:
    site = draw_site(replace(world, sessions=1_200), 100)
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site, all_levels=False)
        stored = score(count(connection, WINDOW, SMALL), WINDOW, SMALL)

    counted = score(count_site(site, SMALL), WINDOW, SMALL)

    assert counted["severity"].notna().any()
    pd.testing.assert_frame_equal(stored, counted, check_dtype=False, rtol=1e-5, atol=1e-9)


def test_where_nobody_converts_nothing_is_estimated() -> None:
    site = draw_site(World("nobody", sessions=2_000, surfaces=6, friction=0.1, base=-60.0), 100)

    found = score(count_site(site, SMALL), WINDOW, SMALL)

    assert (found["affected_sessions"] > 100).any()
    assert found["severity"].isna().all()
    assert set(found["evidence_grade"]) == {"D"}


def test_the_site_s_total_is_the_sum_of_its_elements() -> None:
    site = draw_site(World("sum", sessions=6_000, surfaces=6, friction=0.1, harm={4: 0.6}), 100)

    found = score(count_site(site, SMALL), WINDOW, SMALL)

    of_any = found[found["signal"] == "any"].groupby("surface_level")
    lost = of_any["lost_conversions"].sum()
    assert lost["element"] > 1
    assert lost["site"] == pytest.approx(lost["element"], rel=0.01)


Stratum = tuple[object, ...]


class Trial(NamedTuple):
    """A session at its k-th interaction with a surface; nested strata from fine to coarse."""

    surface: int
    strata: tuple[Stratum, ...]
    visitor: int
    case: bool
    later: bool
    converted: bool


class Place(NamedTuple):
    """A trial in a stratum it is compared in: a case in one, a control in each that needs it."""

    trial: Trial
    stratum: Stratum


def trials_of(site: Site) -> Iterable[Trial]:
    """Trials of elements; each session in plain words."""
    sessions = site.sessions.to_dict("records")
    sequences = defaultdict(list)
    for row in site.interactions.to_dict("records"):
        sequences[row["session"], row["surface"]].append(row)
    for (session, surface), rows in sequences.items():
        about = sessions[session]
        troubled = [k for k, row in enumerate(rows, 1) if row["kind"] > 0]
        for k, row in enumerate(rows[:10], 1):
            if troubled and k > troubled[0]:
                break
            steps = sum(0 < about[name] <= row["at"] for name in ("step_at", "converted_at"))
            activity = sum(row["before"] >= edge for edge in (1, 3, 7, 15, 31, 63, 127))
            week = (AS_OF - datetime.fromtimestamp(row["at"], UTC).date()).days // 7
            finest = (k, steps, activity, about["device"], about["referrer"], week)
            case = bool(troubled) and k == troubled[0]
            yield Trial(
                surface, tuple(finest[:length] for length in (6, 5, 4)), about["visitor"], case,
                bool(troubled) and not case, about["converted_at"] > row["at"],
            )  # fmt: skip


def places_of(trials: list[Trial]) -> list[Place]:
    """Each case in the finest of its strata that holds enough controls, and beside all of those."""
    held = Counter(stratum for trial in trials if not trial.case for stratum in trial.strata)
    enough = [[s for s in trial.strata if held[s] >= SMALL.fewest_controls] for trial in trials]
    cases = [Place(trial, strata[0]) for trial, strata in zip(trials, enough, strict=True) if trial.case and strata]
    needed = {case.stratum for case in cases}
    controls = [Place(t, stratum) for t in trials if not t.case for stratum in t.strata if stratum in needed]
    return cases + controls


def contrast_of(places: list[Place], weights: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Severity of one surface, each place counted by its weight."""
    sums: dict[Stratum, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (trial, stratum), weight in zip(places, weights, strict=True):
        names = ("n1", "c1", "") if trial.case else ("n0", "c0", "later")
        for name, counted in zip(names, (True, trial.converted, trial.later), strict=True):
            sums[stratum][name] += weight * counted
    lost = sum(s["n1"] * s["c0"] / s["n0"] - s["c1"] for s in sums.values())
    clear = sum(s["n1"] * (1 - s["later"] / s["n0"]) for s in sums.values())
    return float(lost / clear)


def scatter_of(trials: list[Trial]) -> float:
    """Squared influence of each visitor: how the estimate moves as its trials weigh a little more."""
    places = places_of(trials)
    compared = sum(place.trial.case for place in places)
    controls = Counter(place.stratum for place in places if not place.trial.case)
    everybody = np.ones(len(places))
    estimate = contrast_of(places, everybody)
    pulls: dict[int, float] = defaultdict(float)
    for i, (trial, stratum) in enumerate(places):
        heavier = everybody.copy()
        heavier[i] += 1e-6
        influence = (contrast_of(places, heavier) - estimate) / 1e-6 * compared
        widening = 1 if trial.case else np.sqrt(controls[stratum] / (controls[stratum] - 1))
        pulls[trial.visitor] += influence * widening
    return sum(pull**2 for pull in pulls.values())


def test_scatter_is_each_visitor_s_influence_squared(connection: Connection) -> None:
    world = World("few", sessions=150, surfaces=2, friction=0.2, base=0.0, harm={1: 0.5})
    site = draw_site(world, 100)
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site, all_levels=False)
        counts = count(connection, WINDOW, SMALL)

    of_any = counts.scatter[counts.scatter["kind"] == 0].set_index("surface_no")["scatter"]
    levels = counts.strata.groupby("surface_no")["level"].nunique()
    trials = list(trials_of(site))
    for surface in (0, 1):
        mine = [trial for trial in trials if trial.surface == surface]
        assert levels[surface + 1] > 1
        assert len({trial.visitor for trial in mine}) < len(mine)
        assert of_any[surface + 1] == pytest.approx(scatter_of(mine), rel=1e-3)
