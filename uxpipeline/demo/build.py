"""The demo: shipped tracker events, moved by whole days so that they end yesterday, in a database of its own."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.settings import Settings

DATABASE = "demo"
CONVERSION = "purchase"
_HERE = Path(__file__).parent
_CLOCKS = ("timestamp", "created_at", "_inserted_at")


@dataclass(frozen=True)
class Demo:
    """The demo as it stands on one day: settings that point at its input and database."""

    settings: Settings
    url: str
    as_of: date


def prepare_demo(settings: Settings, server: EmbeddedServer, today: date) -> Demo:
    """Write the demo's input for `today` and make its database; on a later day both are built anew.

    Args:
        settings: the user's; only home and server settings matter.
        server: the running embedded server.
        today: UTC day that counts as today; the events end the day before.
    """
    as_of = today - timedelta(days=1)
    folder = settings.home / "demo"
    marker = folder / "as_of"
    if not marker.exists() or marker.read_text() != as_of.isoformat():
        server.drop_database(DATABASE)
        shutil.rmtree(folder, ignore_errors=True)
        write_landing(folder / "landing", as_of)
        marker.write_text(as_of.isoformat())
    server.ensure_database(DATABASE)
    return Demo(demo_settings(settings, server.url(DATABASE)), server.url(DATABASE), as_of)


def demo_settings(settings: Settings, url: str) -> Settings:
    """The user's settings with everything the demo has its own of."""
    return replace(
        settings,
        database_url=url,
        dagster_database_url=None,
        landing=settings.home / "demo" / "landing",
        funnels=_HERE / "funnels.yaml",
        conversion=CONVERSION,
        profile="demo",
    )


def write_landing(folder: Path, as_of: date) -> None:
    """Write the shipped files with clocks moved so that the last event falls on `as_of`; same day, same bytes."""
    files = {path.name: list(_events(path)) for path in sorted((_HERE / "data").glob("*.jsonl.gz"))}
    last_day = max(_moment(event["timestamp"]).date() for events in files.values() for event in events)
    shift = as_of - last_day
    folder.mkdir(parents=True, exist_ok=True)
    for name, events in files.items():
        day, rest = name.split("_", 1)
        moved = folder / f"{date.fromisoformat(day) + shift}_{rest}"
        with moved.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for event in events:
                file.write(json.dumps(_moved(event, shift)).encode() + b"\n")


def _events(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _moved(event: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    return event | {name: (_moment(event[name]) + shift).isoformat() for name in _CLOCKS if event.get(name)}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
