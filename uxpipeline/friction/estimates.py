"""From counts to estimates: rates, severities, losses, changes, checks. No database here."""

import numpy as np
import pandas as pd

from uxpipeline.friction.anomaly import Periods, Rules, states
from uxpipeline.friction.facts import Counts
from uxpipeline.friction.falsification import e_value, one_sided_p, two_sided_p
from uxpipeline.friction.grades import friction_index
from uxpipeline.friction.losses import Affected, Losses, lost_conversions, summary
from uxpipeline.friction.multiplicity import q_values
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.rates import Floats, estimate_rates, fit_prior
from uxpipeline.friction.shrinkage import Posterior, Prior, posterior
from uxpipeline.friction.totals import contrasts, with_site_total

KINDS = ("any", "error", "rage_click", "hesitation")
"""Signals by the number SQL gives their kind of friction."""
_INDEX_WEIGHTS = {"error": 1.0, "rage_click": 0.8, "hesitation": 0.2}
"""What a signal weighs in the index of `any`: the usual order of severities, an assumption and nothing more."""


_ESTIMATED = (
    "raw_severity", "variance", "cases", "incidents", "cases_rate", "controls_rate", "loss_p", "placebo_p",
    "negative_control_p", "e_value", "matched_on",
)  # fmt: skip
_ELSEWHERE = ("elsewhere_severity", "elsewhere_variance", "elsewhere_incidents")
_OF_SITE = (*_ELSEWHERE, "compared_incidents")
_FAMILY = ["surface_level", "signal"]
_LOSSES = ("severity", "severity_se", "lost_conversions", "lost_low", "lost_high", "lost_rank_bound", "p_loss")


def with_rates(surfaces: pd.DataFrame) -> pd.DataFrame:
    """Add rates and their prior, per level and signal: rate, rate_low, rate_high, alpha, beta, friction_index."""
    groups = [_rates_of(group) for _, group in surfaces.groupby(["surface_level", "signal"], sort=True)]
    found = pd.concat(groups).sort_index()
    weighed = found["rate"] * found["signal"].map(_INDEX_WEIGHTS).fillna(0)
    of_any = weighed.groupby([found["surface_level"], found["surface_key"]]).transform("sum")
    shown = found["rate"].where((found["signal"] != "any") | (of_any == 0), of_any)
    return found.assign(friction_index=friction_index(shown, found["surface_level"] + " " + found["signal"]))


def _rates_of(group: pd.DataFrame) -> pd.DataFrame:
    affected = group["affected_sessions"].to_numpy(np.int64)
    exposed = group["exposed_sessions"].to_numpy(np.int64)
    prior = fit_prior(affected, exposed)
    rates = estimate_rates(affected, exposed, prior)
    return group.assign(
        rate=rates.mean, rate_low=rates.low, rate_high=rates.high, prior_alpha=prior.alpha, prior_beta=prior.beta
    )


def severities(counts: Counts) -> pd.DataFrame:
    """Unshrunken severities, a row per surface_no and signal that has cases with controls.

    Columns: raw_severity, variance, placebo_p, loss_p, negative_control_p, e_value, cases, incidents, cases_rate,
    controls_rate, matched_on; of the site also those of `_OF_SITE`.
    """
    if counts.strata.empty:
        return pd.DataFrame(columns=["surface_no", "signal"])
    found = with_site_total(contrasts(counts), counts.incidents)
    keys = ["surface_no", "kind"]
    # What stands in for the site's own contrast scatters as its total does.
    scatter = found[keys].merge(counts.scatter, on=keys, how="left")
    placebo_variance = found["placebo_variance"].to_numpy(float)
    size = found["scattered"].to_numpy(float) ** 2
    variance = np.maximum(scatter["scatter"].to_numpy(float) / size, placebo_variance)
    severity = found["raw_severity"].to_numpy(float)
    unspoilt = (found["cases_rate"] + severity).to_numpy(float)
    comparable = (found["cases_rate"].to_numpy(float) > 0) & (unspoilt > 0)
    ratio = np.divide(found["cases_rate"].to_numpy(float), unspoilt, out=np.full(len(found), np.nan), where=comparable)
    estimates = found.assign(
        signal=[KINDS[kind] for kind in found["kind"]],
        variance=variance,
        loss_p=one_sided_p(severity, variance),
        placebo_p=two_sided_p(severity, placebo_variance),
        negative_control_p=two_sided_p(
            found["control"].to_numpy(float), scatter["control_scatter"].to_numpy(float) / size
        ),
        e_value=e_value(ratio),
    )
    # Where nobody converts, nothing can be lost or found.
    return estimates.reindex(columns=["surface_no", "signal", *_ESTIMATED, *_OF_SITE])[placebo_variance > 0]


def with_severities(scores: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """Add unshrunken severities and their checks."""
    found = scores.merge(severities(counts), on=["surface_no", "signal"], how="left")
    for name in (*_ESTIMATED, *_OF_SITE):
        found[name] = found[name].astype(float) if name in found else np.nan
    return found


def passes_gate(scores: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Whether a row has sessions and visitors enough to estimate a loss from."""
    gate = parameters.gate
    return (
        (scores["exposed_sessions"] >= gate.exposed_sessions)
        & (scores["affected_sessions"] >= gate.affected_sessions)
        & (scores["affected_visitors"] >= gate.affected_visitors)
    )


def with_losses(scores: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add shrunken severities and lost conversions where a severity is estimated, and excess abandonments of forms.

    A session counts for the signal it met first, so that a surface's signals add up to its `any`, shrinkage aside.
    The site's total is simulated with the elements it is the sum of.
    """
    found = scores.assign(**dict.fromkeys(_LOSSES, np.nan))
    estimated = found[found["raw_severity"].notna()]
    for (level, _), rows in estimated[estimated["surface_level"] != "site"].groupby(_FAMILY, sort=True):
        if level != "element":
            found.loc[rows.index, list(_LOSSES)] = _losses(rows, parameters)[0]
    for _, rows in estimated[estimated["surface_level"].isin(["element", "site"])].groupby("signal", sort=True):
        site = rows[rows["surface_level"] == "site"]
        parts = pd.concat([rows[rows["surface_level"] == "element"], _elsewhere(site)])
        figures, simulated = _losses(parts, parameters)
        elements = parts["surface_level"] == "element"
        found.loc[parts.index[elements], list(_LOSSES)] = figures[elements]
        found.loc[site.index, list(_LOSSES)] = _total(site, parts, simulated)
    found["excess_abandons"] = _excess_abandons(found, parameters)
    return found


def _losses(rows: pd.DataFrame, parameters: Parameters) -> tuple[Floats, Losses]:
    """The columns `_LOSSES` of surfaces of one level and signal, and the simulation they come from."""
    severity = _posterior(rows, parameters.severities)
    losses = lost_conversions(_affected(rows), severity, parameters.draws, parameters.seed)
    figures = (severity.mean, severity.sd, losses.mean, losses.low, losses.high, losses.bound, losses.p_loss)
    return np.column_stack(figures), losses


def _posterior(rows: pd.DataFrame, prior: Prior) -> Posterior:
    incidents = rows["incidents"].to_numpy(float)
    rates = (np.average(rows[name].to_numpy(float), weights=incidents) for name in ("controls_rate", "cases_rate"))
    return posterior(rows["raw_severity"].to_numpy(float), rows["variance"].to_numpy(float), float(max(rates)), prior)


def _elsewhere(site: pd.DataFrame) -> pd.DataFrame:
    """Friction elsewhere on the site as one more surface; no row where there is none to compare."""
    names = {name: name.removeprefix("elsewhere_").replace("severity", "raw_severity") for name in _ELSEWHERE}
    elsewhere = site.drop(columns=list(names.values())).rename(columns=names)
    return elsewhere[elsewhere["variance"] > 0]


def _total(site: pd.DataFrame, parts: pd.DataFrame, simulated: Losses) -> Floats:
    """The columns `_LOSSES` of the site. Incidents without controls are taken to cost as much as the rest.

    Those that were compared where nobody converts, of which `parts` has none, cost nothing.
    """
    compared = site["compared_incidents"].to_numpy(float)
    more = site["incidents"].to_numpy(float) / compared
    incidents = _affected(parts).mean.sum() * compared / parts["incidents"].sum()
    low, bound, high, p_loss = summary(simulated.total)
    return np.column_stack(
        [
            simulated.mean.sum() / incidents, simulated.total.std() / incidents,
            more * simulated.mean.sum(), more * low, more * high, more * bound, np.full(len(site), p_loss),
        ]
    )  # fmt: skip


def _affected(rows: pd.DataFrame) -> Affected:
    exposed, affected = rows["exposed_sessions"].to_numpy(float), rows["affected_sessions"].to_numpy(float)
    return Affected(
        rows["prior_alpha"].to_numpy(float) + affected,
        rows["prior_beta"].to_numpy(float) + exposed - affected,
        exposed * rows["incidents"].to_numpy(float) / affected,
    )


def _excess_abandons(scores: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Abandoned starts beyond those the form's own history, drawn towards its peers, leads one to expect."""
    forms = (scores["signal"] == "form_leak") & passes_gate(scores, parameters)
    starts = scores["prior_alpha"] + scores["prior_beta"] + scores["prior_exposed"]
    expected = (scores["prior_alpha"] + scores["prior_affected"]) / starts
    recent = scores["recent_affected"] - expected * scores["recent_exposed"]
    return recent.where(forms & (scores["prior_exposed"] >= parameters.anomaly_least))


def only_of_evidence(scores: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Keep estimates of rows that pass the evidence gate alone; add `overlap` and `loss_q`."""
    found, passes = scores.copy(), passes_gate(scores, parameters)
    for name in (*_ESTIMATED, *_LOSSES):
        found[name] = found[name].where(passes)
    found["overlap"] = found["cases"] / found["incidents"]
    # Signal `any` repeats what its signals say: it is a family of its own.
    is_any = found["signal"] == "any"
    found["loss_q"] = np.where(is_any, q_values(_p(found, is_any)), q_values(_p(found, ~is_any)))
    return found


def _p(scores: pd.DataFrame, rows: pd.Series) -> Floats:
    return scores["loss_p"].where(rows).to_numpy(float)


def with_states(scores: pd.DataFrame, history_days: int, parameters: Parameters) -> pd.DataFrame:
    """Add the state of each row and the q-value of its change."""
    names = ("recent_exposed", "recent_affected", "prior_exposed", "prior_affected")
    periods = Periods(*(scores[name].to_numpy(np.int64) for name in names))
    rules = Rules(
        least=parameters.anomaly_least,
        affected=parameters.gate.affected_visitors,
        ratio=parameters.anomaly_ratio,
        q=parameters.anomaly_q,
        history=history_days >= parameters.recent_days,
    )
    prior = (scores["prior_alpha"].to_numpy(float), scores["prior_beta"].to_numpy(float))
    found, q = states(periods, prior, rules)
    return scores.assign(state=found, anomaly_q=q)
