"""How much an estimated loss may be trusted, and in which order surfaces are shown."""

import numpy as np
import pandas as pd

from uxpipeline.friction.parameters import Parameters

_DEVICE_AND_CHANNEL = 2


def grade(scores: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Grade A to D per row.

    D: too little evidence, or nobody comparable. C: a loss is estimated. B: besides, most cases had controls of the
    same device and channel, a loss is likely and stands out at the false-discovery rate of grade B, and not both checks
    speak against it. A: all that, strictly: the false-discovery rate of grade A, more overlap, both checks made and
    passed.

    Args:
        scores: columns severity, overlap, matched_on, loss_q, p_loss, negative_control_p, placebo_p, excess_abandons.
        parameters: thresholds.
    """
    told = parameters.falsification_p
    confounded = scores["negative_control_p"] < told
    like_placebo = ~(scores["placebo_p"] < told)
    found = pd.Series("D", index=scores.index)
    estimated = scores["severity"].notna()
    found[estimated | scores["excess_abandons"].notna()] = "C"
    good = (
        estimated
        & (scores["overlap"] >= parameters.overlap_wanted)
        & (scores["matched_on"] >= _DEVICE_AND_CHANNEL)
        & (scores["p_loss"] >= parameters.likely)
        & (scores["loss_q"] <= parameters.loss_q["B"])
        & ~(confounded & like_placebo)
    )
    found[good] = "B"
    best = (scores["negative_control_p"] >= told) & ~like_placebo & (scores["overlap"] >= parameters.overlap_best)
    found[good & best & (scores["loss_q"] <= parameters.loss_q["A"])] = "A"
    return found


def ranks(scores: pd.DataFrame) -> pd.Series:
    """Dense 1..n within a level over signal `any`; missing elsewhere.

    Graded surfaces by the lower bound of what they cost, then those of grade D by the sessions certainly affected.
    """
    ranked = scores[scores["signal"] == "any"].copy()
    ranked["ungraded"] = ranked["evidence_grade"] == "D"
    certain = ranked["rate_low"] * ranked["exposed_sessions"]
    ranked["weight"] = np.where(ranked["ungraded"], certain, ranked["lost_rank_bound"])
    order = ["surface_level", "ungraded", "weight", "surface_key"]
    ranked = ranked.sort_values(order, ascending=[True, True, False, True])
    return (ranked.groupby("surface_level").cumcount() + 1).reindex(scores.index).astype("Int64")


def friction_index(rates: pd.Series, levels: pd.Series) -> pd.Series:
    """100 (1 - 2^-rho), rho = rate ÷ median rate of the level's surfaces: 50 is typical, 75 twice, 87.5 three times it.

    Missing where a level has fewer than three surfaces: there are no peers.
    """
    peers = rates.groupby(levels)
    ratio = (rates / peers.transform("median")).where(peers.transform("size") >= 3)
    return 100 * (1 - 2**-ratio)
