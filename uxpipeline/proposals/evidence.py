"""Evidence that can be put to the test: the question, its parameters, the answer, and the same question again."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.facts import Window, count, make_facts
from uxpipeline.friction.parameters import Parameters, parameters_of
from uxpipeline.friction.scores import score as score_counts
from uxpipeline.proposals.names import key_hash
from uxpipeline.proposals.store import StoredEvidence, evidence_of
from uxpipeline.settings import Profile

QUERY = "friction/score/surface_counts"
"""What counts sessions; the estimates follow from its counts alone."""
FIELDS = (
    "denominator", "exposed_sessions", "affected_sessions", "affected_visitors", "converted_sessions", "rate",
    "rate_low", "rate_high", "lost_conversions", "lost_low", "lost_high", "lost_rank_bound", "p_loss",
    "evidence_grade", "negative_control_p", "placebo_p", "excess_abandons", "recent_exposed", "recent_affected",
)  # fmt: skip


def record(connection: Connection, proposal_id: str, score: Mapping[str, Any], profile: Profile) -> None:
    """Add what a score says to a proposal's evidence, unless its newest says the same or is newer."""
    result = result_of(score)
    known = evidence_of(connection, proposal_id)
    if known and (known[0].as_of > score["as_of"] or _says(known[0], score["score_version"], result)):
        return
    params = {
        "surface_level": score["surface_level"],
        "surface_hash": key_hash(score["surface_key"]),
        "signal": score["signal"],
        "profile": profile,
    }
    values = {
        "proposal_id": proposal_id,
        "query_id": QUERY,
        "params": Jsonb(params),
        "result": Jsonb(result),
        "result_hash": digest(result),
        "as_of": score["as_of"],
        "known_at": score["input_watermark"],
        "score_version": score["score_version"],
    }
    connection.execute(statement("proposals/record_evidence"), values)


def contradiction(connection: Connection, evidence: StoredEvidence) -> str | None:
    """What no longer holds when the question is put again, over the same window and rows; None if all does.

    Runs in the caller's transaction, and takes as long as a scoring.
    """
    if digest(evidence.result) != evidence.result_hash:
        return "its record was changed"
    parameters = _parameters(evidence)
    if parameters is None:
        return f"it was scored as {evidence.score_version}, which this version does not compute"
    found = ask(connection, evidence, parameters)
    if found is None:
        return "the surface is no longer among the events of that time"
    changed = [name for name in FIELDS if found[name] != evidence.result.get(name)]
    told = (f"{name} was {evidence.result.get(name)}, is {found[name]}" for name in changed[:3])
    return "; ".join(told) if changed else None


def ask(connection: Connection, evidence: StoredEvidence, parameters: Parameters) -> dict[str, Any] | None:
    """Count and score the window anew from events; the row of the surface in question."""
    window = Window(evidence.as_of, evidence.known_at, parameters.window_days, parameters.recent_days)
    make_facts(connection, window)
    scores = score_counts(count(connection, window, parameters), window, parameters)
    wanted = tuple(evidence.params.get(name) for name in ("surface_level", "signal", "surface_hash"))
    for row in scores.to_dict("records"):
        if (row["surface_level"], row["signal"], key_hash(row["surface_key"])) == wanted:
            return result_of(row)
    return None


def result_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The numbers of a score as evidence keeps them: six digits, so that arithmetic of another machine agrees."""
    return {name: _kept(row[name]) for name in FIELDS}


def _says(evidence: StoredEvidence, score_version: str, result: dict[str, Any]) -> bool:
    return (evidence.score_version, evidence.result_hash) == (score_version, digest(result))


def digest(value: object) -> str:
    """SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _parameters(evidence: StoredEvidence) -> Parameters | None:
    profile = evidence.params.get("profile")
    if evidence.query_id != QUERY or profile not in ("default", "demo"):
        return None
    parameters = parameters_of(profile)
    return parameters if parameters.version == evidence.score_version else None


def _kept(value: Any) -> str | int | float | None:  # noqa: ANN401  # a cell of a data frame
    if isinstance(value, str) or value is None or pd.isna(value):
        return value if isinstance(value, str) else None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else float(f"{number:.6g}")
