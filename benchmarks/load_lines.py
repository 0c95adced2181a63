"""A native file to load: visits of a shop over some days, as a beacon would write them, the same for the same seed."""

import heapq
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

PER_SESSION = 20
_KINDS = (
    "page_view",
    "click",
    "click",
    "hover",
    "scroll",
    "click",
    "scroll_depth",
    "form_start",
    "hesitation",
    "error",
)
_PAGES = ("/", "/products", "/product/{}", "/cart", "/checkout", "/account/orders/{}", "/search?q=lamp&utm_source=news")
_ELEMENTS = ("button#buy", "a.nav-link", "input#email", "div.card > img", "form#lead-form > button", "summary")
_TEXTS = ("Add to cart", "Details", "Jane Doe, 12 Main Street", "Next", "", "Continue to payment")


def write_events(path: Path, events: int, days: int, last: datetime) -> None:
    """Write `events` lines of some 480 bytes: visits in the `days` before `last`, in the order they arrived."""
    draw = random.Random(7)  # noqa: S311  # no secret
    under_way: list[tuple[str, str]] = []
    with path.open("w", encoding="utf-8") as file:
        for session in range(-(-events // PER_SESSION)):
            started = last - timedelta(days=days * (1 - session * PER_SESSION / events))
            most = min(PER_SESSION, events - session * PER_SESSION)
            begun = _as_text(started)
            while under_way and under_way[0][0] < begun:
                file.write(heapq.heappop(under_way)[1])
            for line in _visit(draw, started, most):
                heapq.heappush(under_way, (line["timestamp"], json.dumps(line) + "\n"))
        file.writelines(line for _, line in sorted(under_way))


def _as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _visit(draw: random.Random, started: datetime, events: int) -> Iterator[dict[str, Any]]:
    session_id = f"{draw.getrandbits(64):016x}-{draw.getrandbits(32):08x}"
    page = "/"
    for number in range(events):
        kind = _KINDS[number % len(_KINDS)]
        if kind == "page_view":
            page = draw.choice(_PAGES).format(draw.randrange(10_000))
        element = draw.choice(_ELEMENTS)
        yield {
            "id": str(UUID(int=draw.getrandbits(128), version=4)),
            "session_id": session_id,
            "event_type": kind,
            "timestamp": _as_text(started + timedelta(seconds=7 * number, milliseconds=draw.randrange(7000))),
            "page_url": f"https://shop.example{page}",
            "element_path": f"body > main > section:nth-child({draw.randrange(1, 9)}) > {element}",
            "element_type": element.partition("#")[0].partition(".")[0],
            "element_text": draw.choice(_TEXTS),
            "coordinates": {"x": draw.randrange(1200), "y": draw.randrange(4000)},
            "event_data": {"hesitation_ms": draw.randrange(9000)} if kind == "hesitation" else {"button": 0},
            "component_id": draw.choice(("checkout", "product-card", None)),
            "metadata": {"sdk": "beacon", "version": "1.4.2"},
        }
