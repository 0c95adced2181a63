"""Small inserts: what the loader, the scorer and the generator would have written."""

from datetime import UTC, date, datetime

from psycopg import sql
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection

AS_OF = date(2026, 11, 21)
MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)


def insert(connection: Connection, relation: str, **values: object) -> None:
    """Insert one row."""
    query = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(*relation.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )
    connection.execute(query, {name: Jsonb(v) if isinstance(v, dict) else v for name, v in values.items()})


def add_score(connection: Connection, surface_key: str = "#buy", signal: str = "any", **values: object) -> None:
    """One score; unless told otherwise 17 of 62 sessions that used an element, rank 1 for signal `any`."""
    row = {
        "as_of": AS_OF,
        "surface_level": "element",
        "surface_key": surface_key,
        "signal": signal,
        "denominator": "form_start" if signal == "form_leak" else "interaction",
        "exposed_sessions": 62,
        "affected_sessions": 17,
        "affected_visitors": 16,
        "converted_sessions": 26,
        "rate": 0.273,
        "rate_low": 0.185,
        "rate_high": 0.369,
        "evidence_grade": "D",
        "rank": 1 if signal == "any" else None,
        "score_version": "rates-1+781df20d",
        "input_watermark": MORNING,
        "observed_days": 15,
    }
    insert(connection, "public.friction_scores", **row | values)


def add_file(connection: Connection, number: int = 1, name: str = "events.jsonl", **values: object) -> None:
    """One loaded file of 100 lines: 80 inserted, 9 duplicates, 5 quarantined, 2 parked, 4 ignored."""
    row = {
        "id": number,
        "path": f"/srv/landing/{name}",
        "source": "native",
        "sha256": f"{number:064}",
        "status": "loaded",
        "lines": 100,
        "inserted": 80,
        "duplicates": 9,
        "quarantined": 5,
        "parked": 2,
        "ignored": {"web_vitals": 3, "dead_click": 1},
        "started_at": MORNING,
    }
    insert(connection, "uxpipeline.ingest_files", **row | values)


def add_quarantined(connection: Connection, reason: str = "bad_json", *, file: int = 1, lines: int = 5) -> None:
    """Rejected lines of a loaded file."""
    for line in range(1, lines + 1):
        payload = '{"session_id": "session-secret-7"}'
        insert(connection, "uxpipeline.quarantine", file_id=file, line_no=line, reason=reason, payload=payload)


def add_proposal(connection: Connection, proposal_id: str = "rage-click-1", **values: object) -> None:
    """One proposal as the generator writes it."""
    evidence = {"exposed_sessions": 62, "affected_sessions": 17, "affected_visitors": 16, "as_of": "2026-11-21"}
    evidence |= {"rate": 0.273, "rate_low": 0.185, "rate_high": 0.369, "evidence_grade": "D"}
    test = {"verdict": "not_testable", "needed_per_arm": 2196, "sessions_per_week": 28.9, "days_needed": 1063}
    row = {
        "proposal_id": proposal_id,
        "status": "proposed",
        "friction_point": "Repeated fast clicks on #buy",
        "component_id": "buy-box",
        "page_url": "/cart",
        "change_description": "Show that the click was received",
        "proposed_changes": {},
        "metadata": {"profile": "default", "evidence": evidence, "test": test | {"minimum_effect": 0.1}},
        "created_at": MORNING,
    }
    # The guard sets dates and status of a new proposal itself.
    guard = "alter table public.optimization_history {} trigger guard_proposal"
    connection.execute(guard.format("disable").encode())
    insert(connection, "public.optimization_history", **row | values)
    connection.execute(guard.format("enable").encode())


def add_funnel_step(
    connection: Connection, funnel: str, order: int, name: str, *, sessions: int = 0, configured: bool = True
) -> None:
    """One step and the sessions that reached it."""
    if configured:
        insert(connection, "uxpipeline.funnel_steps", funnel_name=funnel, step_order=order, step_name=name)
    for number in range(sessions):
        session = f"session-secret-{number}"
        connection.execute(
            "insert into public.user_sessions (session_id, landing_page) values (%s, '/') on conflict do nothing",
            [session],
        )
        step = {"funnel_name": funnel, "step_order": order, "step_name": name}
        insert(connection, "public.conversion_funnels", session_id=session, entered_at=MORNING, **step)


def add_block(connection: Connection, surface_key: str = "#buy", signal: str = "any", **values: object) -> None:
    """Friction that was not proposed; its score has to be there."""
    row = {"as_of": AS_OF, "surface_level": "element", "surface_key": surface_key, "signal": signal, "rule": "r"}
    row |= {"reason": "not_testable", "detail": "needs 31231 per arm, this surface gets 100 a week"}
    insert(connection, "public.proposal_blocks", **row | values)
