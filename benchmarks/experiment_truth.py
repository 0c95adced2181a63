"""How often tests decide rightly when they are looked at every day, ours beside what is usually done.

Every test goes day by day through the real decision function. The others see the same days: a z-test once at the
planned end, a z-test every day, and daily a chance to win above 95 % (Beta(1, 1), normal on the logit).
`python -m benchmarks.experiment_truth 300` runs fewer replications.
"""

import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import special, stats

from benchmarks.experiment_cells import CELLS, RATES, REPLICATIONS, SEED, Cell
from uxpipeline.experiments.boundaries import boundaries, spent
from uxpipeline.experiments.counts import DayCounts, Floats
from uxpipeline.experiments.decision import Verdict, decide
from uxpipeline.experiments.design import WEEK, Design

PROCESSES = 2
RAMP_DAYS = 14
_LAST_DAY = 42


@dataclass(frozen=True)
class Figures:
    """What became of the tests of one cell; shares of all replications.

    Attributes:
        cell: which.
        tests: replications.
        decisions: ours, by `decision`.
        reasons: ours, by `reason`.
        days: mean length of ours.
        by_day_7: ours rolled back in the first seven days.
        guarded: ours rolled back for a guardrail.
        once: z-test at the planned end: A, B.
        peeking: z-test every day: A, B.
        bayes: chance to win every day: A, B.
    """

    cell: Cell
    tests: int
    decisions: Counter[str]
    reasons: Counter[str]
    days: float
    by_day_7: int
    guarded: int
    once: tuple[int, int]
    peeking: tuple[int, int]
    bayes: tuple[int, int]


def main(replications: int = REPLICATIONS, cells: Sequence[Cell] = CELLS, processes: int = PROCESSES) -> None:
    """Simulate all cells and print the tables."""
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        figures = pool.starmap(simulate, [(cell, replications) for cell in cells], chunksize=1)
    console = Console(width=200)
    for table in (_ours(figures), _others(figures)):
        console.print(table)
    console.print(f"z is off by {rounding_error():.1e} at most where fractions are rounded to 0.0001")
    minutes = (time.monotonic() - started) / 60
    console.print(f"{replications} tests a cell, seed {SEED}, {minutes:.1f} minutes, {processes} processes")


def simulate(cell: Cell, replications: int) -> Figures:
    """Draw and decide one cell."""
    design = design_of(cell)
    verdicts, histories = [], []
    for number in range(replications):
        counts = draw_days(cell, number)
        verdicts.append(decide(design, counts, draw_guardrails(cell, number, counts)))
        histories.append(np.stack([counts.n_a, counts.c_a, counts.n_b, counts.c_b])[:, : cell.days])
    history = np.cumsum(np.stack(histories), axis=2)
    z = _pooled_z(*history.transpose(1, 0, 2))
    return Figures(
        cell,
        replications,
        Counter(verdict.decision for verdict in verdicts),
        Counter(verdict.reason for verdict in verdicts),
        float(np.mean([verdict.days for verdict in verdicts])),
        sum(_stopped_in_a_week(verdict) for verdict in verdicts),
        sum(verdict.reason.startswith(("harm_", "unverified_harm_")) for verdict in verdicts),
        _winners(z[:, -1:], stats.norm.ppf(0.975)),
        _winners(z, stats.norm.ppf(0.975)),
        _winners(_logit_z(*history.transpose(1, 0, 2)), stats.norm.ppf(0.95)),
    )


def design_of(cell: Cell) -> Design:
    """The frozen design of a cell's tests: as many units as come in `cell.days`."""
    ramp = tuple(float(share) for share in _shares(cell)[:RAMP_DAYS]) if cell.ramp else ()
    return Design(
        target="purchase",
        baseline=cell.baseline,
        minimum_effect=cell.effect,
        alpha=round(1 - cell.confidence, 6),
        per_arm=round(cell.per_day * cell.days * 0.99 / 2),
        guardrails=tuple(name for name, _ in cell.guardrails),
        ramp=ramp,
    )


def draw_days(cell: Cell, number: int) -> DayCounts:
    """Counts of one test; the same cell and number give the same test."""
    draw = np.random.default_rng([SEED, *cell.name.encode(), number])
    days = np.arange(_LAST_DAY)
    weekly = 1 + 0.3 * np.sin(2 * np.pi * days / WEEK) if cell.weekly else np.ones(_LAST_DAY)
    trend = np.linspace(1.5, 0.5, _LAST_DAY) if cell.ramp else np.ones(_LAST_DAY)
    units = draw.poisson(cell.per_day * weekly) if cell.weekly else np.full(_LAST_DAY, cell.per_day)
    rate = cell.baseline * trend * (1 + (weekly - 1) / 2)
    n_b = draw.binomial(units, _shares(cell))
    n_a = units - n_b
    return DayCounts.of(n_a, draw.binomial(n_a, rate), n_b, draw.binomial(n_b, rate * (1 + cell.lift)))


def draw_guardrails(cell: Cell, number: int, counts: DayCounts) -> dict[str, DayCounts]:
    """The same units with other events counted, each independent of the rest."""
    found = {}
    for name, lift in cell.guardrails:
        draw = np.random.default_rng([SEED, *cell.name.encode(), number, *name.encode()])
        n_a, n_b = counts.n_a.astype(int), counts.n_b.astype(int)
        found[name] = DayCounts.of(
            n_a, draw.binomial(n_a, RATES[name]), n_b, draw.binomial(n_b, RATES[name] * (1 + lift))
        )
    return found


def _shares(cell: Cell) -> Floats:
    shares = np.full(_LAST_DAY, cell.share_b)
    if cell.ramp:
        shares[:RAMP_DAYS] = np.linspace(0.1, 0.5, RAMP_DAYS)
    return shares


def rounding_error() -> float:
    """Largest difference of a boundary between rounded and exact information fractions, where it can stop a test."""
    draw, worst = np.random.default_rng(SEED), 0.0
    for _ in range(500):
        exact = np.cumsum(draw.uniform(0.2, 0.3, 4))
        exact[-1] = max(exact[-1], 1.0)
        rounded = np.round(exact, 4)
        pair = [np.array(boundaries([spent(s, 0.05) for s in shares], list(shares))) for shares in (exact, rounded)]
        worst = max(worst, float(np.abs(pair[0] - pair[1])[exact >= 0.4].max()))
    return worst


def _stopped_in_a_week(verdict: Verdict) -> bool:
    return verdict.decision == "rollback" and verdict.days <= WEEK


def _pooled_z(n_a: Floats, c_a: Floats, n_b: Floats, c_b: Floats) -> Floats:
    rate = (c_a + c_b) / (n_a + n_b)
    spread = np.sqrt(np.maximum(rate * (1 - rate) * (1 / n_a + 1 / n_b), 1e-12))
    return np.asarray((c_b / n_b - c_a / n_a) / spread)


def _logit_z(n_a: Floats, c_a: Floats, n_b: Floats, c_b: Floats) -> Floats:
    """Quantile of P(B > A): difference of two Beta posteriors on the logit scale, moments by digamma and trigamma."""
    means, variances = [], []
    for n, c in ((n_a, c_a), (n_b, c_b)):
        means.append(special.digamma(c + 1) - special.digamma(n - c + 1))
        variances.append(special.polygamma(1, c + 1) + special.polygamma(1, n - c + 1))
    return np.asarray((means[1] - means[0]) / np.sqrt(variances[0] + variances[1]))


def _winners(z: Floats, bound: float) -> tuple[int, int]:
    """Tests that A, and that B wins, whoever crosses first."""
    crossed = np.abs(z) >= bound
    day = np.argmax(crossed, axis=1)
    found = np.where(crossed.any(axis=1), np.sign(z[np.arange(len(z)), day]), 0)
    return int((found < 0).sum()), int((found > 0).sum())


def _ours(figures: Sequence[Figures]) -> Table:
    table = Table(
        "tests",
        "B",
        "A",
        "roll back",
        "… guardrails",
        "… by day 7",
        "none: futile",
        "none: at the end",
        "pause",
        "mean days",
    )
    for one in figures:
        shares = [one.decisions["B"], one.decisions["A"], one.decisions["rollback"], one.guarded, one.by_day_7]
        shares += [one.reasons["futile"], one.reasons["no_difference_found"], one.decisions["pause"]]
        table.add_row(one.cell.name, *(f"{share / one.tests:.2%}" for share in shares), f"{one.days:.1f}")
    table.title = "What uxpipeline decides"
    return table


def _others(figures: Sequence[Figures]) -> Table:
    names = ("ours", "z-test once", "z-test every day", "95 % to win every day")
    table = Table("tests", *(f"{name}: any (B)" for name in names), title="Winners declared")
    for one in figures:
        ours = (one.decisions["A"] + one.decisions["rollback"], one.decisions["B"])
        pairs = (ours, one.once, one.peeking, one.bayes)
        table.add_row(one.cell.name, *(f"{sum(pair) / one.tests:.1%} ({pair[1] / one.tests:.1%})" for pair in pairs))
    return table


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATIONS)
