"""The ranking of a level as a picture: how often each surface troubles sessions, and what that costs."""

from collections.abc import Iterable, Sequence

from uxpipeline.friction.store import RankedSurface
from uxpipeline.pictures import svg
from uxpipeline.pictures.columns import HEAD, WIDTH, Column, Interval, in_numbers, in_percent, name

_ROW = 30
_GRADE_X = WIDTH - 24


def ranking_picture(surfaces: Sequence[RankedSurface]) -> str:
    """An SVG with a row per surface: rank, rate, lost conversions, grade."""
    rates, losses = [rate_of(surface) for surface in surfaces], [loss_of(surface) for surface in surfaces]
    columns = Column.of_rates(rates), Column.of_losses(losses)
    bottom = HEAD + _ROW * len(surfaces)
    parts = [part for column in columns for part in column.head(bottom - 4)]
    parts.append(svg.words(_GRADE_X, 24, "Grade", weight=600, anchor="end"))
    for number, surface in enumerate(surfaces):
        parts += _row(HEAD + _ROW * number + _ROW / 2, surface, *columns)
    return svg.document(WIDTH, bottom + 12, parts)


def rate_of(surface: RankedSurface) -> Interval:
    """The rate of a surface."""
    return Interval(surface.rate, surface.rate_low, surface.rate_high)


def loss_of(surface: RankedSurface) -> Interval | None:
    """The lost conversions of a surface, where they are estimated."""
    return Interval.known(surface.lost_conversions, surface.lost_low, surface.lost_high)


def _row(y: float, surface: RankedSurface, rates: Column, losses: Column) -> Iterable[str]:
    rate, loss = rate_of(surface), loss_of(surface)
    if surface.surface_level != "site":
        yield svg.words(36, y + 4, str(surface.rank), colour=svg.SOFT, anchor="end")
    yield name(y, surface.surface_key)
    yield from rates.mark(y, rate)
    yield rates.figures(y, in_percent(rate))
    if loss:
        yield from losses.mark(y, loss)
    yield losses.figures(y, in_numbers(loss), soft=loss is None)
    yield svg.words(_GRADE_X, y + 4, surface.evidence_grade, anchor="end", weight=600)
