"""Other ways to get the same events into PostgreSQL, each run as a program of its own: `floor`, `dlt` and `pandas`.

python -m benchmarks.load_peers floor URL FOLDER     the CSV files of FOLDER, by COPY, in one transaction
python -m benchmarks.load_peers dlt URL FILE         a native file, merged by id into a table of dlt's
python -m benchmarks.load_peers pandas URL FILE      a native file, appended to behavior_events by to_sql
"""

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BLOCK = 64 * 1024
_CHUNK = 10_000
_OBJECTS = ("coordinates", "event_data", "metadata")
TABLES = {
    "user_sessions": (
        "session_id", "user_agent", "referrer", "landing_page", "exit_page", "exit_reason", "device_type",
        "screen_resolution", "language", "country_code", "created_at", "duration_seconds", "page_count", "visitor_key",
        "received_at", "supplied",
    ),
    "behavior_events": (
        "id", "session_id", "event_type", "element_path", "element_type", "element_text", "coordinates",
        "viewport_size", "event_data", "timestamp", "page_url", "component_id", "metadata", "received_at", "load_id",
    ),
}  # fmt: skip
"""What the floor copies, parents first."""
ARRIVED_BY = {"user_sessions": ("created_at", "session_id"), "behavior_events": ("timestamp", "id")}
"""The order of a file's lines."""


def copy_csv(url: str, folder: Path) -> None:
    r"""What `\copy` of psql does."""
    import psycopg  # noqa: PLC0415  # dlt's environment need not have it
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(url) as connection:
        for table, columns in TABLES.items():
            command = sql.SQL("copy {} ({}) from stdin (format csv)").format(
                sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with (folder / f"{table}.csv").open("rb") as file, connection.cursor().copy(command) as copy:
                while block := file.read(_BLOCK):
                    copy.write(block)


def merge_with_dlt(url: str, path: Path) -> None:
    """An ordinary pipeline; objects stay JSON, as with us."""
    import dlt  # noqa: PLC0415  # of another environment

    columns = {name: {"data_type": "json"} for name in _OBJECTS}
    events = dlt.resource(_lines(path), name="events", write_disposition="merge", primary_key="id", columns=columns)
    destination = dlt.destinations.postgres(credentials=url)
    dlt.pipeline(pipeline_name="bench", destination=destination, dataset_name="dlt_bench").run(events)


def append_with_pandas(url: str, path: Path) -> None:
    """Chunks of rows into our own table; its sessions are there already."""
    import pandas as pd  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.dialects.postgresql import JSONB, UUID  # noqa: PLC0415

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    lines = _lines(path)
    with engine.begin() as connection:
        while chunk := list(itertools.islice(lines, _CHUNK)):
            frame = pd.DataFrame(chunk)
            frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True, format="ISO8601")
            types: Any = {"id": UUID(as_uuid=False), **dict.fromkeys(_OBJECTS, JSONB)}
            frame.to_sql("behavior_events", connection, if_exists="append", index=False, dtype=types)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from map(json.loads, file)


PEERS = {"floor": copy_csv, "dlt": merge_with_dlt, "pandas": append_with_pandas}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
