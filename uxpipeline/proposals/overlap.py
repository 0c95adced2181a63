"""Which surfaces are likely one cause: the same sessions are affected on both."""

from collections.abc import Mapping, Sequence

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.friction.facts import Window, count, make_facts
from uxpipeline.friction.parameters import Parameters

Surface = tuple[str, str, str]
"""Level, hash of the key, signal."""


def shared_sessions(
    connection: Connection,
    surfaces: Sequence[Surface],
    window: Window,
    parameters: Parameters,
) -> Mapping[frozenset[Surface], float]:
    """Share of affected sessions that two surfaces have in common, of the smaller; pairs without any are missing.

    Counts the window once more, inside the caller's transaction, unless there are no two surfaces to compare.
    """
    named = list(dict.fromkeys(surfaces))
    if len(named) < 2:
        return {}
    make_facts(connection, window)
    count(connection, window, parameters)
    levels, hashes, signals = (list(part) for part in zip(*named, strict=True))
    values = {"levels": levels, "hashes": hashes, "signals": signals}
    found = connection.execute(statement("proposals/shared_sessions"), values).fetchall()
    return {frozenset((named[one], named[other])): share for one, other, share in found}
