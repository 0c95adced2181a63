"""The one schema runs on one node and, distributed by session_id, on many."""

import re
from pathlib import Path

import pytest

from uxpipeline.db import sqlfiles
from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column

LINT = Path(__file__).with_name("citus_lint.sql").read_text(encoding="utf-8")
# What Citus cannot do with distributed tables.
UNSUPPORTED = re.compile(
    r"^\s*merge into|grouping sets|\brollup\b|\bcube\b|detach partition \S+ concurrently|skip locked",
    re.IGNORECASE | re.MULTILINE,
)
CLOCK_IN_UPSERT = re.compile(r"do update\s+set[^;]*?=\s*now\(\)", re.IGNORECASE)
DAY_OF_THE_SESSION = re.compile(r"""\bdate\("timestamp"\)|"timestamp"::date""", re.IGNORECASE)


def test_nothing_keeps_the_session_tables_from_being_distributed(db: Connection) -> None:
    assert column(db, LINT) == []


@pytest.mark.parametrize(
    ("offence", "rule"),
    [
        ("create unique index on public.user_sessions (id)", "unique key lacks session_id"),
        (
            "alter table public.conversion_funnels add other text references public.user_sessions (session_id)",
            "FK between sharded tables lacks session_id",
        ),
        (
            "create table public.notes (session_id text references public.user_sessions (session_id))",
            "FK from unsharded to sharded",
        ),
        (
            "create trigger t after insert on public.user_sessions execute function public.touch_received_at()",
            "statement or transition trigger",
        ),
        (
            "create policy p on public.user_sessions to admin using (current_setting('x') = 'y')",
            "policy needs session state or subquery",
        ),
        ("create policy p on public.user_sessions as restrictive to admin using (true)", "restrictive policy"),
        ("alter table public.conversion_funnels add n int generated always as identity", "identity column"),
    ],
)
def test_the_lint_finds_what_would(db: Connection, offence: str, rule: str) -> None:
    db.execute(offence.encode())
    assert column(db, LINT) == [rule]


@pytest.mark.parametrize(
    "pattern", [UNSUPPORTED, CLOCK_IN_UPSERT, DAY_OF_THE_SESSION], ids=["unsupported", "clock", "day"]
)
def test_no_shipped_file_uses_what_distributed_tables_cannot_do(pattern: re.Pattern[str]) -> None:
    found = [path for path in sqlfiles.root().rglob("*.sql") if pattern.search(path.read_text(encoding="utf-8"))]
    # Temporary tables are never distributed.
    assert [
        path.name for path in found if re.search(r"\b(public|uxpipeline)\.", path.read_text(encoding="utf-8"))
    ] == []


SESSION_TABLES = """
    select format('public.%I', c.relname) from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'session_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    order by 1
"""
REFERRED_TO = """
    select distinct format('public.%%I', r.relname) from pg_constraint f
    join pg_class r on r.oid = f.confrelid
    where f.contype = 'f' and f.conparentid = 0 and f.conrelid = any (%s::regclass[])
"""


def test_the_tables_of_sessions_are_distributed_together_and_what_they_refer_to_is_everywhere(db: Connection) -> None:
    text = (sqlfiles.root() / "citus.sql").read_text(encoding="utf-8")
    distributed = re.findall(r"create_distributed_table\('(public\.\w+)', 'session_id'", text)
    everywhere = re.findall(r"create_reference_table\('(public\.\w+)'\)", text)
    assert sorted(distributed) == column(db, SESSION_TABLES)
    assert re.findall(r"colocate_with => '([^']+)'", text) == [distributed[0]] * (len(distributed) - 1)
    assert {name for (name,) in db.execute(REFERRED_TO, [distributed])} <= {*distributed, *everywhere}
