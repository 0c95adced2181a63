"""From counts to estimates: rates, severities, losses, changes, checks. No database here."""

import numpy as np
import pandas as pd

from uxpipeline.friction.anomaly import Periods, Rules, states
from uxpipeline.friction.facts import Counts
from uxpipeline.friction.falsification import e_value, one_sided_p, two_sided_p
from uxpipeline.friction.grades import friction_index
from uxpipeline.friction.losses import Affected, lost_conversions
from uxpipeline.friction.multiplicity import q_values
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.rates import estimate_rates, fit_prior
from uxpipeline.friction.severity import Strata, contrast
from uxpipeline.friction.shrinkage import paule_mandel, shrink, shrink_cold

KINDS = ("any", "error", "rage_click", "hesitation")
"""Signals by the number SQL gives their kind of friction."""
_INDEX_WEIGHTS = {"error": 1.0, "rage_click": 0.8, "hesitation": 0.2}
"""What a signal weighs in the index of `any`: the usual order of severities, an assumption and nothing more."""


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

    Columns: raw_severity, variance, placebo_p, loss_p, negative_control_p, e_value, cases, controls_rate, matched_on.
    """
    keys = counts.strata[["surface_no", "kind"]].drop_duplicates()
    if keys.empty:
        return pd.DataFrame(columns=["surface_no", "signal"])
    group = counts.strata.groupby(["surface_no", "kind"], sort=True).ngroup().to_numpy(np.int64)
    strata = Strata(group, *(counts.strata[name].to_numpy(np.int64) for name in ("n1", "c1", "n0", "c0", "later0")))
    found = contrast(strata, len(keys))
    scatter = keys.merge(counts.scatter, on=["surface_no", "kind"], how="left")
    variance = np.maximum(scatter["scatter"].to_numpy(float) / found.cases**2, found.least_variance)
    cautious = np.maximum(variance, found.placebo_variance)
    earlier = strata.cases * (counts.strata["r0"] / counts.strata["n0"] - counts.strata["r1"] / counts.strata["n1"])
    control = strata.total(earlier.to_numpy(float), len(keys)) / found.cases
    spared = found.controls_rate > 0
    ratio = np.where(spared & (found.cases_rate > 0), found.cases_rate / (found.cases_rate + found.severity), np.nan)
    estimates = keys.assign(
        signal=[KINDS[kind] for kind in keys["kind"]],
        raw_severity=found.severity,
        variance=variance,
        cases=found.cases,
        controls_rate=found.controls_rate,
        loss_p=one_sided_p(found.severity, cautious),
        placebo_p=two_sided_p(found.severity, found.placebo_variance),
        negative_control_p=two_sided_p(control, scatter["control_scatter"].to_numpy(float) / found.cases**2),
        e_value=e_value(ratio),
        matched_on=counts.strata.groupby(group)["matched_on"].first().to_numpy(),
    )
    # Where nobody converts, nothing can be lost or found.
    return estimates[found.placebo_variance > 0].drop(columns="kind")


def with_severities(scores: pd.DataFrame, counts: Counts, parameters: Parameters) -> pd.DataFrame:
    """Add severities to rows that pass the evidence gate: shrunken per level and signal, with overlap and checks."""
    gate = parameters.gate
    found = scores.merge(severities(counts), on=["surface_no", "signal"], how="left")
    for name in ("raw_severity", "variance", "cases", "controls_rate", "loss_p", "placebo_p", "negative_control_p"):
        found[name] = found.get(name, pd.Series(dtype=float)).astype(float)
    for name in ("e_value", "matched_on"):
        found[name] = found.get(name, pd.Series(dtype=float)).astype(float)
    passes = (
        (found["exposed_sessions"] >= gate.exposed_sessions)
        & (found["affected_sessions"] >= gate.affected_sessions)
        & (found["affected_visitors"] >= gate.affected_visitors)
    )
    estimated = [
        "raw_severity",
        "variance",
        "cases",
        "loss_p",
        "placebo_p",
        "negative_control_p",
        "e_value",
        "matched_on",
    ]
    found.loc[~passes, estimated] = np.nan
    found["overlap"] = (found["cases"] / found["first_sessions"]).where(found["raw_severity"].notna())
    found["loss_q"] = q_values(found["loss_p"].where(found["signal"] != "any").to_numpy(float))
    any_q = q_values(found["loss_p"].where(found["signal"] == "any").to_numpy(float))
    found["loss_q"] = found["loss_q"].fillna(pd.Series(any_q, index=found.index))
    found["severity"] = found["severity_se"] = np.nan
    for (_, signal), group in found[found["raw_severity"].notna()].groupby(["surface_level", "signal"], sort=True):
        effects, variances = group["raw_severity"].to_numpy(float), group["variance"].to_numpy(float)
        if len(group) >= parameters.pool_at_least:
            posterior = shrink(effects, variances, paule_mandel(effects, variances))
        else:
            rate = group["controls_rate"].to_numpy(float)
            posterior = shrink_cold(effects, variances, parameters.cold_start[str(signal)] * rate)
        found.loc[group.index, "severity"] = posterior.mean
        found.loc[group.index, "severity_se"] = posterior.sd
    return found


def with_losses(scores: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add lost conversions where a severity is estimated, and the excess abandonments of forms.

    A session counts for the signal it met first, so that a surface's signals add up to its `any`, shrinkage aside.
    """
    found = scores.assign(
        lost_conversions=np.nan, lost_low=np.nan, lost_high=np.nan, lost_rank_bound=np.nan, p_loss=np.nan
    )
    rows = found[found["severity"].notna()]
    share = (rows["first_sessions"] / rows["affected_sessions"]).to_numpy(float)
    exposed, affected = rows["exposed_sessions"].to_numpy(float), rows["affected_sessions"].to_numpy(float)
    rates = Affected(
        rows["prior_alpha"].to_numpy(float) + affected,
        rows["prior_beta"].to_numpy(float) + exposed - affected,
        exposed * share,
    )
    severity, sd = rows["severity"].to_numpy(float), rows["severity_se"].to_numpy(float)
    losses = lost_conversions(rates, severity, sd, parameters.draws, parameters.seed)
    columns = ["lost_conversions", "lost_low", "lost_high", "lost_rank_bound", "p_loss"]
    figures = (losses.mean, losses.low, losses.high, losses.bound, losses.p_loss)
    found.loc[rows.index, columns] = np.column_stack(figures)
    found["excess_abandons"] = _excess_abandons(found, parameters)
    return found


def _excess_abandons(scores: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Abandoned starts beyond those the form's own history, drawn towards its peers, leads one to expect."""
    gate = parameters.gate
    forms = (
        (scores["signal"] == "form_leak")
        & (scores["exposed_sessions"] >= gate.exposed_sessions)
        & (scores["affected_sessions"] >= gate.affected_sessions)
        & (scores["affected_visitors"] >= gate.affected_visitors)
    )
    starts = scores["prior_alpha"] + scores["prior_beta"] + scores["prior_exposed"]
    expected = (scores["prior_alpha"] + scores["prior_affected"]) / starts
    recent = scores["recent_affected"] - expected * scores["recent_exposed"]
    return recent.where(forms & (scores["prior_exposed"] >= parameters.anomaly_least))


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
