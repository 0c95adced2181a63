"""Worlds in a database: as raw events, or as the facts those events amount to."""

import io

import pandas as pd

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline_tests.friction.worlds import Site

_SIGNALS = {0: "click", 1: "error", 2: "rage_click", 3: "hesitation"}


def store_sessions(connection: Connection, site: Site) -> None:
    """Sessions and funnel steps, under the seed's funnel."""
    _copy(connection, site.sessions.drop(columns="intent").reset_index(names="session"), "world_sessions", _SESSIONS)
    connection.execute(
        b"insert into user_sessions (session_id, landing_page, device_type, referrer, visitor_key, created_at)"
        b" select 's' || session, '/', device, referrer, 'v' || visitor, to_timestamp(started) from world_sessions"
    )
    connection.execute(
        b"insert into conversion_funnels (session_id, funnel_name, step_name, step_order, entered_at, received_at)"
        b" select 's' || session, 'lead_capture', 'start', 1, to_timestamp(step_at), to_timestamp(step_at)"
        b" from world_sessions where step_at > 0 union all"
        b" select 's' || session, 'lead_capture', 'lead', 2, to_timestamp(converted_at), to_timestamp(converted_at)"
        b" from world_sessions where converted_at > 0"
    )
    connection.execute(b"analyze user_sessions")


_LEVELS = (
    ("element", b"'#e' || n", b"surface", b"'/p' || n / 4", b"'button'", b"'c' || n / 8", 10),
    ("component", b"'c' || n / 2", b"surface / 4", b"'/p' || n", b"null", b"'c' || n / 2", 10),
    ("page", b"'/p' || n", b"surface / 4", b"'/p' || n", b"null", b"null", 30),
    ("site", b"'site'", b"0", b"null", b"null", b"null", 30),
)
"""Level, key, what a row is numbered by, page, type, component, interactions kept."""


def store_facts(connection: Connection, site: Site, *, all_levels: bool = True) -> None:
    """What the interactions amount to per session and surface, for this transaction to score.

    Without `all_levels` only elements and the site.
    """
    connection.execute(statement("friction/facts/session_surfaces"))
    _copy(connection, site.interactions, "world_interactions", _INTERACTIONS)
    levels = _LEVELS if all_levels else (_LEVELS[0], _LEVELS[-1])
    for level, key, number, page, kind, component, kept in levels:
        connection.execute(
            b"insert into pg_temp.session_surfaces"
            b" select 's' || session, day, %(level)s, " + key + b", " + page + b", " + kind + b", " + component + b","
            b" interactions, interaction_at[:%(kept)s], events_before[:%(kept)s], rage_click_at, hesitation_at,"
            b" error_at, false, false"
            b" from (select session, (at at time zone 'UTC')::date as day, " + number + b" as n,"
            b" count(*) as interactions, array_agg(at order by at) as interaction_at,"
            b" array_agg(before order by at) as events_before, min(at) filter (where kind = 2) as rage_click_at,"
            b" min(at) filter (where kind = 3) as hesitation_at, min(at) filter (where kind = 1) as error_at"
            b" from (select session, to_timestamp(at) as at, kind, before, surface from world_interactions) i"
            b" group by 1, 2, 3) numbered",
            {"level": level, "kept": kept},
        )


def store_events(connection: Connection, site: Site) -> None:
    """Each interaction is a click, and the signal of its friction in the same second."""
    clicks = site.interactions[["session", "surface", "at"]].assign(kind=0)
    friction = site.interactions.loc[site.interactions["kind"] > 0, ["session", "surface", "at", "kind"]]
    events = pd.concat([clicks, friction], ignore_index=True)
    events["type"] = events["kind"].map(_SIGNALS)
    _copy(connection, events.drop(columns="kind"), "world_events", b"session int, surface int, at bigint, type text")
    connection.execute(
        b"insert into behavior_events"
        b' (session_id, event_type, element_path, element_type, component_id, page_url, "timestamp", received_at)'
        b" select 's' || session, type, 'body > button#e' || surface, 'button', 'c' || surface / 8,"
        b" 'https://shop.example/p' || surface / 4,"
        b" to_timestamp(at) + case when type = 'click' then interval '0' else interval '400 ms' end, to_timestamp(at)"
        b" from world_events"
    )


_SESSIONS = b"session int, started bigint, device text, referrer text, visitor int, converted_at bigint, step_at bigint"
_INTERACTIONS = b"session int, surface int, at bigint, kind int, before int"


def _copy(connection: Connection, frame: pd.DataFrame, table: str, columns: bytes) -> None:
    """Fill a temporary table of the transaction."""
    connection.execute(b"create temporary table %s (%s) on commit drop" % (table.encode(), columns))
    text = io.StringIO()
    frame.to_csv(text, index=False, header=False)
    with connection.cursor() as cursor, cursor.copy(b"copy %s from stdin (format csv)" % table.encode()) as copy:
        copy.write(text.getvalue())
