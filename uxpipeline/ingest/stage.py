"""Filling the stage tables of one load, in chunks of lines, with COPY."""

from collections.abc import Iterable, Mapping

from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.ingest.parsing.rows import COLUMNS, NULL


def copy_blocks(connection: Connection, blocks: Mapping[str, bytes]) -> None:
    """Copy rows into the stage; each call commits on its own, publish decides what becomes of them."""
    for table, columns in COLUMNS.items():
        if table in blocks:
            with connection.cursor() as cursor, cursor.copy(_command(table, columns)) as copy:
                copy.write(blocks[table])


def _command(table: str, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin with (null {})").format(
        sql.Identifier("uxpipeline", table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Literal(NULL)
    )
