"""What the database counts of a world's elements and site, counted in memory: a second opinion, and quick.

Written from the descriptions of `sql/friction/score`, not from its statements; tests hold the two equal. Forty seeds of
every world take a quarter of an hour this way.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from uxpipeline.friction.estimates import KINDS
from uxpipeline.friction.facts import Counts
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.rates import Counts as Integers
from uxpipeline.friction.rates import Floats
from uxpipeline_tests.friction.worlds import AS_OF, Site

_DEVICES = {"mobile": 1, "desktop": 2, "tablet": 3}
_CHANNELS = {"": 0, "https://www.google.com": 1, "https://blog.example": 3}
_LAST_DAY = (AS_OF - pd.Timestamp("1970-01-01").date()).days
_NEVER = 10**6


@dataclass(frozen=True)
class _Sequences:
    """Interactions of one level, those of a session and surface one after the other.

    Attributes:
        unit: number of session and surface, per interaction.
        k: 1 for the first interaction of a unit.
        session: per unit.
        surface: per unit.
        friction: number of the first interaction with friction per unit, `_NEVER` without.
        kind: kind of that friction, 0 without.
        kept: interactions known to the comparison.
    """

    unit: Integers
    k: Integers
    session: Integers
    surface: Integers
    friction: Integers
    kind: Integers
    kept: int


def count_site(site: Site, parameters: Parameters) -> Counts:
    """Counts of the elements and of the site as a whole."""
    facts = site.interactions.merge(_sessions(site), left_on="session", right_index=True)
    facts = facts[facts["day"] > _LAST_DAY - parameters.window_days - parameters.recent_days].reset_index(drop=True)
    window = facts[facts["day"] > _LAST_DAY - parameters.window_days].reset_index(drop=True)
    names = sorted([f"#e{number}" for number in window["surface"].unique()])
    number = {int(name[2:]): place for place, name in enumerate(names, 1)}
    whole = len(names) + 1
    for frame in (facts, window):
        frame["surface"] = frame["surface"].map(number).fillna(0).astype(np.int64)
    elements = _sequences(window, window["surface"].to_numpy(), 10)
    everything = _sequences(window, np.full(len(window), whole), 30)
    surfaces = _surface_counts(facts, parameters, [*names, "site"])
    compared = _compared(surfaces, parameters)
    explained = _explained(elements, everything, compared)
    incidents = _incidents(elements, everything, explained, compared, whole)
    trials = _trials(window, elements, everything, explained, incidents)
    strata, levels = _strata(trials, parameters)
    return Counts(
        surfaces=surfaces,
        strata=strata,
        scatter=_scatter(trials, strata, levels, incidents, whole),
        incidents=incidents,
        observed_days=_LAST_DAY - int(window["day"].min()) + 1,
        history_days=max(_LAST_DAY - parameters.recent_days - int(facts["day"].min()) + 1, 0),
    )


def _sessions(site: Site) -> pd.DataFrame:
    sessions = site.sessions
    first = sessions.groupby("visitor")["started"].transform("min")
    return pd.DataFrame(
        {
            "day": sessions["started"] // 86_400,
            "device": sessions["device"].map(_DEVICES),
            "channel": sessions["referrer"].map(_CHANNELS),
            "visitor": sessions["visitor"],
            "came_before": sessions["started"] > first,
            "converted_at": sessions["converted_at"],
            "step_at": sessions["step_at"],
        }
    )


def _sequences(window: pd.DataFrame, surface: Integers, kept: int) -> _Sequences:
    codes, first, unit = np.unique(
        window["session"].to_numpy() * 100_000 + surface, return_index=True, return_inverse=True
    )
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(len(codes)))
    k = np.empty(len(unit), dtype=np.int64)
    k[order] = np.arange(len(unit)) - starts[unit[order]] + 1
    kind = window["kind"].to_numpy()
    friction = np.full(len(codes), _NEVER)
    np.minimum.at(friction, unit[kind > 0], k[kind > 0])
    kinds = np.zeros(len(codes), dtype=np.int64)
    at_first = k == friction[unit]
    kinds[unit[at_first]] = kind[at_first]
    return _Sequences(unit, k, codes // 100_000, surface[first], friction, kinds, kept)


def _surface_counts(facts: pd.DataFrame, parameters: Parameters, names: list[str]) -> pd.DataFrame:
    facts = facts.assign(recent=facts["day"] > _LAST_DAY - parameters.recent_days)
    facts["in_window"] = facts["day"] > _LAST_DAY - parameters.window_days
    sent = sorted(set(facts.loc[facts["in_window"], "kind"]) - {0})
    both = pd.concat([facts[facts["surface"] > 0], facts.assign(surface=len(names))])
    units = both.groupby(["surface", "session"], sort=True).agg(
        **{name: (name, "first") for name in ("recent", "in_window", "visitor", "converted_at")}
    )
    met = both[both["kind"] > 0]
    had = met.groupby(["surface", "session", "kind"]).size().unstack(fill_value=0).reindex(units.index, fill_value=0)
    first = met.groupby(["surface", "session"])["kind"].first().reindex(units.index, fill_value=0)
    rows = [_signal_counts(units, (had > 0).any(axis=1), first > 0, "any")]
    rows += [_signal_counts(units, had[kind] > 0, first == kind, KINDS[kind]) for kind in sent]
    found = pd.concat(rows).sort_values(["surface_no", "signal"], ignore_index=True)
    element = found["surface_no"] < len(names)
    number = found["surface_no"].map(lambda no: names[no - 1][2:] if no < len(names) else "0").astype(int)
    troubled = (had > 0).any(axis=1)[units["in_window"]].groupby("surface").all()
    return found.assign(
        surface_level=np.where(element, "element", "site"),
        surface_key=found["surface_no"].map(lambda no: names[no - 1]),
        component_id=("c" + (number // 8).astype(str)).where(element, None),
        page_key=("/p" + (number // 4).astype(str)).where(element, None),
        element_type=pd.Series("button", index=found.index).where(element, None),
        denominator=np.where(element & ~found["surface_no"].map(troubled).astype(bool), "interaction", "page"),
    )


def _signal_counts(units: pd.DataFrame, affected: pd.Series, first: pd.Series, signal: str) -> pd.DataFrame:
    inside, recent = units["in_window"], units["recent"]
    flags = pd.DataFrame(
        {
            "exposed_sessions": inside,
            "affected_sessions": inside & affected,
            "first_sessions": inside & first,
            "converted_sessions": inside & (units["converted_at"] > 0),
            "recent_exposed": recent,
            "recent_affected": recent & affected,
            "prior_exposed": ~recent,
            "prior_affected": ~recent & affected,
        }
    )
    found = flags.groupby("surface").sum()
    visitors = units[inside & affected].groupby("surface")["visitor"].nunique()
    found["affected_visitors"] = visitors.reindex(found.index, fill_value=0)
    found = found[found["exposed_sessions"] > 0].astype(np.int64)
    return found.reset_index(names="surface_no").assign(signal=signal)


def _compared(surfaces: pd.DataFrame, parameters: Parameters) -> Integers:
    """Surfaces that pass the evidence gate."""
    gate = parameters.gate
    passes = (
        (surfaces["signal"] == "any")
        & (surfaces["exposed_sessions"] >= gate.exposed_sessions)
        & (surfaces["affected_sessions"] >= gate.affected_sessions)
        & (surfaces["affected_visitors"] >= gate.affected_visitors)
    )
    return surfaces.loc[passes, "surface_no"].to_numpy(np.int64)


def _explained(elements: _Sequences, everything: _Sequences, compared: Integers) -> Integers:
    """Units of the site whose first friction is at a compared element."""
    at_element = np.isin(elements.surface, compared) & (elements.friction < _NEVER)
    troubled = at_element[elements.unit] & (elements.k == elements.friction[elements.unit])
    first = np.full(len(everything.session), _NEVER)
    np.minimum.at(first, everything.unit[troubled], everything.k[troubled])
    last = everything.kept
    alike = np.minimum(first, last) == np.minimum(everything.friction, last)
    return np.flatnonzero((first < _NEVER) & alike)


def _incidents(
    elements: _Sequences, everything: _Sequences, explained: Integers, compared: Integers, whole: int
) -> pd.DataFrame:
    rest = np.delete(everything.kind, explained)
    rows = []
    for surface in compared:
        kinds = rest if surface == whole else elements.kind[elements.surface == surface]
        by_kind = np.bincount(kinds, minlength=4)
        level = "site" if surface == whole else "element"
        happened = [by_kind[1:].sum(), *by_kind[1:]]
        rows += [(surface, level, kind, happened[kind]) for kind in range(4)]
    return pd.DataFrame(rows, columns=["surface_no", "surface_level", "kind", "incidents"])


def _trials(
    window: pd.DataFrame, elements: _Sequences, everything: _Sequences, explained: Integers, incidents: pd.DataFrame
) -> pd.DataFrame:
    with_cases = incidents.loc[(incidents["kind"] == 0) & (incidents["incidents"] > 0), "surface_no"]
    found = []
    for sequences in (elements, everything):
        known = np.zeros(len(sequences.session), dtype=bool)
        if sequences is everything:
            known[explained] = True
        unit, k = sequences.unit, sequences.k
        friction, known_here = sequences.friction[unit], known[unit]
        wanted = np.isin(sequences.surface, with_cases)[unit] & (k <= sequences.kept)
        wanted &= (k < friction) | ((k == friction) & ~known_here)
        facts = window[wanted]
        steps = sum(
            ((facts[name] > 0) & (facts[name] <= facts["at"])).astype(np.int64) for name in ("step_at", "converted_at")
        )
        activity = np.searchsorted([1, 3, 7, 15, 31, 63, 127], facts["before"].to_numpy(), side="right")
        stratum = (k[wanted] * 8 + steps) * 8 + activity
        fine = (stratum * 4 + facts["device"]) * 8 + facts["channel"]
        week = np.minimum((_LAST_DAY - facts["at"] // 86_400) // 7, 7)
        found.append(
            pd.DataFrame(
                {
                    "surface_no": sequences.surface[unit][wanted],
                    "visitor": facts["visitor"],
                    "kind": np.where(k == friction, sequences.kind[unit], 0)[wanted],
                    "later": ((k < friction) & (friction < _NEVER) & ~known_here)[wanted],
                    "converted": facts["converted_at"] > facts["at"],
                    "came_before": facts["came_before"],
                    "stratum_1": stratum * 4 + facts["device"],
                    "stratum_2": fine,
                    "stratum_3": fine * 8 + week,
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def _strata(trials: pd.DataFrame, parameters: Parameters) -> tuple[pd.DataFrame, Integers]:
    """Strata with cases per surface and kind, and the level that each trial would be compared at as a case."""
    level = np.full(len(trials), -1)
    for number in (1, 2, 3):
        _, cell = np.unique(_codes(trials, f"stratum_{number}"), return_inverse=True)
        level[np.bincount(cell, trials["kind"] == 0)[cell] >= parameters.fewest_controls] = number
    parts = []
    for number in (1, 2, 3):
        cells = _cells(trials, f"stratum_{number}", (trials["kind"] == 0).to_numpy() | (level == number))
        parts.append(cells[cells["n1_0"] > 0].assign(level=number))
    strata = pd.concat(parts)
    clear = (strata["n0"] - strata["later0"]).groupby(strata["surface_no"]).sum()
    strata = strata[strata["surface_no"].map(clear) >= parameters.fewest_controls]
    cases, of_cases = trials["kind"] > 0, trials["surface_no"]
    shares = [pd.Series(level >= number)[cases].groupby(of_cases[cases]).mean() for number in (2, 3)]
    matched_on = pd.concat(shares, axis=1).ge(parameters.overlap_wanted).sum(axis=1) + 1
    strata["matched_on"] = strata["surface_no"].map(matched_on)
    kinds = []
    for kind in range(4):
        names = {f"{name}_{kind}": name for name in ("n1", "c1", "r1")}
        part = strata.rename(columns=names).assign(kind=kind)
        columns = ["surface_no", "kind", "matched_on", "level", "stratum", "n1", "c1", "r1", "n0", "c0", "r0", "later0"]
        kinds.append(part.loc[part["n1"] > 0, columns])
    order, ascending = ["surface_no", "kind", "level", "stratum"], [True, True, False, True]
    return pd.concat(kinds).sort_values(order, ascending=ascending, ignore_index=True), level


def _codes(rows: pd.DataFrame, stratum: str) -> Integers:
    return np.asarray(rows["surface_no"].to_numpy() * 10**9 + rows[stratum].to_numpy(), dtype=np.int64)


def _cells(trials: pd.DataFrame, stratum: str, counted: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> pd.DataFrame:
    trials = trials[counted]
    kind = trials["kind"].to_numpy()
    codes, cell = np.unique(_codes(trials, stratum), return_inverse=True)

    def total(rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Integers:
        return np.asarray(np.bincount(cell[rows], minlength=len(codes)), dtype=np.int64)

    names = {
        "n": np.ones(len(trials), dtype=np.bool_),
        "c": trials["converted"].to_numpy(np.bool_),
        "r": trials["came_before"].to_numpy(np.bool_),
    }
    found = {f"{name}0": total((kind == 0) & flags) for name, flags in names.items()}
    found["later0"] = total((kind == 0) & trials["later"].to_numpy(np.bool_))
    for number in range(4):
        cases = kind == number if number else kind > 0
        found |= {f"{name}1_{number}": total(cases & flags) for name, flags in names.items()}
    return pd.DataFrame({"surface_no": codes // 10**9, "stratum": codes % 10**9} | found)


def _scatter(
    trials: pd.DataFrame, strata: pd.DataFrame, levels: Integers, incidents: pd.DataFrame, whole: int
) -> pd.DataFrame:
    """Squared pulls of visitors on each contrast; on the site's total at once for all its parts."""
    parts = []
    for level in (1, 2, 3):
        used = strata[(strata["level"] == level) & (strata["kind"] == 0)]
        needed = np.isin(_codes(trials, f"stratum_{level}"), _codes(used, "stratum"))
        needed &= (trials["kind"] == 0).to_numpy() | (levels == level)
        parts.append(trials[needed].assign(level=level, stratum=trials[f"stratum_{level}"]))
    placed = pd.concat(parts)
    rates = _rates(strata).merge(incidents, on=["surface_no", "kind"])
    rates["share"] = rates["incidents"] / rates.groupby(["surface_no", "kind"])["n1"].transform("sum")
    found = []
    for kind in range(4):
        known = placed[(placed["kind"] == 0) | (placed["kind"] == kind if kind else placed["kind"] > 0)]
        joined = known.merge(
            rates[rates["kind"] == kind].drop(columns="kind"), on=["surface_no", "level", "stratum"], how="inner"
        )
        pulls = pd.DataFrame(
            {"surface_no": joined["surface_no"], "visitor": joined["visitor"], "share": joined["share"]}
            | _pulls(joined)
        )
        of_total = pulls.assign(pull=pulls["pull"] * pulls["share"], control=pulls["control"] * pulls["share"])
        whole_site = of_total.assign(surface_no=whole) if whole in incidents["surface_no"].to_numpy() else of_total[:0]
        every = pd.concat([pulls[pulls["surface_no"] != whole], whole_site])
        by_visitor = every.groupby(["surface_no", "visitor"])[["pull", "control"]].sum()
        squares = (by_visitor**2).groupby("surface_no").sum()
        squares.columns = pd.Index(["scatter", "control_scatter"])
        found.append(squares.reset_index().assign(kind=kind))
    return pd.concat(found, ignore_index=True)


def _rates(strata: pd.DataFrame) -> pd.DataFrame:
    """Rates per stratum, the contrast they belong to and how clear its controls stay."""
    rates = strata.assign(
        p1=strata["c1"] / strata["n1"], p0=strata["c0"] / strata["n0"], q1=strata["r1"] / strata["n1"],
        q0=strata["r0"] / strata["n0"], late=strata["later0"] / strata["n0"],
        widening=np.sqrt(strata["n0"] / np.maximum(strata["n0"] - 1, 1)),
    )  # fmt: skip
    of_any = rates[rates["kind"] == 0]
    clear = (of_any["n1"] * (1 - of_any["late"])).groupby(of_any["surface_no"]).sum()
    rates["clear"] = rates["surface_no"].map(clear / of_any.groupby("surface_no")["n1"].sum())
    contrast = [rates["surface_no"], rates["kind"]]
    cases = rates["n1"].groupby(contrast).transform("sum")
    rates["contrast"] = (rates["n1"] * (rates["p0"] - rates["p1"])).groupby(contrast).transform("sum") / cases
    rates["contrast"] /= rates["clear"]
    rates["control_contrast"] = (rates["n1"] * (rates["q0"] - rates["q1"])).groupby(contrast).transform("sum") / cases
    return rates


def _pulls(joined: pd.DataFrame) -> dict[str, Floats]:
    is_control = joined["kind"] == 0
    weight = joined["n1"] / joined["n0"] * joined["widening"]
    converted, earlier = joined["converted"].astype(float), joined["came_before"].astype(float)
    control = weight * (converted - joined["p0"] + joined["contrast"] * (joined["later"] - joined["late"]))
    case = joined["p0"] - converted - joined["contrast"] * (1 - joined["late"])
    return {
        "pull": (np.where(is_control, control, case) / joined["clear"]).to_numpy(float),
        "control": np.where(
            is_control, weight * (earlier - joined["q0"]), joined["q0"] - earlier - joined["control_contrast"]
        ),
    }
