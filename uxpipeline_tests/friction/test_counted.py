"""Counting against second opinions: in memory, and one visitor at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
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
        stored = score(count(connection, WINDOW, SMALL, "facts"), WINDOW, SMALL)

    counted = score(count_site(site, SMALL), WINDOW, SMALL)

    assert counted["severity"].notna().any()
    pd.testing.assert_frame_equal(stored, counted, check_dtype=False, rtol=1e-5, atol=1e-9)


def test_where_nobody_converts_nothing_is_estimated() -> None:
    site = draw_site(World("nobody", sessions=2_000, surfaces=6, friction=0.1, base=-60.0), 100)

    found = score(count_site(site, SMALL), WINDOW, SMALL)

    assert (found["affected_sessions"] > 100).any()
    assert found["severity"].isna().all()
    assert set(found["evidence_grade"]) == {"D"}


class Trial(NamedTuple):
    """A session at its k-th interaction with a surface."""

    surface: int
    stratum: tuple[int, ...]
    visitor: int
    case: bool
    later: bool
    converted: bool


def trials_of(site: Site) -> Iterable[Trial]:
    """Trials of elements, compared within all but the last strata; each session in plain words."""
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
            case = bool(troubled) and k == troubled[0]
            yield Trial(
                surface, (k, steps, activity), about["visitor"], case,
                bool(troubled) and not case, about["converted_at"] > row["at"],
            )  # fmt: skip


def contrast_of(trials: list[Trial], weights: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Cases times severity of one surface, each trial counted by its weight."""
    sums: dict[tuple[int, ...], Counter[str]] = defaultdict(Counter)
    for trial, weight in zip(trials, weights, strict=True):
        sums[trial.stratum].update(
            {
                "n1": weight * trial.case,
                "c1": weight * (trial.case and trial.converted),
                "n0": weight * (not trial.case),
                "c0": weight * (not trial.case and trial.converted),
                "later": weight * trial.later,
            }
        )
    usable = [s for s in sums.values() if s["n1"] > 0.5 and s["n0"] >= SMALL.fewest_controls - 0.5]
    lost = sum(s["n1"] * s["c0"] / s["n0"] - s["c1"] for s in usable)
    clear = sum(s["n1"] * (1 - s["later"] / s["n0"]) for s in usable)
    return float(lost / clear)


def scatter_of(trials: list[Trial]) -> float:
    """Squared influence of each visitor: how the estimate moves as its trials weigh a little more."""
    cases, controls = Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
    for trial in trials:
        (cases if trial.case else controls)[trial.stratum] += 1
    usable = {s for s in cases if controls[s] >= SMALL.fewest_controls}
    compared = sum(cases[s] for s in usable)
    everybody = np.ones(len(trials))
    estimate = contrast_of(trials, everybody)
    pulls: dict[int, float] = defaultdict(float)
    for i, trial in enumerate(trials):
        if trial.stratum not in usable:
            continue
        heavier = everybody.copy()
        heavier[i] += 1e-6
        influence = (contrast_of(trials, heavier) - estimate) / 1e-6 * compared
        widening = 1 if trial.case else np.sqrt(controls[trial.stratum] / (controls[trial.stratum] - 1))
        pulls[trial.visitor] += influence * widening
    return sum(pull**2 for pull in pulls.values())


def test_scatter_is_each_visitor_s_influence_squared(connection: Connection) -> None:
    world = World("few", sessions=70, surfaces=2, friction=0.2, base=0.0, harm={1: 0.5})
    site = draw_site(world, 100)
    parameters = replace(SMALL, overlap_wanted=2.0)  # no strata are good enough: the coarsest, with most overlap
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site, all_levels=False)
        counts = count(connection, WINDOW, parameters, "facts")

    elements = counts.strata[counts.strata["kind"] == 0].groupby("surface_no")["matched_on"].first()
    assert elements.drop(3, errors="ignore").tolist() == [0, 0]
    scatter = counts.scatter[counts.scatter["kind"] == 0].set_index("surface_no")["scatter"]
    trials = list(trials_of(site))
    for surface in (0, 1):
        mine = [trial for trial in trials if trial.surface == surface]
        assert len({trial.visitor for trial in mine}) < len(mine)
        assert scatter[surface + 1] == pytest.approx(scatter_of(mine), rel=1e-3)
