"""plpgsql_check reads the bodies of our functions; it exists for Debian's PostgreSQL 15."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows

FINDINGS = """
    select p.proname, checked.level, checked.message
    from pg_proc p
    join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
    left join lateral (select t.tgrelid from pg_trigger t where t.tgfoid = p.oid and not t.tgisinternal) used on true
    cross join lateral
        extensions.plpgsql_check_function_tb(p.oid, coalesce(used.tgrelid, 0), all_warnings => true) checked
    where p.pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
    order by 1, 3
"""
BROKEN = """
    create function public.broken() returns integer language plpgsql set search_path = '' as
    'begin return (select nothing from public.user_sessions); end'
"""

pytestmark = pytest.mark.target


def test_it_finds_no_error_and_no_warning_in_our_functions(connection: Connection) -> None:
    found = [finding for finding in rows(connection, FINDINGS) if finding[1] != "performance"]
    assert found == []


def test_it_finds_a_broken_body(connection: Connection) -> None:
    connection.execute(BROKEN)
    found = {name for name, level, _ in rows(connection, FINDINGS) if level == "error"}
    assert found == {"broken"}
