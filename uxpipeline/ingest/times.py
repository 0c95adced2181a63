"""Times as every source must write them: RFC 3339 with an offset."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def parse_time(text: str) -> datetime:
    """Return the moment `text` names, in UTC, to the microsecond.

    Epoch numbers, words, times without an offset and leap seconds are no times here.

    Raises:
        ValueError: it is not an RFC 3339 time with an offset, or no moment that can be stored.
    """
    [moment] = parse_times([text])
    return moment


def parse_times(texts: Sequence[str]) -> Sequence[datetime]:
    """Return the moments that many texts name, as `parse_time` does; for each of many that takes half the time.

    Raises:
        ValueError: as there, of at least one of them.
    """
    if not all(map(_RFC_3339.fullmatch, texts)):
        raise ValueError("not an RFC 3339 time with an offset")
    moments = map(datetime.fromisoformat, map(str.upper, texts))
    try:
        return [moment if moment.tzinfo is UTC else moment.astimezone(UTC) for moment in moments]
    except OverflowError:
        raise ValueError("out of range") from None
