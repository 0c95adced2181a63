"""Lines of every source with something in each of their texts that must not come to rest anywhere."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import uxpipeline
from uxpipeline_tests.ingest import snowplow_files as snowplow
from uxpipeline_tests.ingest.builders import DATA, recorded
from uxpipeline_tests.ingest.test_rrweb import PAGE
from uxpipeline_tests.load.lines import assignment, conversion, event, record, step

SECRET = "ada.canary@leak.example 4012 8888 8888 1881 sk_live_4eC39HqLyjWDarjtT1zdp7dc"
TRACES = ("ada.canary", "leak.example", "4012 8888", "401288888888", "4eC39Hq")
"""Nowhere at all. None is so short that a clock could show it."""
WHO = "zebracanary"
"""Who somebody is or what they typed: in no log, report or metadata."""
IDS = ("uuid", "id", "event_id", "messageId")
Line = dict[str, Any]


def native() -> list[Line]:
    data = {"hesitation_ms": 5, "note": "x", "deep": [{"x": "y"}]}
    return [
        event(
            f"session-{WHO}", 1, "click", f"/cart?q={WHO}", element_text=f"typed {WHO}", element_type="input",
            element_path="form > input#name", component_id="form", event_data=data, metadata={"by": "x"},
            coordinates={"x": 1, "note": "x"}, viewport_size={"width": 1, "note": "x"},
        ),
        record(
            f"session-{WHO}", landing_page=f"/?q={WHO}", exit_page=f"/?q={WHO}", referrer=f"https://x.example/{WHO}",
            user_agent=f"{WHO}/1.0", visitor_key=f"visitor-{WHO}", language="en", country_code="DE",
            screen_resolution="1x1", exit_reason="close", device_type="mobile",
        ),
        step(f"session-{WHO}", 2, dropoff_reason="x", metadata={"by": "x"}),
        assignment(f"session-{WHO}", 3, metadata={"by": "x"}),
        conversion(f"session-{WHO}", 4),
    ]  # fmt: skip


def posthog() -> list[Line]:
    """One captured event of each kind."""
    kinds: dict[str, Line] = {}
    for path in sorted((Path(uxpipeline.__file__).parent / "demo" / "data").glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            found = json.loads(line)
            kinds.setdefault(f"{found['event']} {found['properties'].get('$event_type')}", found)
    for event_line in kinds.values():
        event_line["distinct_id"] = f"visitor-{WHO}"
        event_line["properties"] |= {"distinct_id": f"visitor-{WHO}", "$el_text": f"typed {WHO}"}
    return list(kinds.values())


def segment() -> list[Line]:
    return _messages("segment")


def rudderstack() -> list[Line]:
    return _messages("rudderstack")


def _messages(source: str) -> list[Line]:
    """One captured message of each kind."""
    kinds: dict[str, Line] = {}
    for line in _captured(f"protocol_{source}"):
        kinds.setdefault(f"{line['type']} {line.get('event')}", line)
    who = {"anonymousId": f"visitor-{WHO}", "userId": f"user-{WHO}"}
    return [line | who | {"properties": line["properties"] | {"text": f"typed {WHO}"}} for line in kinds.values()]


def rrweb() -> list[Line]:
    """A small page, and one captured event of each kind but the pages themselves."""
    kinds: dict[str, Line] = {"page": recorded(2, {"node": PAGE})}
    for line in _captured("protocol_rrweb"):
        if line["type"] != 2:
            kinds.setdefault(f"{line['type']} {line['data'].get('source')} {line['data'].get('tag')}", line)
    return [line | {"session_id": f"session-{WHO}"} for line in kinds.values()]


def _captured(folder: str) -> list[Line]:
    [path] = set((DATA / folder).glob("*.jsonl.gz")) - {DATA / folder / "truth.jsonl.gz"}
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def _enriched() -> list[snowplow.Cells]:
    """One captured event of each kind."""
    kinds: dict[str, snowplow.Cells] = {}
    for row in snowplow.captured():
        kinds.setdefault(row["event_name"], row)
    who = {"user_id": WHO, "domain_userid": f"visitor-{WHO}", "page_title": f"typed {WHO}"}
    return [row | who for row in kinds.values()]


def _enriched_tsv() -> bytes:
    return snowplow.enriched(planted(_enriched()))


def _atomic_csv() -> bytes:
    """As loaders make a table of it: what was one JSON text has texts of its own."""
    table = list(planted([snowplow.loaded(row) for row in _enriched()]))
    names = list(dict.fromkeys(name for row in table for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in table:
        cells = (row.get(name, "") for name in names)
        writer.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in cells])
    return out.getvalue().encode()


SOURCES = {"native": native, "posthog": posthog, "segment": segment, "rudderstack": rudderstack, "rrweb": rrweb}


def files() -> dict[str, bytes]:
    """Files of every source and form, by name."""
    lines = {
        f"{name}.ndjson": "".join(f"{json.dumps(line)}\n" for line in planted(lines())).encode()
        for name, lines in SOURCES.items()
    }
    return lines | {"snowplow.tsv": _enriched_tsv(), "snowplow.csv": _atomic_csv()}


def planted(lines: list[Line]) -> Iterator[Line]:
    """Each line once for each text in it, that text with the secret behind it, and once as it is."""
    for line in lines:
        yield line
        for number, path in enumerate(_texts(line)):
            new = {key: str(uuid5(NAMESPACE_URL, f"{line[key]} {number}")) for key in IDS if key in line}
            yield _spoilt(line | new, path)


def _spoilt(value: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """The value with the secret behind the text at a path."""
    if not path:
        return f"{value} {SECRET}"
    copy = value.copy()
    copy[path[0]] = _spoilt(value[path[0]], path[1:])
    return copy


def _texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(item, (*path, key))
