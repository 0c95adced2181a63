"""Scores of recent days as a picture: a row per surface, a band for the intervals."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from uxpipeline.friction.store import DayScore, Trend
from uxpipeline.pictures import svg
from uxpipeline.pictures.columns import HEAD, WIDTH, Column, Interval, in_numbers, in_percent, name

_ROW, _INSET = 70, 10


def trend_picture(trends: Sequence[Trend]) -> str:
    """An SVG with a row per surface: its rate and its lost conversions day by day, rows on one scale."""
    days = [day for trend in trends for day in trend.days]
    columns = Column.of_rates(map(_rate, days)), Column.of_losses(map(_loss, days))
    bottom = HEAD + _ROW * len(trends)
    first, last = min(day.as_of for day in days), max(day.as_of for day in days)
    parts = [svg.words(column.left, 24, column.title, weight=600) for column in columns]
    for column in columns:
        parts.append(svg.words(column.left, 44, first.isoformat(), colour=svg.SOFT))
        parts.append(svg.words(column.right, 44, last.isoformat(), colour=svg.SOFT, anchor="end"))
    for number, trend in enumerate(trends):
        top = HEAD + _ROW * number
        parts.append(name(top + _ROW / 2, trend.surface_key))
        for column, of in zip(columns, (_rate, _loss), strict=True):
            parts += _panel(column, trend, of, top, (first, last))
        parts += _newest(trend.days[-1], top + _ROW / 2, *columns)

    return svg.document(WIDTH, bottom + 8, parts)


def _panel(
    column: Column,
    trend: Trend,
    of: Callable[[DayScore], Interval | None],
    top: float,
    period: tuple[date, date],
) -> Iterable[str]:
    """One surface in one column: zero, the band, the line, a dot for each day."""
    height = _ROW - 2 * _INSET

    def place(day: date, value: float) -> tuple[float, float]:
        span = (period[1] - period[0]).days or 1
        share = (day - period[0]).days / span
        return column.left + (column.right - column.left) * share, top + _INSET + height * (
            1 - column.scale.share(value)
        )

    yield svg.line(place(period[0], 0.0), place(period[1], 0.0), colour=svg.FAINT)
    known = [(day.as_of, found) for day in trend.days if (found := of(day))]
    upper, lower = ([place(day, getattr(found, end)) for day, found in known] for end in ("high", "low"))
    middle = [place(day, found.middle) for day, found in known]
    if len(known) > 1:
        yield svg.area([*upper, *reversed(lower)])
        yield svg.curve(middle)
    for point in middle:
        yield svg.dot(*point, radius=2.5)


def _newest(day: DayScore, y: float, rates: Column, losses: Column) -> Iterable[str]:
    """The last day in figures."""
    loss = _loss(day)
    yield rates.figures(y, in_percent(_rate(day)))
    yield losses.figures(y, in_numbers(loss), soft=loss is None)


def _rate(day: DayScore) -> Interval:
    return Interval(day.rate, day.rate_low, day.rate_high)


def _loss(day: DayScore) -> Interval | None:
    return Interval.known(day.lost_conversions, day.lost_low, day.lost_high)
