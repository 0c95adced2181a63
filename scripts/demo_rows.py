"""Prints a line per table of the demo's database: rows, and a checksum of their contents and of who last wrote them.

Two equal outputs mean that no row was inserted, updated or deleted in between.
"""

import sys

from psycopg import sql

from uxpipeline.db.connect import connect
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

TABLES = (
    "public.user_sessions",
    "public.behavior_events",
    "public.conversion_funnels",
    "public.variant_assignments",
    "public.a_b_tests",
    "public.friction_scores",
    "public.optimization_history",
    "public.proposal_events",
    "public.proposal_evidence",
    "public.proposal_blocks",
    "uxpipeline.ingest_files",
    "uxpipeline.quarantine",
    "uxpipeline.parked",
    "uxpipeline.schema_migrations",
)
CHECKSUM = """
    select count(*), md5(string_agg(row_text, '' order by row_text))
    from (select xmin || t::text from {} t) written (row_text)
"""


def main() -> None:
    """Start the embedded server if it is down, look, stop it again."""
    with EmbeddedServer(Settings.from_env()).running() as server, connect(server.url("demo")) as connection:
        for table in TABLES:
            query = sql.SQL(CHECKSUM).format(sql.Identifier(*table.split(".")))
            rows, checksum = connection.execute(query).fetchone() or (0, None)
            sys.stdout.write(f"{table} {rows} {checksum or '-'}\n")


if __name__ == "__main__":
    main()
