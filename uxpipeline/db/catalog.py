"""Whether the database still is what our files make of it: its catalog against that of a freshly built one."""

import json
from typing import NamedTuple

from uxpipeline.db import sqlfiles
from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement

FRESH = "catalog.jsonl"
"""File of `sql/` with the facts of a fresh database, one a line; `make catalog` writes it."""
_OURS = "uxpipeline"


class Fact(NamedTuple):
    """One thing the catalog says.

    Attributes:
        kind: what it is about, such as `column` or `policy`.
        relation: the relation, function or role it belongs to.
        name: its name, with that of the relation.
        definition: what it is.
    """

    kind: str
    relation: str
    name: str
    definition: str


def found(connection: Connection) -> list[Fact]:
    """What the catalog says of our schemas, in words that are the same on every server version."""
    with transaction(connection):
        connection.execute(statement("migrate/settings"))
        return [Fact(*row) for row in connection.execute(statement("doctor/catalog")).fetchall()]


def fresh() -> list[Fact]:
    """What it says of a database that our files were just applied to."""
    lines = (sqlfiles.root() / FRESH).read_text(encoding="utf-8").splitlines()
    return [Fact(*json.loads(line)) for line in lines]


def written(facts: list[Fact]) -> str:
    """Facts as the file keeps them."""
    return "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)


def drift(connection: Connection) -> list[str]:
    """What differs from a fresh database, a sentence each; other people's objects in `public` are theirs."""
    expected = {fact[:3]: fact.definition for fact in fresh()}
    relations = {relation for _, relation, _ in expected}
    actual = {
        fact[:3]: fact.definition
        for fact in found(connection)
        if fact.relation in relations or fact.relation.split(".")[0] == _OURS
    }
    return [
        _told(key, expected.get(key), actual.get(key))
        for key in sorted(expected.keys() | actual.keys())
        if expected.get(key) != actual.get(key)
    ]


def _told(key: tuple[str, str, str], expected: str | None, actual: str | None) -> str:
    kind, _, name = key
    if actual is None:
        return f"{kind} {name} is missing"
    if expected is None:
        return f"{kind} {name} is not ours: {actual}"
    return f"{kind} {name} is `{actual}` instead of `{expected}`"
