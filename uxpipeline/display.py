"""Showing what visitors' browsers wrote: only characters that cannot change meaning where they are shown."""

import hashlib
import re

_PLAIN = re.compile(r"[\w\-#.:/>=\[\]\"' ]{1,160}")


def display_key(surface_key: str) -> str:
    """A surface's key if it is plain, else a short hash that names it without repeating it."""
    if _PLAIN.fullmatch(surface_key):
        return surface_key
    return f"unprintable-{hashlib.sha256(surface_key.encode()).hexdigest()[:12]}"
