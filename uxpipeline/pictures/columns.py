"""What pictures of scores share: a row per surface, a column of rates and one of lost conversions, a scale on each."""

from collections.abc import Iterable
from dataclasses import dataclass

from uxpipeline.display import display_key
from uxpipeline.friction.words import NOT_ESTIMATED, loss_words, rate_words
from uxpipeline.pictures import svg
from uxpipeline.pictures.scale import Scale

WIDTH, HEAD = 1000, 58
NAME_X, LONGEST_NAME = 52, 26
_AXIS_Y = 46


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its interval."""

    middle: float
    low: float
    high: float

    @classmethod
    def known(cls, middle: float | None, low: float | None, high: float | None) -> "Interval | None":
        """None where it was not estimated."""
        return None if middle is None or low is None or high is None else cls(middle, low, high)


@dataclass(frozen=True)
class Column:
    """A part of a picture with a scale of its own, from `left` to `right`; figures follow to the right of it."""

    title: str
    left: float
    right: float
    scale: Scale
    labels: tuple[str, str]

    @classmethod
    def of_rates(cls, rates: Iterable[Interval]) -> "Column":
        """Shares of sessions, from 0."""
        scale = Scale.over(rate.high for rate in rates)
        return cls("Sessions affected (90 % interval)", 270, 430, scale, (scale.ticks[0], scale.ticks[2]))

    @classmethod
    def of_losses(cls, losses: Iterable[Interval | None]) -> "Column":
        """Amounts around zero."""
        known = [loss for loss in losses if loss]
        scale = Scale.around_zero([*(loss.low for loss in known), *(loss.high for loss in known)])
        return cls("Lost conversions (95 % interval)", 622, 772, scale, scale.ends)

    def x(self, value: float) -> float:
        """Where a value lies."""
        return self.left + (self.right - self.left) * self.scale.share(value)

    def head(self, bottom: float) -> Iterable[str]:
        """Title, labels of the ends, and the zero line down to the last row."""
        yield svg.words(self.left, 24, self.title, weight=600)
        yield svg.words(self.left, _AXIS_Y, self.labels[0], colour=svg.SOFT)
        yield svg.words(self.right, _AXIS_Y, self.labels[1], colour=svg.SOFT, anchor="end")
        zero = self.x(0.0)
        yield svg.line((zero, HEAD - 6), (zero, bottom), colour=svg.SOFT if self.scale.start else svg.FAINT)

    def mark(self, y: float, found: Interval) -> Iterable[str]:
        """The interval as a bar and its estimate as a dot."""
        yield svg.line((self.left, y), (self.right, y), colour=svg.FAINT)
        yield svg.line((self.x(found.low), y), (self.x(found.high), y), colour=svg.RANGE, width=7)
        yield svg.dot(self.x(found.middle), y)

    def figures(self, y: float, text: str, *, soft: bool = False) -> str:
        """The same in numbers, beside the drawing."""
        return svg.words(self.right + 12, y + 4, text, colour=svg.SOFT if soft else svg.INK)


def name(y: float, surface_key: str) -> str:
    """A surface as tables of scores show it, cut to its column."""
    return svg.words(NAME_X, y + 4, svg.cut(display_key(surface_key), LONGEST_NAME), weight=600)


def in_percent(rate: Interval) -> str:
    """A rate in figures."""
    return rate_words(rate.middle, rate.low, rate.high)


def in_numbers(loss: Interval | None) -> str:
    """A loss in figures."""
    return loss_words(loss.middle, loss.low, loss.high) if loss else NOT_ESTIMATED
