"""From scores to proposals: deterministic, typed, with the evidence they rest on."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from uxpipeline import __version__
from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import display_key
from uxpipeline.friction.parameters import GATES
from uxpipeline.proposals.power import testability
from uxpipeline.proposals.rules import RULES, Rule
from uxpipeline.settings import Settings

AUTHOR = f"uxpipeline:{__version__}"
MOST_PER_DAY = 5
HYPOTHESIS_VERSION = 1


@dataclass(frozen=True)
class Proposal:
    """One row of `optimization_history` as the generator makes it; impact and confidence stay unset until estimated."""

    proposal_id: str
    friction_point: str
    component_id: str | None
    page_url: str | None
    change_description: str
    proposed_changes: dict[str, Any]
    metadata: dict[str, Any]


def propose(connection: Connection, as_of: date, settings: Settings) -> list[Proposal]:
    """Write the day's new proposals, most certain friction first; what was proposed before is not proposed again."""
    with transaction(connection):
        connection.execute(statement("proposals/state_actor"), {"actor": AUTHOR})
        known = {key for (key,) in connection.execute(statement("proposals/known")).fetchall()}
        found = candidates(connection, as_of, settings)
        made = [proposal for proposal in found if proposal.metadata["dedupe_key"] not in known][:MOST_PER_DAY]
        for proposal in made:
            values = asdict(proposal)
            values |= {name: Jsonb(values[name]) for name in ("proposed_changes", "metadata")}
            connection.execute(statement("proposals/insert_proposal"), values)
    return made


def candidates(connection: Connection, as_of: date, settings: Settings) -> list[Proposal]:
    """What the day's scores justify, in order, whether or not it was proposed before."""
    values = {"as_of": as_of, **asdict(GATES[settings.profile])}
    with connection.cursor(row_factory=dict_row) as cursor:
        scores = cursor.execute(statement("proposals/candidates"), values).fetchall()
    return [
        _proposal(score, rule, as_of, settings)
        for score in scores
        for rule in RULES
        if rule.fits(score["surface_level"], score["signal"], score["element_type"])
    ]


def _proposal(score: dict[str, Any], rule: Rule, as_of: date, settings: Settings) -> Proposal:
    surface = display_key(score["surface_key"])
    key = _dedupe_key(score, rule)
    evidence = _evidence(score, as_of)
    test = testability(*_metric(score), score["observed_days"])
    return Proposal(
        proposal_id=f"{key}-1",
        friction_point=rule.friction.format(surface=surface),
        component_id=score["component_id"],
        page_url=score["page_key"],
        change_description=rule.description.format(surface=surface),
        proposed_changes={
            "change_type": rule.change_type,
            "target": {"level": score["surface_level"], "surface": surface},
            "change": rule.change,
            "rollback": rule.rollback,
        },
        metadata={
            "dedupe_key": key,
            "rule": rule.name,
            "author": AUTHOR,
            "profile": settings.profile,
            "conversion": settings.conversion,
            "evidence": evidence,
            "evidence_hash": _hash(evidence),
            "test": {"verdict": test.verdict, **asdict(test)},
        },
    )


def _metric(score: dict[str, Any]) -> tuple[str, int, int]:
    """What a test of this surface compares: a form by its submissions, anything else by conversions."""
    exposed = score["exposed_sessions"]
    if score["signal"] == "form_leak":
        return "form_submit", exposed, exposed - score["affected_sessions"]
    return "conversion", exposed, score["converted_sessions"]


def _dedupe_key(score: dict[str, Any], rule: Rule) -> str:
    identity = [score["surface_level"], score["surface_key"], score["signal"], rule.name, HYPOTHESIS_VERSION]
    return f"{score['signal'].replace('_', '-')}-{_hash(identity)[:12]}"


def _evidence(score: dict[str, Any], as_of: date) -> dict[str, Any]:
    counts = (
        "signal", "denominator", "exposed_sessions", "affected_sessions", "affected_visitors", "converted_sessions",
        "rate", "rate_low", "rate_high", "evidence_grade", "score_version", "observed_days",
    )  # fmt: skip
    return {"as_of": as_of.isoformat(), **{name: score[name] for name in counts}}


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
