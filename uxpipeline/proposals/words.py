"""What proposals say about expectations and tests, in words for people.

Whoever may write proposals may put anything where numbers belong: what is no number of ours counts as absent.
"""

import math

from uxpipeline.proposals.parameters import LONGEST_TEST_DAYS

_MOST = 1e15
"""A greater number is no count or rate of ours."""
_VERDICTS = {"testable": "Testable", "not_testable": "Not testable with this traffic"}


def number(values: object, name: str) -> float | None:
    """A number of an object; None where there is none."""
    value = values.get(name) if isinstance(values, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < _MOST else None


def numbers(values: object, *names: str) -> list[float] | None:
    """Several numbers of an object; None where one is missing."""
    found = [value for name in names if (value := number(values, name)) is not None]
    return found if len(found) == len(names) else None


def affected_words(evidence: object) -> str:
    """How many sessions the evidence speaks of."""
    found = numbers(evidence, "affected_sessions", "exposed_sessions")
    return f"{found[0]:,.0f} of {found[1]:,.0f}" if found else "none on record"


def change_words(prediction: object) -> str:
    """The expected relative change with its 80 % interval."""
    found = numbers(prediction, "median", "low", "high")
    return "{:+.1%} ({:+.1%} to {:+.1%})".format(*found) if found else "not estimated"


def test_words(test: object) -> str:
    """Whether traffic could carry a test, and what it would need to be testable."""
    verdict = test.get("verdict") if isinstance(test, dict) else None
    if not isinstance(verdict, str) or verdict not in _VERDICTS:
        return "Not judged."
    needed = number(test, "needed_per_arm")
    if needed is None:
        return (
            f"{_VERDICTS[verdict]}: none or all of the exposed sessions succeed, so there is no baseline a test could"
            " improve on measurably."
        )
    effect, weekly, days = (number(test, name) for name in ("minimum_effect", "sessions_per_week", "days_needed"))
    traffic = "" if weekly is None else f"; {weekly:,.0f} come a week"
    time = "" if days is None else f", so it would take {_stretch(days)}"
    change = "a change" if effect is None else f"a relative change of {effect:.0%}"
    told = f"{_VERDICTS[verdict]}: to detect {change} it would need {needed:,.0f} sessions per arm{traffic}{time}."
    if verdict == "testable":
        return told
    wanted = math.ceil(2 * needed / LONGEST_TEST_DAYS * 7)
    return f"{told} With {wanted:,} a week it would end in {_stretch(LONGEST_TEST_DAYS)}."


def _stretch(days: float) -> str:
    return f"{days:,.0f} days" if days < 14 else f"{days / 7:,.0f} weeks"
