"""Everything a friction score depends on beside its input, in one place."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace

from uxpipeline.friction.shrinkage import Prior
from uxpipeline.settings import Profile


@dataclass(frozen=True)
class EvidenceGate:
    """Fewest sessions and visitors that a loss is estimated from and a proposal may rest on."""

    exposed_sessions: int
    affected_sessions: int
    affected_visitors: int


GATES: dict[Profile, EvidenceGate] = {"default": EvidenceGate(100, 10, 5), "demo": EvidenceGate(10, 5, 5)}


SEVERITIES = Prior(nothing=0.01, slabs=(1.0, 0.5, 0.25))


@dataclass(frozen=True)
class Parameters:
    """A change of any of these makes a new `score_version`.

    Attributes:
        method: name of the estimator; changes with its formulas.
        window_days: days a score covers, `as_of` included.
        hesitation_quantile: of the sessions' longest hesitations at an element, above which one counts.
        recent_days: days whose rates are compared with the surface's own history.
        interval: mass of the interval around a rate.
        gate: fewest sessions and visitors a loss is estimated from.
        fewest_controls: fewest controls of a stratum, and of a surface those that never meet friction.
        overlap_wanted: share of cases that `matched_on` speaks for; also the least with controls of grade B.
        severities: what severities may be before anything is seen.
        draws: simulated losses per surface.
        seed: of those draws.
        anomaly_ratio: least ratio of recent to former rate that counts as a step.
        anomaly_q: false-discovery rate of steps.
        anomaly_least: fewest exposed sessions, recently and before, to compare.
        falsification_p: a check with a smaller p-value tells.
        loss_q: false-discovery rate of losses for grades A and B.
        likely: least probability of a loss for grade B.
        overlap_best: least overlap of grade A.
    """

    method: str = "risk-set-5"
    window_days: int = 28
    hesitation_quantile: float = 0.90
    recent_days: int = 7
    interval: float = 0.90
    gate: EvidenceGate = GATES["default"]
    fewest_controls: int = 5
    overlap_wanted: float = 0.70
    severities: Prior = SEVERITIES
    draws: int = 4000
    seed: int = 20261122
    anomaly_ratio: float = 1.5
    anomaly_q: float = 0.10
    anomaly_least: int = 30
    falsification_p: float = 0.05
    loss_q: dict[str, float] = field(default_factory=lambda: {"A": 0.001, "B": 0.01})
    likely: float = 0.80
    overlap_best: float = 0.80

    @property
    def version(self) -> str:
        """Method and a hash of all parameters."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        return f"{self.method}+{digest[:8]}"


def parameters_of(profile: Profile) -> Parameters:
    """The parameters a profile scores with."""
    return replace(Parameters(), gate=GATES[profile])
