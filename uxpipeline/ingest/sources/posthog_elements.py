"""Elements as PostHog names them, in `elements_chain` text or the `$elements` list.

A chain names elements from the target outward, joined by `;`, each `tag.class.class:key="value"key="value"` with quotes
escaped. A class may contain a colon, so the pairs begin at the first colon that a key follows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.elements import Element, Target, target_of

_ELEMENT = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*"?)+')
_TAG = re.compile(r"[A-Za-z][\w-]*")
_FIRST_PAIR = re.compile(r':(?=[\w-]*=")')
_PAIR = re.compile(r'([^"=]*)="((?:\\.|[^"\\])*)"', re.DOTALL)
_MAX_POSITION_DIGITS = 6
LONGEST_CHAIN = 4096
"""Characters of a chain that is worth remembering; most are shorter."""


def target_of_chain(chain: str, component_attribute: str) -> Target:
    """Return the target that an `elements_chain` describes."""
    return target_of(parse_chain(chain), component_attribute)


def parse_chain(chain: str) -> list[Element]:
    """Return the elements of a chain, target first; what makes no sense is left out."""
    return [element for part in _ELEMENT.findall(chain) if (element := _element(part))]


def parse_list(items: Sequence[object]) -> list[Element]:
    """Return the elements of the `$elements` list that the client sends."""
    return [_listed(item) for item in items if isinstance(item, dict) and isinstance(item.get("tag_name"), str)]


def _element(part: str) -> Element | None:
    tag = _TAG.match(part.lstrip())
    if not tag:
        return None
    values = dict(_pairs(part))
    return Element(tag[0].lower(), _attributes(values), values.get("text"), _position(values.get("nth-of-type")))


def _pairs(part: str) -> Iterator[tuple[str, str]]:
    start = _FIRST_PAIR.search(part)
    pair = start and _PAIR.match(part, start.end())
    while pair:
        yield pair[1], pair[2].replace('\\"', '"')
        pair = _PAIR.match(part, pair.end())


def _listed(item: JsonObject) -> Element:
    values = {key: value for key, value in item.items() if isinstance(value, str)}
    return Element(
        item["tag_name"].lower(), _attributes(values), values.get("$el_text"), _position(item.get("nth_of_type"))
    )


def _attributes(values: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix("attr__"): value for key, value in values.items() if key.startswith("attr__")}


def _position(value: object) -> int:
    digits = str(value)[:_MAX_POSITION_DIGITS]
    return int(digits) if digits.isdecimal() else 1
