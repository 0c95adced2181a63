"""Scores of recent days as a picture: a row per surface, a band for the intervals."""

from collections.abc import Iterable, Sequence
from datetime import date

from uxpipeline.friction.store import DayScore, Trend
from uxpipeline.pictures import svg
from uxpipeline.pictures.band import Figure, Point, band, interval_of
from uxpipeline.pictures.columns import HEAD, WIDTH, Column, in_numbers, in_percent, name

_ROW, _INSET = 70, 10
_FIGURES: tuple[Figure, Figure] = ("rate", "loss")


def trend_picture(trends: Sequence[Trend]) -> str:
    """An SVG with a row per surface: its rate and its lost conversions day by day, rows on one scale."""
    days = [day for trend in trends for day in trend.days]
    rates = [found for day in days if (found := interval_of(day, "rate"))]
    columns = Column.of_rates(rates), Column.of_losses(interval_of(day, "loss") for day in days)
    period = min(day.as_of for day in days), max(day.as_of for day in days)
    parts = [part for column in columns for part in _head(column, period)]
    for number, trend in enumerate(trends):
        top = HEAD + _ROW * number
        parts.append(name(top + _ROW / 2, trend.surface_key))
        for column, figure in zip(columns, _FIGURES, strict=True):
            parts += _panel(column, figure, trend, top, period)
        parts += _newest(trend.days[-1], top + _ROW / 2, *columns)
    return svg.document(WIDTH, HEAD + _ROW * len(trends) + 8, parts)


def _head(column: Column, period: tuple[date, date]) -> Iterable[str]:
    yield svg.words(column.left, 24, column.title, weight=600)
    yield svg.words(column.left, 44, period[0].isoformat(), colour=svg.SOFT)
    yield svg.words(column.right, 44, period[1].isoformat(), colour=svg.SOFT, anchor="end")


def _panel(column: Column, figure: Figure, trend: Trend, top: float, period: tuple[date, date]) -> Iterable[str]:
    """One surface in one column: zero, the band, the line, a dot for each day."""
    found = band(trend.days, figure, column.scale, period)

    def place(point: Point) -> Point:
        x, y = point
        return column.left + (column.right - column.left) * x, top + _INSET + (_ROW - 2 * _INSET) * y

    yield svg.line(place((0, found.zero)), place((1, found.zero)), colour=svg.FAINT)
    if len(found.middle) > 1:
        yield svg.area(map(place, found.outline))
        yield svg.curve(map(place, found.middle))
    for point in found.middle:
        yield svg.dot(*place(point), radius=2.5)


def _newest(day: DayScore, y: float, rates: Column, losses: Column) -> Iterable[str]:
    """The last day in figures."""
    rate, loss = interval_of(day, "rate"), interval_of(day, "loss")
    if rate:
        yield rates.figures(y, in_percent(rate))
    yield losses.figures(y, in_numbers(loss), soft=loss is None)
