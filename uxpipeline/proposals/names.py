"""How a proposal names a surface: only what looks like a selector or a path, else a short hash."""

import hashlib
import re

# Words in a row, as sentences have, are no selector: steps are joined by `>`, only a page may come before.
_MARK = r"[#.][A-Za-z0-9_-]{1,48}|\[[a-z-]{1,24}=[\"']?[A-Za-z0-9_-]{1,48}[\"']?\]"
_STEP = rf"(?:[A-Za-z][A-Za-z0-9]{{0,15}})?(?:{_MARK}){{0,3}}"
_PAGE = r"/(?:[A-Za-z0-9_.:-]{1,48}/?){0,8}"
_SELECTOR = rf"{_STEP}(?: ?> ?{_STEP}){{0,12}}"
_NAME = re.compile(rf"(?=.)(?:{_PAGE}|(?:{_PAGE} )?{_SELECTOR})")
_COMPONENT = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")
_LONGEST = 160


def surface_name(surface_key: str) -> str:
    """A surface's key if it is a plain selector or path, else a hash that names it without repeating it.

    Stricter than how tables of scores show keys: people act on proposals, and machines may read them.
    """
    plain = len(surface_key) <= _LONGEST and _NAME.fullmatch(surface_key)
    return surface_key if plain else f"unprintable-{key_hash(surface_key)[:12]}"


def component_name(component_id: str | None) -> str | None:
    """A component's id if it is one plain word, else a hash; None stays None."""
    if component_id is None or _COMPONENT.fullmatch(component_id):
        return component_id
    return f"unprintable-{key_hash(component_id)[:12]}"


def key_hash(key: str) -> str:
    """What stands for a key where it must not be repeated."""
    return hashlib.sha256(key.encode()).hexdigest()
