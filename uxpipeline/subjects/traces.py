"""Looking for what is left of a session, in every table, every file of ours and every object of the landing place."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import TerminalError
from uxpipeline.ingest.files.buckets import Bucket
from uxpipeline.ingest.files.listing import InputFile, LocalFile
from uxpipeline.ingest.files.readers import read_lines
from uxpipeline.settings import Settings

_HOLDING = sql.SQL("select count(*) from {} held where uxpipeline.names_session(held::text, %(session_id)s)")
_UNQUOTED = str.maketrans("", "", '"\\')
_SERVER = "postgres"
"""The folder of the embedded server: its tables are searched as tables."""


@dataclass(frozen=True)
class Traces:
    """Where a session is named.

    Attributes:
        tables: rows by relation.
        files: paths, and addresses in object storage.
        tables_searched: how many relations were searched.
        files_searched: how many files were.
        unreadable: files that could not be searched.
    """

    tables: dict[str, int]
    files: list[str]
    tables_searched: int
    files_searched: int
    unreadable: list[str]


def find_traces(connection: Connection, settings: Settings, session_id: str) -> Traces:
    """Search all tables, the home folder and the landing place; it reads everything, so it takes its time.

    Raises:
        AccessError: the landing place is in object storage, which does not let us list it.
        StorageUnreachableError: it cannot be reached, or broke off several times.
    """
    tables = dict(_searched_tables(connection, session_id))
    files, unreadable = dict[str, bool](), list[str]()
    named = _naming(session_id)
    for file in _files(settings):
        try:
            with file.fetched() as path:
                texts = (_bare(line.raw.decode(errors="replace")) for line in read_lines(path))
                files[file.name] = any(map(named.search, texts))
        except TerminalError:
            unreadable.append(file.name)
    return Traces(
        {relation: rows for relation, rows in tables.items() if rows},
        [path for path, found in files.items() if found],
        len(tables),
        len(files),
        unreadable,
    )


def _searched_tables(connection: Connection, session_id: str) -> Iterator[tuple[str, int]]:
    with transaction(connection):
        for name in connection.execute(statement("subjects/searched_relations")).fetchall():
            row = connection.execute(_HOLDING.format(sql.Identifier(*name)), {"session_id": session_id}).fetchone()
            yield ".".join(name), row[0] if row else 0


def _files(settings: Settings) -> Iterator[InputFile]:
    folders = [settings.home, *([settings.landing] if isinstance(settings.landing, Path) else [])]
    yield from map(LocalFile, sorted({path for folder in folders for path in _below(folder, settings.home / _SERVER)}))
    if isinstance(settings.landing, str):
        yield from (file for file in Bucket(settings.landing).files(hidden=True) if file.size)


def _below(folder: Path, left_out: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if Path(place, name) != left_out]
        yield from (path for name in names if (path := Path(place, name)).is_file() and path.stat().st_size)


def _naming(session_id: str) -> re.Pattern[str]:
    """As the function `names_session` has it; JSON may also have written it in ASCII."""
    words = {_bare(session_id), _bare(json.dumps(session_id)[1:-1])} - {""}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(words)))})(?![\w-])" if words else "(?!)")


def _bare(text: str) -> str:
    return text.translate(_UNQUOTED)
