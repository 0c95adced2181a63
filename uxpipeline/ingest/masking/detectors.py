"""Finding what identifies a person or opens a door in free text, and replacing it by the name of its kind.

A find becomes `[email]`, `[phone]`, `[card]`, `[iban]`, `[ip]` or `[token]`. Dates and UUIDs look like some of these
and stay. Recall goes before precision: what is lost is wording, what would leak is somebody's.
"""

import re
from ipaddress import ip_address
from itertools import pairwise

from uxpipeline.ingest.masking.cleaning import visible
from uxpipeline.ingest.memo import Memo

_AT = r"(?:@|\uff20|%(?:25)*40)"
_LOCAL = r"""[\w.+'%!#$*^{|}~`@\uff20-]"""
_DIGITS = r"[+(]{0,2}\d(?:[\s().\-/]{0,2}\d){6,}"
_IPV4 = r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
_IPV6 = r"(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])"
_PATTERN = re.compile(
    rf"""
      (?P<uuid>(?<![0-9a-fA-F])[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}(?![0-9a-fA-F]))
    | (?P<date>(?<!\d)\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?(?:Z|[+-]\d\d:\d\d)?)?(?![\d-]))
    | (?P<day>(?<![\d./])\d{{1,2}}[./]\d{{1,2}}[./](?:\d\d)?\d\d(?![\d./]))
    | (?P<jwt>(?<![\w-])eyJ[\w-]{{5,}}\.[\w-]+(?:\.[\w-]*)?)
    | (?P<email>(?<!{_LOCAL}){_LOCAL}*{_AT}(?:[\w-]+(?:\.[\w-]+)+|\[[^\]\s]+\]))
    | (?P<iban>\b[A-Z]{{2}}\d\d(?:[ ]?[A-Z0-9]{{4}}){{2,7}}[ ]?[A-Z0-9]{{1,4}}\b)
    | (?P<ip>{_IPV4}|{_IPV6})
    | (?P<digits>{_DIGITS})
    | (?P<token>(?<![\w-])[A-Za-z0-9_-]{{16,}})
    """,
    re.VERBOSE,
)
_LONG_NUMBER = re.compile(_DIGITS)
# Without one of these there is nothing to find: most interface text ends here.
_POSSIBLE = re.compile(rf"\d|{_AT}|::|eyJ")
# Nor, though there are digits, without one of these: most selectors end here. Together they are much faster than
# `_PATTERN`, as each begins with what is rare.
_SIGNS = tuple(
    map(
        re.compile,
        (
            r"@|\uff20|%(?:25)*40|::|eyJ|:[0-9a-fA-F]{1,4}:",
            rf"\d\.\d|{_DIGITS.removeprefix('[+(]{0,2}')}",
            r"[A-Z]{2}\d\d",
            r"[A-Za-z0-9_-]{16}",
        ),
    )
)
_HEXADECIMAL = re.compile("[0-9a-fA-F]{16,}")
_JUDGED_CHARACTERS = 256
_MAX_PASSES = 8


def mask_pii(text: str) -> str:
    """Return `text` with everything the detectors find replaced, and without invisible characters."""
    return _MASKED[text]


def _masked(text: str) -> str:
    masked = visible(text)
    # A replacement can complete another find (`a@b@c.de`): repeat until nothing changes.
    for _ in range(_MAX_PASSES):
        if not _POSSIBLE.search(masked) or not any(sign.search(masked) for sign in _SIGNS):
            break
        before, masked = masked, _PATTERN.sub(_replacement, masked)
        if masked == before:
            break
    return masked


_MASKED = Memo(_masked)


def _replacement(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group()
    if kind in {"email", "iban"}:
        return f"[{kind}]"
    if kind == "jwt" or (kind == "token" and looks_random(found)):
        return "[token]"
    if kind == "ip" and _is_address(found):
        return "[ip]"
    if kind in {"uuid", "date", "day"}:
        return found
    return _LONG_NUMBER.sub(_number_kind, found)


def _number_kind(match: re.Match[str]) -> str:
    digits = [int(character) for character in match.group() if character.isdecimal()]
    return "[card]" if 13 <= len(digits) <= 19 and _luhn(digits) else "[phone]"


def looks_random(word: str) -> bool:
    """Tell whether a long word of letters, digits, `_` and `-` was made by a machine to be unguessable."""
    word = word[:_JUDGED_CHARACTERS]
    digits = sum(character.isdigit() for character in word)
    if digits < 3 or digits == len(word):
        return False
    if _HEXADECIMAL.search(word):
        return True
    kinds = [(character.isdigit(), character.isupper()) for character in word if character.isalnum()]
    changes = sum(left != right for left, right in pairwise(kinds))
    return len(word) >= 20 and changes >= 6


def _is_address(found: str) -> bool:
    # `10:30:00` and `a::b` have the shape of an address, but too few groups to be worth hiding.
    if ":" in found and "::" not in found and found.count(":") < 7:
        return False
    try:
        ip_address(found)
    except ValueError:
        return False
    return found != "::"


def _luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
