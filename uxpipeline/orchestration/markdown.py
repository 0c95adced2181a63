"""Markdown for the Dagster UI: tables and pictures that no text of any origin can break out of."""

from collections.abc import Iterable, Sequence

import dagster as dg

from uxpipeline.pictures.svg import data_uri
from uxpipeline.report.wording import text

LONGEST_PICTURE = 100_000
"""Bytes of a drawing; the run's event log keeps every picture for as long as it keeps the run."""


def code(foreign: object, most: int = 160) -> str:
    """Text that somebody else wrote, as code: there no mark of it means anything, and no address becomes a link."""
    shown = text(foreign, most).replace("`", "'").replace("|", "\\|").strip()
    return f"`{shown}`" if shown else "–"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are words of ours, or `code`."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ("---",) * len(header), *rows])


def picture(drawing: str, caption: str) -> str:
    """An image that brings its own bytes; its caption where it is too large to keep."""
    if len(drawing.encode()) > LONGEST_PICTURE:
        return f"{caption}: too large to show here."
    return f"![{caption}]({data_uri(drawing)})"


def shown(*blocks: str) -> dg.MarkdownMetadataValue:
    """Blocks one below the other as a metadata value."""
    return dg.MetadataValue.md("\n\n".join(block for block in blocks if block))
