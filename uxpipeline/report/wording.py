"""How names and numbers are put into words: template filters, pure functions of what they show."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from uxpipeline.display import display_key
from uxpipeline.proposals.names import surface_name

NOT_ESTIMATED = "not estimated"
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_PUNCTUATION = frozenset(" _-#.:/>=[]\"'()$+,;@~%&!?*|`…–—")
_PROPOSAL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

SIGNAL_NAMES = {
    "any": "any friction",
    "rage_click": "repeated fast clicks",
    "hesitation": "hesitation",
    "error": "script errors",
    "form_leak": "abandoned forms",
}
STATUS_NAMES = {"rolled_back": "rolled back"}
REASON_NAMES = {
    "grade_too_low": "the evidence is graded below B",
    "loss_unlikely": "a loss is not likely enough",
    "like_its_peers": "its rate is like that of its peers",
    "falsified": "the checks speak against it",
    "no_baseline": "nobody succeeds there yet",
    "no_history": "there is no past to compare with",
    "no_step": "it did not rise",
    "not_testable": "traffic could not test a change",
    "cool_down": "it was decided on not long ago",
    "not_recurring": "it was dealt with and does not recur",
    "not_wanted": "people do not want it changed",
    "surface_taken": "the surface has a live proposal",
    "page_taken": "the page has a live proposal",
    "same_cause": "another proposal likely has the same cause",
    "day_budget": "enough was proposed today",
    "open_budget": "enough proposals wait for a decision",
    "id_taken": "somebody else took its id",
    "warm_up": "there is too little history",
    "stale_scores": "the scores are old",
    "facts_owed": "sessions wait to be counted",
}
STATE_NAMES = {"step_up": "stepped up"}
_EXPOSURES = {
    ("page", "page"): "that viewed it",
    ("site", "page"): "in all",
    ("*", "page"): "that saw its page",
    ("*", "interaction"): "that used it",
    ("*", "form_start"): "that started it",
    ("site", "form_start"): "that started a form",
    ("page", "form_start"): "that started a form on it",
}


def text(value: object, most: int = 80) -> str:
    """Text of any origin: letters, digits and plain punctuation stay, what could mean something else does not.

    Control and direction characters, angle brackets, braces, backslashes and the like each become one visible mark.
    """
    readable = unicodedata.normalize("NFC", str(value))
    marked = "".join(mark if _is_readable(mark) else _UNREADABLE for mark in readable[: most + 1])
    return marked if len(marked) <= most else f"{marked[: most - 1]}…"


def count(value: float | None, noun: str = "") -> str:
    """A count with thousands separated, and what is counted: `1 session`, `2,411 lines`."""
    if value is None:
        return NOT_ESTIMATED
    number = f"{value:,.0f}"
    return number if not noun else f"{number} {noun if number == '1' else noun + 's'}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share of 1: `24.8%`; what rounds to nothing without being nothing is `<0.1%`."""
    if value is None:
        return NOT_ESTIMATED
    if 0 < value < 0.0005:
        return "<0.1%"
    return f"{value:.0%}" if value in {0, 1} else f"{value:.{digits}%}"


def interval(low: float | None, high: float | None) -> str:
    """The two ends of an interval of shares."""
    return NOT_ESTIMATED if low is None or high is None else f"{percent(low)} – {percent(high)}"


def decimal(value: float | None) -> str:
    """An estimated number of things that come in wholes."""
    return NOT_ESTIMATED if value is None else f"{value:,.1f}".replace("-", "−")


def change(value: float | None) -> str:
    """An expected relative change, signed."""
    return NOT_ESTIMATED if value is None else f"{value:+.1%}"


def day(value: date) -> str:
    """A date as `21 November 2026`, in English whatever the locale."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """A date as `21 Nov`."""
    return f"{value.day} {_MONTHS[value.month - 1][:3]}"


def exposure(denominator: str, level: str) -> str:
    """Which sessions a rate is a share of, as the end of `17 of 62 sessions …`."""
    return _EXPOSURES.get((level, denominator)) or _EXPOSURES[("*", denominator)]


def weeks(days: float) -> str:
    """A stretch of days in a unit that people plan in."""
    return count(days, "day") if days < 14 else count(days / 7, "week")


def command(proposal_id: str) -> str | None:
    """The command that shows a proposal; None for an id that a shell might take for something else."""
    return f"uxpipeline proposals show {proposal_id}" if _PROPOSAL_ID.fullmatch(proposal_id) else None


FILTERS: dict[str, Callable[..., Any]] = {
    "change": change,
    "command": command,
    "count": count,
    "day": day,
    "decimal": decimal,
    "exposure": exposure,
    "percent": percent,
    "plain_surface": surface_name,
    "reason": lambda reason: REASON_NAMES.get(reason, reason),
    "short_day": short_day,
    "signal": lambda signal: SIGNAL_NAMES.get(signal, signal),
    "state": lambda state: STATE_NAMES.get(state, state),
    "status": lambda status: STATUS_NAMES.get(status, status),
    "surface": display_key,
    "text": text,
    "weeks": weeks,
}
"""Filters of the templates by name."""


def _is_readable(mark: str) -> bool:
    return mark in _PUNCTUATION or unicodedata.category(mark)[0] in "LNM"
