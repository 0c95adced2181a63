"""What must hold whatever happened: I1 to I4 in the database, I5 to I8 of what was loaded and said meanwhile.

An invariant without a meaning for what a test did (nothing was loaded, rows came from elsewhere) holds by itself.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from uxpipeline.cli.commands import load_exit
from uxpipeline.db.connect import Connection, connect
from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.loader import Loader
from uxpipeline.ingest.parked import release_parked
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import CLEAN, STATE
from uxpipeline_tests.load.witness import Seen, Witness, unpacked

NONE_OF = {
    "I1 a file whose lines are not accounted for": """
        select f.id from uxpipeline.ingest_files f
        where f.status <> 'aborted' and f.lines <> f.inserted + f.duplicates + f.quarantined + f.parked
            + coalesce((select sum(kind.value::bigint) from jsonb_each_text(f.ignored) kind), 0)
    """,
    "I2 a row of a file that is not loaded": """
        select be.load_id from public.behavior_events be
        where be.load_id is not null and not exists (
            select from uxpipeline.ingest_files f where f.id = be.load_id and f.status <> 'aborted'
        )
    """,
    "I3 a file loaded twice": """
        select sha256 from uxpipeline.ingest_files
        where status = 'loaded' group by sha256 having count(*) > 1
    """,
    "I3 a line stored twice": """
        select session_id, id from public.behavior_events
        where load_id is not null group by session_id, id having count(*) > 1
    """,
    "I8 a file that was aborted and left something": """
        select f.id from uxpipeline.ingest_files f
        where f.status = 'aborted' and (
            f.inserted > 0
            or exists (select from uxpipeline.quarantine q where q.file_id = f.id)
            or exists (select from uxpipeline.parked p where p.file_id = f.id)
        )
    """,
}
READ = (
    "component_performance", "daily_friction_summary", "session_analytics", "friction_points", "conversion_impact",
)  # fmt: skip
# What the tables hold besides that which files brought, once.
FROM_ELSEWHERE = """
    select 'an event' from public.behavior_events where load_id is null
    union all select 'a session' from public.user_sessions where supplied is null
    union all select 'a replay' from uxpipeline.quarantine where replayed_at is not null
"""
LOADED = "select sha256 from uxpipeline.ingest_files where status = 'loaded' order by id"
GIVEN = ("public.a_b_tests", "uxpipeline.erased_sessions")
"""What decides about lines, and comes from no file."""
SAID = """
    select problem from uxpipeline.ingest_files where problem is not null
    union all select reason || ' ' || detail from uxpipeline.quarantine
"""
METADATA = "select quote_ident(relname) from pg_class where relnamespace = to_regnamespace('dagster') and relkind = 'r'"
MOST_MEMORY = (256 - 64) * 1024 * 1024
"""What a load may take besides the 64 MiB of a process that has only imported what it needs and is connected."""


def assert_in_database(connection: Connection) -> None:
    """I1 to I4, and what the tables can tell of I8.

    Raises:
        AssertionError: one does not hold.
    """
    for name, broken in NONE_OF.items():
        assert len(rows(connection, broken)) == 0, name
    for name in ("component_performance", "daily_friction_summary"):
        connection.execute(f"refresh materialized view public.{name}".encode())
    for name in READ:
        rows(connection, f"select * from public.{name}")  # noqa: S608 - names of this file


def assert_of_loads(witness: Witness, printed: str, url: str | None, other: str | None) -> None:
    """I5 to I8 of what was loaded into a database, `url`, and what was printed meanwhile; `other` is an empty one.

    Raises:
        AssertionError: one does not hold.
    """
    assert_bounded_memory(witness)
    assert_exit_codes(witness)
    if url is None or other is None:
        assert_nothing_told(witness, [printed], None)
        return
    with connect(url) as connection, connect(other) as elsewhere:
        witness.look_up(column(connection, "select path from uxpipeline.ingest_files"))
        assert_nothing_told(witness, [printed, *said_in(connection)], url)
        assert_order_free(witness, connection, elsewhere)


def assert_order_free(witness: Witness, connection: Connection, other: Connection) -> None:
    """I5: the same files and lines in another order, loaded into another database, give the same rows.

    Raises:
        AssertionError: they do not.
    """
    hashes = column(connection, LOADED)
    if not hashes or not set(hashes) <= set(witness.files) or rows(connection, FROM_ELSEWHERE):
        return
    chance = random.Random(len(hashes))  # noqa: S311 - no secret
    loader, _ = witness.files[hashes[-1]]
    try:
        for given in GIVEN:
            copy_table(given, connection, other)
        for sha256 in chance.sample(hashes, len(hashes)):
            load_shuffled(*witness.files[sha256], other, chance)
        for where in (connection, other):
            # A test that was made known after the last load: what waits for it is taken up now, here as there.
            release_parked(where, loader.settings.earliest, loader.now)
        here, there = Counter(column(connection, STATE)), Counter(column(other, STATE))
        assert here == there, f"I5 another order gives other rows: {here - there} or {there - here}"
    finally:
        other.execute(CLEAN.encode())
        other.execute(b"delete from uxpipeline.erased_sessions")


def copy_table(name: str, source: Connection, target: Connection) -> None:
    everything = value(source, f"select coalesce(jsonb_agg(t), '[]')::text from {name} t")  # noqa: S608 - of this file
    target.execute(
        f"insert into {name} select * from jsonb_populate_recordset(null::{name}, %s::jsonb)".encode(),  # noqa: S608 - as above
        [everything],
    )


def load_shuffled(loader: Loader, content: bytes, connection: Connection, chance: random.Random) -> None:
    """Load a file as it was loaded before, its lines in another order."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shuffled"
        path.write_bytes(shuffled(content, chance))
        load_paths(connection, loader.settings, [path], loader.now, source=loader.source or "auto", max_bad=1.0)


def shuffled(content: bytes, chance: random.Random) -> bytes:
    """JSON lines in another order; the lines of other forms mean nothing without their header."""
    lines = unpacked(content).split(b"\n")
    if not any(_is_object(line) for line in lines[:9]):
        return content
    return b"".join(line + b"\n" for line in chance.sample(lines, len(lines)))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def assert_bounded_memory(witness: Witness) -> None:
    """I6.

    Raises:
        AssertionError: this process took more than a loader may.
    """
    assert witness.most_memory <= MOST_MEMORY, f"I6 {witness.most_memory:,} bytes"


def assert_nothing_told(witness: Witness, said: Iterable[str], url: str | None) -> None:
    """I7: nothing that was said holds what visitors wrote, or a secret.

    Raises:
        AssertionError: something does.
    """
    everything = "\n".join([*said, *witness.errors, *(report.problem or "" for report in witness.reports)])
    secrets = {loader.settings.privacy_key for loader, _ in witness.files.values()} | {urlsplit(url or "").password}
    told = [text for text in (*witness.texts(), *filter(None, secrets), "canary") if text in everything]
    assert not told, f"I7 what nobody is to read is said: {told}"


def said_in(connection: Connection) -> list[str]:
    """What the database keeps of messages, and everything that Dagster keeps there."""
    tables = column(connection, METADATA)
    kept = [text for table in tables for text in column(connection, f"select t::text from dagster.{table} t")]  # noqa: S608 - quoted
    return column(connection, SAID) + kept


def assert_exit_codes(witness: Witness) -> None:
    """I8: the code that the command line makes of reports is the one that the ledger calls for.

    Raises:
        AssertionError: it is not, or a file was loaded in spite of more bad lines than it may have.
    """
    for loader, found in witness.loads.values():
        codes = {_code_by_ledger(seen, loader.max_bad) for seen in found}
        expected = next(code for code in (1, 2, 0) if code in codes)
        assert load_exit([(seen.report.status, seen.report.quarantined) for seen in found]) == expected, "I8"


def _code_by_ledger(seen: Seen, max_bad: float) -> int:
    if seen.report.status not in {"loaded", "aborted"}:
        return 0
    if seen.entry is None:
        assert seen.report.status == "aborted", "I8 a file is said to be loaded of which the ledger does not know"
        return 1
    status, lines, quarantined = seen.entry
    if status == "aborted":
        return 1
    assert quarantined <= max_bad * lines, "I8 more bad lines than a file may have"
    return 2 if quarantined else 0
