"""Signals that a tracker does not report, derived from what it does report.

An adapter only marks what they are made from. Which of several lines counts, and whether they make a signal at all,
shows when all are known, whatever order they come in: `sql/sessions/` decides it from the stored rows, again for every
session that a load touches.

- `rage_clicks(...)` in the metadata of a `click`: three such clicks of one target, each less than a second after the
  one before, become one `rage_click`. Never for a tracker that reports its own.
- `form_start_by(...)` as metadata of a `form_start` with `earliest_only`: of all touches of a form the first starts it,
  and a `form_abandon` follows where no `form_submit` with the same `event_data.form_id` does.
- `DEEPEST` as metadata of a `scroll_depth` with `deepest_only`: of all that tell of one view of a page the largest
  percentage counts, at the time of the last.
"""

from typing import Final

from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.records import JsonObject

DEEPEST: Final[JsonObject] = {"detector": "uxpipeline.scroll_depth", "version": 1, "parameters": {"of": "page_view"}}


def form_start_by(*touches: str) -> JsonObject:
    """Return the metadata of a `form_start` that one of these touches of a form makes; its abandon is derived."""
    return {"detector": "uxpipeline.form", "version": 1, "parameters": {"on": list(touches)}}


def rage_clicks(page_view: str, element: str, within_px: int | None = None) -> JsonObject:
    """Return metadata for a click that has rage clicks derived.

    Args:
        page_view: what the tracker calls one view of a page; clicks of two views are never one burst.
        element: what tells the elements of a page apart, the same for every click on one of them; empty where only
            coordinates do.
        within_px: clicks that lie this far apart or further, |dx| + |dy|, are no burst; needs numbers `x` and `y` in
            `coordinates`, and without them only time counts.
    """
    # Hashed: what tells elements apart may be their text.
    marked: JsonObject = {"of": str(derived_id(page_view, element))}
    return {"rage_clicks": marked if within_px is None else marked | {"within_px": within_px}}
