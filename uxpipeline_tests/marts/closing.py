"""A visit of three pages, how its session ended, and a beacon that says goodbye."""

from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.lines import SITE
from uxpipeline_tests.marts.visits import act
from uxpipeline_tests.sql.roles import acting_as

END = "select exit_page, exit_reason, duration_seconds, page_count from public.user_sessions where session_id = 's'"
SESSIONS = "select xmin::text || to_jsonb(us)::text from public.user_sessions us"
CLOSE = "select public.close_session('s', %s, %s, %s)"
EVERYTHING = """
    select 'session' || us.xmin || to_jsonb(us)::text from public.user_sessions us
    union all select 'event' || be.xmin || to_jsonb(be)::text from public.behavior_events be
    union all select 'step' || cf.xmin || to_jsonb(cf)::text from public.conversion_funnels cf
    union all select 'owed' || to_jsonb(s)::text from uxpipeline.stale_sessions s
    union all select 'fact' || f.xmin || to_jsonb(f)::text from uxpipeline.session_facts f
    union all select 'state' || m.xmin || to_jsonb(m)::text from uxpipeline.mart_state m
    order by 1
"""
THREE_PAGES = (f"{SITE}/thanks", "timeout", 60, 2)


def three_pages(db: Connection) -> None:
    act(db, 5, "page_view", "/")
    act(db, 20, "click", "/")
    act(db, 65, "page_view", "/thanks")


def end(db: Connection) -> tuple[Any, ...]:
    """Exit page, exit reason, duration and page count of session `s`."""
    [found] = rows(db, END)
    return found


def say_goodbye(
    db: Connection, page: str | None = "/bye", reason: str | None = "close", pages: int | None = None
) -> None:
    with acting_as(db, "beacon_ingest"):
        db.execute(CLOSE, [page, reason, pages])
