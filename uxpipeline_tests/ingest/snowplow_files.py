"""The capture in the forms that Snowplow events come in: enriched TSV, and tables as loaders make of it."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from uxpipeline.ingest.files.enriched import ENRICHED_COLUMNS
from uxpipeline_tests.ingest.builders import DATA

CAPTURE = DATA / "protocol_snowplow"
JSON_COLUMNS = ("contexts", "unstruct_event", "derived_contexts")
Cells = dict[str, str]
Row = dict[str, Any]


def captured() -> list[Cells]:
    """The lines of the capture, by column."""
    text = gzip.decompress((CAPTURE / "enriched.tsv.gz").read_bytes()).decode()
    return [dict(zip(ENRICHED_COLUMNS, line.split("\t"), strict=True)) for line in text.splitlines()]


def enriched(rows: Iterable[Cells]) -> bytes:
    """Lines of enriched TSV."""
    return "".join("\t".join(row.get(name, "") for name in ENRICHED_COLUMNS) + "\n" for row in rows).encode()


def column_of(kind: str, schema: str) -> str:
    """`contexts_com_acme_some_name_1` for `iglu:com.acme/someName/jsonschema/1-0-0`."""
    vendor, name, _, version = schema.removeprefix("iglu:").split("/")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return f"{kind}_{vendor.replace('.', '_').replace('-', '_')}_{snake}_{version.partition('-')[0]}"


def loaded(row: Cells) -> Row:
    """A row of `atomic.events`, its JSON as objects."""
    values: Row = {name: cell for name, cell in row.items() if name not in JSON_COLUMNS}
    for column in ("contexts", "derived_contexts"):
        for entity in json.loads(row[column])["data"] if row[column] else ():
            values.setdefault(column_of("contexts", entity["schema"]), []).append(entity["data"])
    if row["unstruct_event"]:
        event = json.loads(row["unstruct_event"])["data"]
        values[column_of("unstruct_event", event["schema"])] = event["data"]
    return values


def atomic_csv(rows: Sequence[Cells]) -> bytes:
    table = [loaded(row) for row in rows]
    names = list(dict.fromkeys(name for row in table for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in table:
        cells = (row.get(name, "") for name in names)
        writer.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in cells])
    return out.getvalue().encode()


def atomic_parquet(rows: Sequence[Cells], path: Path) -> None:
    table = [loaded(row) for row in rows]
    names = list(dict.fromkeys(name for row in table for name in row))
    columns = {name: pa.array([_typed(name, row.get(name)) for row in table]) for name in names}
    pq.write_table(pa.table(columns), path)


def _typed(name: str, cell: Any) -> Any:  # noqa: ANN401 - as loaders type it
    if not isinstance(cell, str):
        return cell
    if not cell:
        return None
    if name.endswith("_tstamp"):
        return datetime.fromisoformat(cell)
    return int(cell) if name.startswith(("pp_", "doc_w", "doc_h", "br_view", "dvce_screen")) else cell
