"""Showing what visitors did: names only in characters that cannot change meaning, figures only of enough people."""

import hashlib
import re

FEWEST_SESSIONS = 5
"""A surface that fewer sessions met is left out wherever scores are shown: it can point at a person."""
_PLAIN = re.compile(r"[\w\-#.:/>=\[\]\"' ]{1,160}")


def display_key(surface_key: str) -> str:
    """A surface's key if it is plain, else a short hash that names it without repeating it."""
    if _PLAIN.fullmatch(surface_key):
        return surface_key
    return f"unprintable-{hashlib.sha256(surface_key.encode()).hexdigest()[:12]}"
