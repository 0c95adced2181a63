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
from uxpipeline.friction.rates import Floats, estimate_rates, fit_prior
from uxpipeline.friction.shrinkage import Posterior, cold_posterior, fit_mixture, posterior
from uxpipeline.friction.totals import contrasts, with_site_total

KINDS = ("any", "error", "rage_click", "hesitation")
"""Signals by the number SQL gives their kind of friction."""
_INDEX_WEIGHTS = {"error": 1.0, "rage_click": 0.8, "hesitation": 0.2}
"""What a signal weighs in the index of `any`: the usual order of severities, an assumption and nothing more."""


_ESTIMATED = (
    "raw_severity", "variance", "cases", "incidents", "controls_rate", "loss_p", "placebo_p", "negative_control_p",
    "e_value", "matched_on",
)  # fmt: skip
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

    Columns: raw_severity, variance, placebo_p, loss_p, negative_control_p, e_value, cases, incidents, controls_rate,
    matched_on.
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
    return estimates.loc[placebo_variance > 0, ["surface_no", "signal", *_ESTIMATED]]


def with_severities(scores: pd.DataFrame, counts: Counts, parameters: Parameters) -> pd.DataFrame:
    """Add unshrunken severities and their checks to rows that pass the evidence gate; elsewhere they are missing."""
    found = scores.merge(severities(counts), on=["surface_no", "signal"], how="left")
    for name in _ESTIMATED:
        found[name] = found[name].astype(float).where(passes_gate(found, parameters)) if name in found else np.nan
    found["overlap"] = found["cases"] / found["incidents"]
    # Signal `any` repeats what its signals say: it is a family of its own.
    is_any = found["signal"] == "any"
    found["loss_q"] = np.where(is_any, q_values(_p(found, is_any)), q_values(_p(found, ~is_any)))
    return found


def passes_gate(scores: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Whether a row has sessions and visitors enough to estimate a loss from."""
    gate = parameters.gate
    return (
        (scores["exposed_sessions"] >= gate.exposed_sessions)
        & (scores["affected_sessions"] >= gate.affected_sessions)
        & (scores["affected_visitors"] >= gate.affected_visitors)
    )


def _p(scores: pd.DataFrame, rows: pd.Series) -> Floats:
    return scores["loss_p"].where(rows).to_numpy(float)


def with_losses(scores: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add shrunken severities and lost conversions where a severity is estimated, and excess abandonments of forms.

    A session counts for the signal it met first, so that a surface's signals add up to its `any`, shrinkage aside.
    """
    found = scores.assign(**dict.fromkeys(_LOSSES, np.nan))
    for _, rows in found[found["raw_severity"].notna()].groupby(["surface_level", "signal"], sort=True):
        severity = _posterior(rows, parameters)
        losses = lost_conversions(_affected(rows), severity, parameters.draws, parameters.seed)
        figures = (
            severity.mean, severity.sd, losses.mean, losses.low, losses.high, losses.bound, losses.p_loss,
        )  # fmt: skip
        found.loc[rows.index, list(_LOSSES)] = np.column_stack(figures)
    found["excess_abandons"] = _excess_abandons(found, parameters)
    return found


def _posterior(rows: pd.DataFrame, parameters: Parameters) -> Posterior:
    """Severities of one level and signal."""
    effects, variances = rows["raw_severity"].to_numpy(float), rows["variance"].to_numpy(float)
    if len(rows) >= parameters.pool_at_least:
        return posterior(effects, variances, fit_mixture(effects, variances))
    prior_sd = parameters.cold_start[rows["signal"].iloc[0]] * rows["controls_rate"].to_numpy(float)
    return cold_posterior(effects, variances, prior_sd)


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
