"""Evidence of harm that may be looked at every day: a one-sided e-process."""

import numpy as np
from scipy import special

from uxpipeline.experiments.counts import Floats

TAU = 0.4
"""Standard deviation of the harm the test is most alert to, in log odds."""
FEWEST_CONVERSIONS = 20
"""Below, in both arms together, the normal approximation of the score is not trusted."""


def log_e(harm: Floats, information: Floats, tau: float = TAU) -> Floats:
    """Log of a half-normal mixture of likelihood ratios; without harm it crosses log(1/α) in at most α of tests.

    log E = log 2 + ½ log(ρ / (V + ρ)) + H² / (2 (V + ρ)) + log Φ(H / √(V + ρ)) with ρ = 1/τ² (one-sided normal mixture
    of Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49:1055). The guarantee is asymptotic in H.

    Args:
        harm: score in the harmful direction, any shape.
        information: its variance, same shape.
        tau: scale of the mixture.
    """
    rho = 1 / tau**2
    total = information + rho
    return np.asarray(
        np.log(2) + 0.5 * np.log(rho / total) + harm**2 / (2 * total) + special.log_ndtr(harm / np.sqrt(total))
    )
