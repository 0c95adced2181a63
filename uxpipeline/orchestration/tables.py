"""Markdown tables for the Dagster UI."""

import pandas as pd

from uxpipeline.display import display_key


def ranking(scores: pd.DataFrame, level: str, most: int = 10) -> str:
    """The first ranks of a surface level, with counts and 90 % intervals."""
    ranked = scores[(scores["surface_level"] == level) & scores["rank"].notna()].sort_values("rank").head(most)
    if ranked.empty:
        return "No surface of this level was seen in the window."
    header = "| rank | surface | affected | exposed | rate (90 % interval) | grade |\n|---|---|---|---|---|---|"
    rows = [
        f"| {row.rank} | `{display_key(row.surface_key)}` | {row.affected_sessions} | {row.exposed_sessions}"
        f" | {row.rate:.1%} ({row.rate_low:.1%} – {row.rate_high:.1%}) | {row.evidence_grade} |"
        for row in ranked.itertuples()
    ]
    return "\n".join([header, *rows])
