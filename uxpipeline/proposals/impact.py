"""What a change is worth: the loss it may recover, relative to what converts now."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from uxpipeline.proposals.candidates import Candidate
from uxpipeline.proposals.parameters import DRAWS, RECOVERY, SEED

Floats = NDArray[np.float64]
_NORMAL_95 = 1.959964
_SMALLEST, _LARGEST = -1.0, 9.99


@dataclass(frozen=True)
class Impact:
    """Expected relative change of the metric.

    Attributes:
        metric: `conversion`, or `form_submit` for a form.
        median: of the simulated changes; positive is better.
        low: 10 % quantile.
        high: 90 % quantile.
        loss: expected loss in the scoring window, or a form's recent excess of abandonments.
        loss_bound: its 20 % quantile.
        p_loss: probability that anything is lost.
        recovery: mean share of the loss that a change is taken to recover.
    """

    metric: str
    median: float | None
    low: float | None
    high: float | None
    loss: float
    loss_bound: float
    p_loss: float
    recovery: float


def expected_impact(candidate: Candidate, recovery: tuple[float, float] = RECOVERY) -> Impact | None:
    """Simulate loss × recovery share ÷ successes; None where no loss is estimated.

    The same draws serve every surface, so that a figure depends on its own row alone.

    Args:
        candidate: the surface and its loss.
        recovery: Beta distribution of the share that a change recovers; (2, 4) until tests have measured it.
    """
    if candidate.signal == "form_leak":
        return _of_form(candidate, recovery)
    if candidate.lost_conversions is None or candidate.lost_low is None or candidate.lost_high is None:
        return None
    normal, recovered = _draws(recovery)
    sd = (candidate.lost_high - candidate.lost_low) / (2 * _NORMAL_95)
    changes = (candidate.lost_conversions + sd * normal) * recovered
    bound = candidate.lost_conversions if candidate.lost_rank_bound is None else candidate.lost_rank_bound
    return Impact(
        "conversion",
        *_quantiles(changes, candidate.converted_sessions),
        loss=candidate.lost_conversions,
        loss_bound=bound,
        p_loss=candidate.p_loss or 0.0,
        recovery=_mean(recovery),
    )


def _of_form(candidate: Candidate, recovery: tuple[float, float]) -> Impact | None:
    """Abandonments beyond the expected ones: a Jeffreys posterior of the recent rate, less the rate expected."""
    recent, abandoned = candidate.recent_exposed or 0, candidate.recent_affected or 0
    if candidate.excess_abandons is None or recent == 0:
        return None
    expected = (abandoned - candidate.excess_abandons) / recent
    draw = np.random.default_rng(SEED)
    rates = draw.beta(abandoned + 0.5, recent - abandoned + 0.5, DRAWS)
    excess = recent * (rates - expected)
    return Impact(
        "form_submit",
        *_quantiles(excess * _draws(recovery)[1], recent - abandoned),
        loss=candidate.excess_abandons,
        loss_bound=float(np.quantile(excess, 0.20)),
        p_loss=float((excess > 0).mean()),
        recovery=_mean(recovery),
    )


@cache
def _draws(recovery: tuple[float, float]) -> tuple[Floats, Floats]:
    draw = np.random.default_rng(SEED)
    return draw.standard_normal(DRAWS), draw.beta(*recovery, DRAWS)


def _mean(recovery: tuple[float, float]) -> float:
    return round(recovery[0] / sum(recovery), 4)


def _quantiles(changes: Floats, successes: int) -> tuple[float | None, float | None, float | None]:
    """Median, 10 % and 90 % quantile of the relative change, four decimals; None where nothing succeeds now."""
    if successes < 1:
        return None, None, None
    found = np.clip(np.quantile(changes / successes, [0.5, 0.1, 0.9]), _SMALLEST, _LARGEST)
    median, low, high = (round(float(value), 4) for value in found)
    return median, low, high
