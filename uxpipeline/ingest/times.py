"""Times as every source must write them: RFC 3339 with an offset."""

import re
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
    if not _RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time with an offset")
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None
