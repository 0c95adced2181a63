"""Whether a surface's rate has changed against its own history."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from uxpipeline.friction.multiplicity import q_values
from uxpipeline.friction.rates import Counts, Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_QUANTILES, _MASSES = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True)
class Periods:
    """Sessions exposed and affected in the recent days and in the history before them, arrays of shape (surfaces,)."""

    recent_exposed: Counts
    recent_affected: Counts
    prior_exposed: Counts
    prior_affected: Counts

    def take(self, rows: Counts) -> "Periods":
        """The periods of some surfaces."""
        every = (self.recent_exposed, self.recent_affected, self.prior_exposed, self.prior_affected)
        return Periods(*(counts[rows] for counts in every))


@dataclass(frozen=True)
class Tails:
    """Probabilities, given the history, of at least (`above`) or at most (`below`) as many affected; ratio of rates."""

    above: Floats
    below: Floats
    ratio: Floats


def predictive_tails(periods: Periods, alpha: Floats, beta: Floats) -> Tails:
    """Beta-binomial tails of the recent count under the posterior of the history.

    P(X >= x) = E[I_p(x, n - x + 1)] over p ~ Beta(alpha + x_prior, beta + n_prior - x_prior), by Gauss-Legendre
    quadrature over the quantiles of p.

    Args:
        periods: the counts.
        alpha: of the prior over surfaces, shape (surfaces,).
        beta: likewise.
    """
    a = (alpha + periods.prior_affected)[:, None]
    b = (beta + periods.prior_exposed - periods.prior_affected)[:, None]
    rates = special.betaincinv(a, b, _QUANTILES[None, :])
    n, x = periods.recent_exposed[:, None].astype(float), periods.recent_affected[:, None].astype(float)
    at_least = np.where(x > 0, special.betainc(np.maximum(x, 1), n - x + 1, rates), 1.0)
    more = np.where(x < n, special.betainc(x + 1, np.maximum(n - x, 1), rates), 0.0)
    recent = (alpha + periods.recent_affected) / (alpha + beta + periods.recent_exposed)
    return Tails(at_least @ _MASSES, 1 - more @ _MASSES, recent / (a / (a + b))[:, 0])


def states(periods: Periods, prior: tuple[Floats, Floats], rules: "Rules") -> tuple[list[str], Floats]:
    """State of each surface, and the q-value of its change.

    `step_up` and `recovering`: the rate left what its history predicts, by `ratio` at least, at false-discovery rate
    `q` over all surfaces and both directions. `new`: friction where there was too little history to compare with.
    `chronic`: friction recently and before, without a step. `none`: anything else.
    """
    known = (periods.recent_exposed >= rules.least) & (periods.prior_exposed >= rules.least)
    compared = np.flatnonzero(known)
    tails = predictive_tails(periods.take(compared), prior[0][compared], prior[1][compared])
    changed, ratio = np.full(len(known), np.nan), np.ones(len(known))
    changed[compared] = np.minimum(1.0, 2 * np.minimum(tails.above, tails.below))
    ratio[compared] = tails.ratio
    q = q_values(changed)
    significant = known & (np.nan_to_num(q, nan=1.0) <= rules.q)
    troubled = periods.recent_affected >= rules.affected
    found = np.full(len(q), "none", dtype=object)
    found[troubled & (periods.prior_affected >= rules.affected)] = "chronic"
    found[troubled & (periods.prior_exposed < rules.least) & rules.history] = "new"
    found[significant & (ratio >= rules.ratio) & troubled] = "step_up"
    found[significant & (ratio <= 1 / rules.ratio) & (periods.prior_affected >= rules.affected)] = "recovering"
    return [str(state) for state in found], q


@dataclass(frozen=True)
class Rules:
    """When a change counts.

    Attributes:
        least: fewest exposed sessions of either period.
        affected: fewest affected sessions of a period to speak of friction.
        ratio: least ratio of rates.
        q: false-discovery rate.
        history: whether the site was observed long enough before the recent days to call anything new.
    """

    least: int
    affected: int
    ratio: float
    q: float
    history: bool
