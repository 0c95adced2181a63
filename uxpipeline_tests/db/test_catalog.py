"""Drift: whatever somebody changes by hand is named, and nothing else is."""

import pytest

from uxpipeline.db import catalog, sqlfiles
from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection

NOBODY_CONVERTS = """
    create or replace view uxpipeline.converted_sessions with (security_invoker = true) as
    select null::text as session_id, null::timestamptz as converted_at
"""
PARTITION = "select uxpipeline.ensure_event_partitions('2026-11-20', '2026-11-20');"
PAGE_KEY = "create or replace function uxpipeline.page_key(url text) returns text language sql set search_path = ''"


def test_the_shipped_facts_are_those_of_our_files(connection: Connection) -> None:
    """Failing here after a change of `sql/` means: run `make catalog`."""
    assert drift(connection) == []
    assert (sqlfiles.root() / catalog.FRESH).read_text(encoding="utf-8") == catalog.written(catalog.found(connection))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("alter table public.user_sessions add column note text",
         ["column public.user_sessions.note is not ours: text"]),
        ("alter table public.user_sessions alter column language set not null",
         ["column public.user_sessions.language is `text not null` instead of `text`"]),
        ("alter table public.user_sessions alter column page_count set default 0",
         ["column public.user_sessions.page_count is `integer default 0` instead of `integer default 1`"]),
        ("alter table uxpipeline.parked alter column kind type varchar(90)",
         ["column uxpipeline.parked.kind is `character varying(90) not null` instead of `text not null`",
          "constraint uxpipeline.parked.parked_kind_check is"]),
        ("alter table public.a_b_tests drop constraint a_b_tests_sample_size_check",
         ["constraint public.a_b_tests.a_b_tests_sample_size_check is missing"]),
        ("drop index public.idx_user_sessions_created_at", ["index public.idx_user_sessions_created_at is missing"]),
        ("create index mine on public.user_sessions (language)", ["index public.mine is not ours"]),
        ("drop policy ai_analysis_read on public.a_b_tests",
         ["policy public.a_b_tests.ai_analysis_read is missing"]),
        ("alter policy beacon_ingest_insert on public.behavior_events to public",
         ["policy public.behavior_events.beacon_ingest_insert is `for insert to public check"]),
        ("alter table public.a_b_tests disable row level security",
         ["table public.a_b_tests is `logged` instead of `logged, row security`"]),
        ("grant select on public.user_sessions to public",
         ["grant public.user_sessions to public is not ours: select"]),
        ("grant select (user_agent) on public.user_sessions to ai_analysis",
         ["column grant public.user_sessions.user_agent to ai_analysis is not ours: select"]),
        ("revoke insert on public.a_b_tests from admin",
         ["grant public.a_b_tests to admin is `delete, select, update` instead of `delete, insert, select, update`"]),
        ("grant usage on schema uxpipeline to ai_analysis",
         ["schema grant uxpipeline to ai_analysis is not ours: usage"]),
        (PAGE_KEY + " return url", ["function uxpipeline.page_key(text) is"]),
        ("alter function public.close_session(text, text, text, integer) set search_path = public",
         ["function public.close_session(text,text,text,integer) is"]),
        ("grant execute on function uxpipeline.page_key(text) to public",
         ["function grant uxpipeline.page_key(text) to public is not ours: execute"]),
        ("drop trigger guard_proposal on public.optimization_history",
         ["trigger public.optimization_history.guard_proposal is missing"]),
        ("alter table public.optimization_history disable trigger guard_proposal",
         ["trigger public.optimization_history.guard_proposal is"]),
        ("alter view public.friction_points reset (security_invoker)",
         ["view public.friction_points is `logged` instead of `logged, security_invoker=true`"]),
        (NOBODY_CONVERTS,
         ["query uxpipeline.converted_sessions is", "query reads uxpipeline.converted_sessions is missing"]),
        ("drop materialized view public.component_performance", ["materialized view public.component_performance"]),
        ("create table uxpipeline.scratch ()", ["table uxpipeline.scratch is not ours"]),
        (PARTITION + "alter table uxpipeline.behavior_events_20261120 disable row level security",
         ["partition uxpipeline.behavior_events_20261120 is not ours: no row security"]),
        (PARTITION + "grant select on uxpipeline.behavior_events_20261120 to admin",
         ["grant uxpipeline.behavior_events_20261120 to admin is not ours: select"]),
    ],
)  # fmt: skip
def test_a_change_by_hand_is_named(sql_transaction: Connection, change: str, told: list[str]) -> None:
    sql_transaction.execute(change.encode())
    found = drift(sql_transaction)
    assert [any(line.startswith(start) for line in found) for start in told] == [True] * len(told)


@pytest.mark.parametrize(
    "change",
    [
        "create table public.orders (id integer primary key); create view public.mine as select 1 as one",
        "create function public.mine() returns integer language sql return 1",
        "select uxpipeline.ensure_event_partitions('2026-11-20', '2026-11-27')",
    ],
)
def test_what_is_not_ours_and_what_comes_and_goes_is_no_drift(sql_transaction: Connection, change: str) -> None:
    sql_transaction.execute(change.encode())
    assert drift(sql_transaction) == []
