"""The role matrix: what `privileges.yaml` declares, what the catalog grants, and what happens when a role tries."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import yaml
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.roles import acting_as
from uxpipeline_tests.sql.rows import REQUIRED, insert

DECLARED = Path(__file__).with_name("privileges.yaml")
GRANTED = Path(__file__).with_name("privileges.sql")
OBJECTS = """
    select c.oid::regclass::text, c.relkind::text from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select p.oid::regprocedure::text, 'function' from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
    order by 1
"""
COLUMNS = """
    select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum
"""
VERBS = {
    "table": ("select", "insert", "update", "delete", "truncate"),
    "view": ("select", "insert", "update", "delete", "truncate"),
    "materialized view": ("select", "insert", "update", "delete", "truncate", "refresh"),
    "sequence": ("select", "update", "usage"),
    "function": ("execute",),
}
KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "S": "sequence", "function": "function"}
DENIED = "denied"
# Not a matter of privileges: nobody inserts into a materialized view.
IMPOSSIBLE = "impossible"
_IMPOSSIBLE = {"42809", "55000"}
# A row of its own beside those of the sample.
ANOTHER: dict[str, dict[str, Any]] = {
    "user_sessions": {"session_id": "another"},
    "behavior_events": {},
    "conversion_funnels": {"step_order": 2},
    "variant_assignments": {"session_id": "unassigned"},
    "a_b_tests": {"test_id": "another"},
    "optimization_history": {"proposal_id": "another"},
}

Columns = frozenset[str] | None
Rights = dict[str, Columns]
"""Verb → columns, None for the whole object."""


class Difference(NamedTuple):
    """What a role may do with an object against what was declared."""

    subject: str
    verb: str
    declared: object
    found: object


@dataclass(frozen=True)
class PrivilegeClass:
    """Objects with the same privileges."""

    name: str
    patterns: tuple[str, ...]
    may: dict[str, Rights]

    def holds(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


@cache
def _declaration() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DECLARED.read_text(encoding="utf-8"))
    return loaded


def roles() -> list[str]:
    return list(_declaration()["roles"])


def schema_users() -> dict[str, list[str]]:
    return dict(_declaration()["schemas"])


@cache
def classes() -> tuple[PrivilegeClass, ...]:
    return tuple(
        PrivilegeClass(
            name,
            tuple(given["objects"]),
            {role: {verb: _columns(of) for verb, of in rights.items()} for role, rights in given["may"].items()},
        )
        for name, given in _declaration()["classes"].items()
    )


def _columns(declared: str | list[str]) -> Columns:
    return None if declared == "all" else frozenset(declared)


def kinds(connection: Connection) -> dict[str, str]:
    """Every object of ours and what it is."""
    return {name: KINDS[kind] for name, kind in rows(connection, OBJECTS)}


def undeclared(connection: Connection) -> list[str]:
    """Objects that do not belong to exactly one class, and patterns that no object answers to."""
    names = kinds(connection)
    astray = [name for name in names if sum(group.holds(name) for group in classes()) != 1]
    patterns = [pattern for group in classes() for pattern in group.patterns]
    return astray + [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]


def declared_rights(role: str, name: str) -> Rights:
    [group] = [group for group in classes() if group.holds(name)]
    return group.may.get(role, {})


def grant_differences(connection: Connection, role: str) -> list[Difference]:
    """What the catalog grants the role, whoever gave it, against the declaration."""
    granted: dict[tuple[str, str], set[str] | None] = {}
    for name, verb, column in rows_named(connection, GRANTED.read_text(encoding="utf-8"), role=role):
        if column is None:
            granted[name, verb] = None
        else:
            columns = granted.setdefault((name, verb), set())
            assert columns is not None
            columns.add(column)
    declared = {
        (name, verb): columns for name in kinds(connection) for verb, columns in declared_rights(role, name).items()
    }
    nothing: frozenset[str] = frozenset()
    return [
        Difference(*key, declared.get(key, nothing), granted.get(key, nothing))
        for key in sorted(declared.keys() | granted.keys())
        if declared.get(key, nothing) != granted.get(key, nothing)
    ]


def rows_named(connection: Connection, query: str, **values: object) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode(), values).fetchall()


def empty_readable(connection: Connection) -> list[str]:
    """Relations that some role may read and that hold nothing to hide."""
    return [
        name
        for name, kind in kinds(connection).items()
        if kind not in {"sequence", "function"}
        and any("select" in declared_rights(role, name) for role in roles())
        and not value(connection, sql.SQL("select exists (select from {})").format(_identifier(name)).as_string())
    ]


def service_role_differences(connection: Connection) -> list[Difference]:
    """What the platform's administrator may do with our objects against what it may with `public.probe`."""
    if not value(connection, "select count(*) from pg_roles where rolname = 'service_role'"):
        return []
    granted = rows_named(connection, GRANTED.read_text(encoding="utf-8"), role="service_role")
    on_table = {verb for name, verb, _ in granted if name == "public.probe"}
    on_function = {verb for name, verb, _ in granted if name == "public.probe()"}
    by_default = {"function": on_function, "sequence": {"select", "update", "usage"} if on_table else set()}
    return [
        Difference(name, "any", sorted(expected), sorted(found))
        for name, kind in kinds(connection).items()
        for expected in [by_default.get(kind, on_table) if name.startswith("public.") else set()]
        for found in [{verb for granted_name, verb, _ in granted if granted_name == name}]
        if found != expected
    ]


def attempt_differences(connection: Connection, role: str, verb: str, *, acting: str) -> list[Difference]:
    """What happens when the role tries the verb on every object, against the declaration.

    Rows count: a policy that is missing refuses nothing, it only hides. `acting` is who tries for the role.
    """
    insert(connection, "user_sessions", session_id="unassigned")
    return [
        Difference(name, verb, expected, found)
        for name, kind in kinds(connection).items()
        if verb in VERBS[kind]
        for attempt in [_statement(connection, verb, name, kind, declared_rights(role, name).get(verb))]
        for expected in [_outcome(connection, None, verb, attempt) if _may(role, verb, name) else DENIED]
        for found in [_outcome(connection, acting, verb, attempt)]
        if expected != found and not (expected == DENIED and found == IMPOSSIBLE)
    ]


def _may(role: str, verb: str, name: str) -> bool:
    return role in schema_users()[name.split(".", 1)[0]] and verb in declared_rights(role, name)


def _outcome(connection: Connection, role: str | None, verb: str, statement: sql.Composed) -> object:
    """What the statement gives to the role, the owner for None; undone in any case."""
    found: object = DENIED
    with connection.transaction(force_rollback=True):
        try:
            if role is None:
                found = _result(connection, verb, statement)
            else:
                with acting_as(connection, role):
                    found = _result(connection, verb, statement)
        except psycopg.errors.InsufficientPrivilege:
            found = DENIED
        except psycopg.Error as error:
            found = IMPOSSIBLE if error.sqlstate in _IMPOSSIBLE else f"error {error.sqlstate}"
    return found


def _result(connection: Connection, verb: str, statement: sql.Composed) -> object:
    done = connection.execute(statement)
    return done.fetchone() if verb == "select" else done.rowcount


def _statement(connection: Connection, verb: str, name: str, kind: str, columns: Columns) -> sql.Composed:
    if kind == "function":
        return _call(connection, name)
    relation = _identifier(name)
    if kind == "sequence":
        return _SEQUENCE[verb].format(sql.Literal(name) if verb != "select" else relation)
    every = [column for (column,) in rows(connection, COLUMNS, name)]
    named = every if columns is None else sorted(columns)
    if verb == "select":
        return _READ.format(sql.SQL(", ").join(map(sql.Identifier, named)), relation)
    if verb == "insert":
        return _insertion(name.split(".", 1)[1], relation)
    return _CHANGE[verb].format(relation, sql.Identifier(named[-1]))


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


# Rows and what is in them: a view that joins rows hidden from the role has as many rows, with less in them.
_READ = sql.SQL(
    "select count(*), md5(string_agg(seen.r::text, '|' order by seen.r::text)) from (select row({}) as r from {}) seen"
)
_CHANGE = {
    "update": sql.SQL("update {0} set {1} = {1}"),
    "delete": sql.SQL("delete from {0}"),
    "truncate": sql.SQL("truncate {0} cascade"),
    "refresh": sql.SQL("refresh materialized view {0}"),
}
_SEQUENCE = {
    "select": sql.SQL("select last_value from {}"),
    "update": sql.SQL("select setval({}, 1)"),
    "usage": sql.SQL("select nextval({})"),
}


def _insertion(name: str, relation: sql.Composable) -> sql.Composed:
    if name not in ANOTHER:
        return sql.SQL("insert into {} default values").format(relation)
    given = REQUIRED[name] | ANOTHER[name]
    return sql.SQL("insert into {} ({}) values ({})").format(
        relation,
        sql.SQL(", ").join(map(sql.Identifier, given)),
        sql.SQL(", ").join(sql.Literal(_plain(item)) for item in given.values()),
    )


def _plain(item: object) -> object:
    return "{}" if item == {} else item


def _call(connection: Connection, signature: str) -> sql.Composed:
    arguments = value(
        connection,
        """
        select coalesce(string_agg('null::' || format_type(t, null), ', ' order by at), '')
        from pg_proc p cross join lateral unnest(p.proargtypes::oid[]) with ordinality a (t, at)
        where p.oid = %s::regprocedure
        """,
        signature,
    )
    return sql.SQL("select {}({})").format(sql.Identifier(*signature.split("(", 1)[0].split(".")), sql.SQL(arguments))
