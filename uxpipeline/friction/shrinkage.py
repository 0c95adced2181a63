"""Shrinkage: severities of like surfaces inform each other.

The true severity of a surface is either next to nothing, or it takes (or brings) a share of the conversions: a normal
around plus or minus that share, as wide as the share itself (a spike and slabs: Mitchell and Beauchamp 1988, JASA
83:1023; slabs to either side, as harm may be more frequent than help: Stephens 2017, Biostatistics 18:275). How many
surfaces are of the second kind, how many of those do harm, and how much, is learnt from all surfaces of a level and
signal and never taken for known: posteriors are averaged over what it may be, so that few surfaces teach little.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from uxpipeline.friction.rates import Counts, Floats

AT_ONCE = 200
"""Surfaces treated at once: 200 × 4,000 draws are 6 MB an array."""
_MANY = (np.arange(10) + 0.5) / 10
"""How many surfaces may be of the second kind: any share is as likely."""
_HARM = (np.arange(5) + 0.5) / 5
"""How many of those may do harm: likewise."""
_LEAST = 1e-300


@dataclass(frozen=True)
class Prior:
    """What severities may be, as shares of the conversion rate.

    Attributes:
        nothing: standard deviation of a severity that is next to nothing.
        slabs: shares that trouble may take, one of them typical of a level and signal.
    """

    nothing: float
    slabs: tuple[float, ...]

    @cached_property
    def beliefs(self) -> Floats:
        """What may be believed of a level and signal, one a row: how many, how many of those do harm, which slab."""
        return np.array(list(product(_MANY, _HARM, range(len(self.slabs)))))

    def components(self, belief: Counts, side: Counts) -> Counts:
        """Number of the component that a belief and a side (0 nothing, 1 harm, 2 help) name."""
        slab = self.beliefs[belief, 2].astype(np.int64)
        return np.asarray(np.where(side == 0, 0, 1 + slab + (side - 1) * len(self.slabs)))

    def joint(self, likelihoods: Floats) -> Floats:
        """Densities of nothing, harm and help together with each estimate, by belief: (surfaces, beliefs, 3)."""
        many, harm, _ = self.beliefs.T
        every = np.arange(len(self.beliefs))
        nothing, harmful, helpful = (likelihoods[:, self.components(every, np.full(len(every), n))] for n in range(3))
        return np.stack([nothing * (1 - many), harmful * many * harm, helpful * many * (1 - harm)], axis=2)


@dataclass(frozen=True)
class Posterior:
    """What is known of the severities of a level's surfaces; components are nothing, harm by slab, help by slab.

    Attributes:
        prior: what severities may be.
        beliefs: probability of each of its beliefs given all surfaces, shape (beliefs,).
        likelihoods: density of each surface's estimate under each component, the greatest of a surface scaled to 1,
            shape (surfaces, components).
        means: posterior means within components, same shape.
        sds: posterior standard deviations within components, same shape.
    """

    prior: Prior
    beliefs: Floats
    likelihoods: Floats
    means: Floats
    sds: Floats

    def chances(self, part: slice) -> Floats:
        """Probabilities of nothing, harm and help under each belief, for some surfaces: (surfaces, beliefs, 3)."""
        joint = self.prior.joint(self.likelihoods[part])
        return np.asarray(joint / joint.sum(axis=2, keepdims=True))

    @cached_property
    def weights(self) -> Floats:
        """Probabilities of the components, averaged over beliefs, shape (surfaces, components)."""
        found = np.zeros(self.means.shape)
        every = np.arange(len(self.beliefs))
        for start in range(0, len(found), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            chances = self.chances(part) * self.beliefs[None, :, None]
            for side in range(3):
                components = self.prior.components(every, np.full(len(every), side))
                for component in np.unique(components):
                    found[part, component] = chances[:, components == component, side].sum(axis=1)
        return found

    @property
    def mean(self) -> Floats:
        """Posterior mean, shape (surfaces,)."""
        return np.asarray((self.weights * self.means).sum(axis=1))

    @property
    def sd(self) -> Floats:
        """Posterior standard deviation, shape (surfaces,)."""
        second = (self.weights * (self.sds**2 + self.means**2)).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(second - self.mean**2, 0.0)))


def posterior(effects: Floats, variances: Floats, conversion_rate: float, prior: Prior) -> Posterior:
    """Posterior of all severities of a level and signal.

    Args:
        effects: estimate per surface, shape (surfaces,).
        variances: their sampling variances, same shape.
        conversion_rate: what severities are shares of, positive.
        prior: what they may be.
    """
    slabs = np.array(prior.slabs)
    centres = conversion_rate * np.concatenate([[0.0], slabs, -slabs])
    widths = conversion_rate * np.concatenate([[prior.nothing], slabs, slabs])
    total = variances[:, None] + widths**2
    logs = -0.5 * (np.log(total) + (effects[:, None] - centres) ** 2 / total)
    likelihoods = np.maximum(np.exp(logs - logs.max(axis=1, keepdims=True)), _LEAST)
    evidence = np.zeros(len(prior.beliefs))
    for start in range(0, len(effects), AT_ONCE):
        evidence += np.log(prior.joint(likelihoods[start : start + AT_ONCE]).sum(axis=2)).sum(axis=0)
    beliefs = np.exp(evidence - evidence.max())
    keep = widths**2 / total
    return Posterior(
        prior=prior,
        beliefs=beliefs / beliefs.sum(),
        likelihoods=likelihoods,
        means=centres + keep * (effects[:, None] - centres),
        sds=np.sqrt(keep * variances[:, None]),
    )
