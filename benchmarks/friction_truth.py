"""What scores say of synthetic sites whose truth is known, beside what is usually done.

Four ways to order surfaces: counts of friction events (the seed's `friction_points`), weighted counts, the naive gap
between the conversion rates of unaffected and affected sessions, and ours. Losses of the naive gap are affected
sessions times that gap. The worlds are described in `uxpipeline_tests/friction/worlds.py`. Sites are
counted in memory, which `uxpipeline_tests/friction/test_worlds.py` holds equal to what the database counts of them;
the scores are the product's.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from uxpipeline.friction.facts import Window
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.rates import Counts
from uxpipeline.friction.scores import score
from uxpipeline_tests.friction.worlds import AS_OF, NOW, WORLDS, Site, World, draw_site
from uxpipeline_tests.friction.worlds_counted import count_site

SEEDS = range(40)
PROCESSES = 2
_WEIGHTS = np.array([0.0, 5.0, 4.0, 2.0])
_ORDERS = ("raw counts", "weighted counts", "naive gap", "ours")


@dataclass(frozen=True)
class Trial:
    """One site to draw and score."""

    world: World
    seed: int


def main(seeds: range = SEEDS, only: str = "", processes: int = PROCESSES, out: Path | None = None) -> None:
    """Draw, score and compare; print the tables, and write the figures of each site to a file."""
    started = time.monotonic()
    trials = [Trial(world, seed) for seed in seeds for world in WORLDS if only in world.name]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        figures = pd.DataFrame(_progress(pool.imap(run, trials), len(trials), out))
    console = Console(width=200)
    for table in (losses_table(figures), order_table(figures)):
        console.print(table)
    console.print(f"{len(figures)} sites in {(time.monotonic() - started) / 60:.1f} minutes, {processes} processes")


def run(trial: Trial) -> dict[str, Any]:
    """Figures of one site."""
    started = time.process_time()
    site = draw_site(trial.world, trial.seed)
    parameters = Parameters()
    window = Window(AS_OF, NOW, parameters.window_days, parameters.recent_days)
    scores = score(count_site(site, parameters), window, parameters)
    found = {"world": trial.world.name, "seed": trial.seed} | figures_of(trial.world, site, scores)
    return found | {"seconds": time.process_time() - started}


def figures_of(world: World, site: Site, scores: pd.DataFrame) -> dict[str, Any]:
    """Compare scores with the truth of the site they are of."""
    whole = scores[(scores["surface_level"] == "site") & (scores["signal"] == "any")].iloc[0]
    elements = scores[scores["surface_level"] == "element"]
    ranked = elements[elements["signal"] == "any"].sort_values("rank")
    number = ranked["surface_key"].str[2:].astype(int).to_numpy()
    estimated = ranked["severity"].notna().to_numpy()
    truth = site.lost[number]
    held = (ranked["lost_low"].to_numpy() <= truth) & (truth <= ranked["lost_high"].to_numpy())
    harmful = np.isin(number, list(world.harm))
    sold = elements[(elements["signal"] != "any") & elements["evidence_grade"].isin(["A", "B"])]
    loses = site.lost[sold["surface_key"].str[2:].astype(int)] > 0
    orders = {"ours": np.asarray(number, dtype=np.int64)} | usual_orders(site)
    return {
        "truth": site.lost_all,
        "per_60k": 60_000 / world.sessions,
        "lost": whole["lost_conversions"],
        "covered": whole["lost_low"] <= site.lost_all <= whole["lost_high"],
        "naive": naive_site_loss(site),
        "harmful_truth": truth[harmful & estimated].sum(),
        "harmful_lost": ranked["lost_conversions"].to_numpy()[harmful & estimated].sum(),
        "surfaces": int(estimated.sum()),
        "surfaces_covered": int((held & estimated).sum()),
        "proposals": len(sold),
        "false_proposals": int((~loses).sum()),
        "steps": int(elements["state"].isin(["step_up", "recovering"]).sum()),
    } | {name: quality(order, world) for name, order in orders.items()}


def usual_orders(site: Site) -> dict[str, Counts]:
    """Surfaces from worst to best by what is usually done."""
    surfaces = len(site.lost)
    friction = site.interactions[site.interactions["kind"] > 0]
    counts = np.bincount(friction["surface"], minlength=surfaces)
    weighted = np.bincount(friction["surface"], weights=_WEIGHTS[friction["kind"]], minlength=surfaces)
    units = _units(site)
    rates = units.groupby(["surface", "affected"])["converted"].mean().unstack().reindex(range(surfaces))
    affected = units.groupby("surface")["affected"].sum().reindex(range(surfaces)).fillna(0)
    gap = (affected * (rates[False] - rates[True])).fillna(0).to_numpy()
    orders = {"raw counts": counts.astype(float), "weighted counts": weighted, "naive gap": gap}
    return {name: np.argsort(-values, kind="stable").astype(np.int64) for name, values in orders.items()}


def naive_site_loss(site: Site) -> float:
    """Affected sessions times the gap between the conversion rates of unaffected and affected ones."""
    sessions = _units(site).groupby("session").agg(affected=("affected", "max"), converted=("converted", "first"))
    rates = sessions.groupby("affected")["converted"].mean()
    return float(sessions["affected"].sum() * (rates[False] - rates[True]))


def _units(site: Site) -> pd.DataFrame:
    met = site.interactions.assign(affected=site.interactions["kind"] > 0)
    units = met.groupby(["session", "surface"], as_index=False)["affected"].max()
    units["converted"] = site.sessions["converted_at"].to_numpy()[units["session"]] > 0
    return pd.DataFrame(units)


def quality(order: Counts, world: World) -> float:
    """Of harmful and noisy harmless surfaces: 1 when every harmful one comes first, else 0; NaN without both."""
    noisy = [surface for surface in world.steppers if world.harm.get(surface, 0) == 0]
    harmful = [surface for surface in world.harm if world.harm[surface] > 0]
    if not noisy or not harmful:
        return float("nan")
    place = {int(surface): position for position, surface in enumerate(order)}
    return float(max(place.get(s, len(place)) for s in harmful) < min(place.get(s, len(place)) for s in noisy))


def losses_table(figures: pd.DataFrame) -> Table:
    """Totals, intervals and false proposals by world, with the bars that apply."""
    columns = (
        "world", "sites", "truth / 60k", "naive / 60k", "ours / 60k", "ours ÷ truth", "site covered",
        "harmful surfaces ÷ truth", "surfaces covered", "proposals", "false", "steps", "CPU s", "bar",
    )  # fmt: skip
    table = Table(*columns, title="Lost conversions of the whole site over all seeds; 95 % intervals")
    for world, group in figures.groupby("world", sort=False):
        scaled = {name: float((group[name] * group["per_60k"]).mean()) for name in ("truth", "naive", "lost")}
        ratio = scaled["lost"] / scaled["truth"] if scaled["truth"] else float("nan")
        harmful = group["harmful_lost"].sum() / group["harmful_truth"].sum() if group["harmful_truth"].any() else np.nan
        cells = (
            str(world), str(len(group)), *(f"{scaled[name]:.1f}" for name in ("truth", "naive", "lost")),
            f"{ratio:.2f}", f"{group['covered'].mean():.1%}", f"{harmful:.2f}",
            f"{group['surfaces_covered'].sum() / max(group['surfaces'].sum(), 1):.1%}", str(group["proposals"].sum()),
            str(group["false_proposals"].sum()), str(group["steps"].sum()), f"{group['seconds'].mean():.1f}",
            ", ".join(_bars(scaled, ratio, group)),
        )  # fmt: skip
        table.add_row(*cells)
    return table


def _bars(scaled: dict[str, float], ratio: float, group: pd.DataFrame) -> Iterator[str]:
    if scaled["truth"] == 0:
        yield _met("|lost| ≤ 10", abs(scaled["lost"]) <= 10)
        yield _met("false ≤ 1 in 30 sites", int(group["false_proposals"].iloc[:30].sum()) <= 1)
    elif scaled["truth"] > 0:
        yield _met("0.85–1.05", 0.85 <= ratio <= 1.05)
    yield _met("covered ≥ 88 %", float(group["covered"].mean()) >= 0.88)


def order_table(figures: pd.DataFrame) -> Table:
    """Share of sites on which every harmful surface comes before every harmless noisy one."""
    table = Table("world", *_ORDERS, "bar", title="Harmful before harmless noisy surfaces, share of sites")
    for world, group in figures[figures["ours"].notna()].groupby("world", sort=False):
        shares = [float(group[name].mean()) for name in _ORDERS]
        table.add_row(str(world), *(f"{share:.1%}" for share in shares), _met("≥ 95 %", shares[-1] >= 0.95))
    return table


def _met(bar: str, met: bool) -> str:  # noqa: FBT001 - reads as a record
    return f"{bar}: {'met' if met else 'NOT MET'}"


def _progress(results: Iterator[dict[str, Any]], most: int, out: Path | None) -> Iterator[dict[str, Any]]:
    for done, result in enumerate(results, 1):
        if done % 20 == 0:
            sys.stderr.write(f"{done} of {most}\n")
        if out:
            with out.open("a") as lines:
                lines.write(json.dumps(result, default=float) + "\n")
        yield result


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=SEEDS.start, help="first seed; 0 to 39 are for reporting")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many")
    parser.add_argument("--only", default="", help="worlds whose name contains this")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--out", type=Path, help="append the figures of each site to this file, as JSON lines")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(range(given.first, given.first + given.seeds), given.only, given.processes, given.out)
