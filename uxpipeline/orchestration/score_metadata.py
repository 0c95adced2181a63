"""What a scored day says in the Dagster UI: pictures, tables, and numbers that Dagster plots over its partitions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg

from uxpipeline.db.connect import Connection
from uxpipeline.friction.store import RANKING_HEADER, RankedSurface, ranked_surfaces, trends
from uxpipeline.orchestration.markdown import code, picture, shown, table
from uxpipeline.pictures.ranking import ranking_picture
from uxpipeline.pictures.trend import trend_picture

_LEVELS = {"top_elements": "element", "top_components": "component", "top_pages": "page"}
_TREND_SURFACES = 5


def score_metadata(connection: Connection, as_of: date) -> dict[str, Any]:
    """Pictures of losses and trend, a table per level, and the site's figures; reads stored scores only."""
    site = ranked_surfaces(connection, as_of, "site", most=1)
    levels = {name: ranked_surfaces(connection, as_of, level) for name, level in _LEVELS.items()}
    elements = levels["top_elements"]
    return {
        "ranking": _ranking([*site, *elements]),
        "trend": _trend(connection, as_of, [*site, *elements[:_TREND_SURFACES]]),
        **{name: shown(_table(surfaces)) for name, surfaces in levels.items()},
        **_figures(site, elements),
    }


def _ranking(surfaces: list[RankedSurface]) -> dg.MarkdownMetadataValue:
    if not surfaces:
        return shown("No events in the window.")
    return shown(
        picture(ranking_picture(surfaces), "Sessions affected and conversions lost, by surface"),
        "The whole site, then elements by rank.",
        _table(surfaces),
    )


def _trend(connection: Connection, as_of: date, surfaces: list[RankedSurface]) -> dg.MarkdownMetadataValue:
    found = trends(connection, as_of, [(surface.surface_level, surface.surface_key) for surface in surfaces])
    if len({day.as_of for trend in found for day in trend.days}) < 2:
        return shown("A trend starts with the second scored day.")
    return shown(picture(trend_picture(found), "Scores of the last 28 days"))


def _table(surfaces: list[RankedSurface]) -> str:
    if not surfaces:
        return "No session was affected."
    cells = [(surface.cells(), surface.surface_level == "site") for surface in surfaces]
    rows = [("" if site else rank, code(key), *rest) for (rank, key, *rest), site in cells]
    return table(RANKING_HEADER, rows)


def _figures(site: list[RankedSurface], elements: list[RankedSurface]) -> Mapping[str, int | float]:
    """Numbers; what is not estimated is left out, as it is no zero."""
    found: dict[str, int | float | None] = {
        "elements_affected": len(elements),
        "elements_graded_a_or_b": sum(surface.evidence_grade in ("A", "B") for surface in elements),
    }
    for whole in site:
        found |= {
            "site_exposed_sessions": whole.exposed_sessions,
            "site_affected_sessions": whole.affected_sessions,
            "site_affected_rate": whole.rate,
            "site_lost_conversions": whole.lost_conversions,
            "site_lost_low": whole.lost_low,
            "site_lost_high": whole.lost_high,
        }
    return {name: value for name, value in found.items() if value is not None}
