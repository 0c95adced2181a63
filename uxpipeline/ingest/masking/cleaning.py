"""What every stored string goes through: no invisible characters, no more bytes than the column holds."""

import re

_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# Control, soft hyphen, bidi, zero-width, variation and tag characters: seen by a program, not by a person.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_MARKER = "…"


def is_plain(text: str) -> bool:
    """Whether `text` has printable ASCII characters only, as most has."""
    return text.isascii() and text.isprintable()


def visible(text: str) -> str:
    """Return `text` without control, bidi and zero-width characters; line breaks and tabs become a space."""
    if is_plain(text):
        return text
    return _INVISIBLE.sub("", _BREAKS.sub(" ", text))


def shortened(text: str, limit: int) -> str:
    """Return `text` in at most `limit` bytes of UTF-8; a marker at the end says that something was cut."""
    if not _too_long(text, limit):
        return text
    return text.encode()[: limit - len(_MARKER.encode())].decode(errors="ignore") + _MARKER


def shortened_start(text: str, limit: int) -> str:
    """Return the end of `text` in at most `limit` bytes of UTF-8, a marker before it."""
    if not _too_long(text, limit):
        return text
    return _MARKER + text.encode()[-(limit - len(_MARKER.encode())) :].decode(errors="ignore")


def _too_long(text: str, limit: int) -> bool:
    # One character is four bytes at most: the common case needs no encoding.
    return len(text) * 4 > limit and len(text.encode()) > limit
