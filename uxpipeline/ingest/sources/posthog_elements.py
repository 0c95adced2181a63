"""Where in a page something happened, from PostHog's `elements_chain` text or `$elements` list.

A chain names elements from the target outward, joined by `;`, each `tag.class.class:key="value"key="value"` with quotes
escaped. A class may contain a colon, so the pairs begin at the first colon that a key follows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from uxpipeline.ingest.records import JsonObject

_ELEMENT = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*"?)+')
_TAG = re.compile(r"[A-Za-z][\w-]*")
_FIRST_PAIR = re.compile(r':(?=[\w-]*=")')
_PAIR = re.compile(r'([^"=]*)="((?:\\.|[^"\\])*)"', re.DOTALL)
_PLAIN_ID = re.compile(r"[\w-]+", re.ASCII)
_BUTTON_INPUTS = frozenset({"submit", "button", "reset", "image"})
_NAMING_ATTRIBUTES = ("data-testid", "name")
_MAX_POSITION_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a page: tag, HTML attributes, text, and position among its siblings of the same tag."""

    tag: str
    attributes: Mapping[str, str]
    text: str | None
    nth_of_type: int

    @property
    def is_button(self) -> bool:
        """Whether a click on it does something rather than fills something in."""
        return self.tag == "button" or (self.tag == "input" and self.attributes.get("type") in _BUTTON_INPUTS)


@dataclass(frozen=True, slots=True)
class Place:
    """An element as events name it; all None where the tracker does not say."""

    element_path: str | None = None
    element_type: str | None = None
    element_text: str | None = None
    component_id: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Form:
    """The form around a target.

    Attributes:
        form_id: its id, else its name, else its path.
        place: the form element itself.
        field: what was touched in it, None where that was a button.
    """

    form_id: str
    place: Place
    field: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """What an event happened on."""

    place: Place = NOWHERE
    form: Form | None = None


@lru_cache(maxsize=1024)
def target_of_chain(chain: str, component_attribute: str) -> Target:
    """Return the target that an `elements_chain` describes."""
    return target_of(parse_chain(chain), component_attribute)


def target_of(elements: Sequence[Element], component_attribute: str) -> Target:
    """Return the target of `elements`, which begin with it and lead outward."""
    if not elements:
        return Target()
    return Target(_place(elements, component_attribute), _form(elements, component_attribute))


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


def _place(elements: Sequence[Element], component_attribute: str) -> Place:
    steps = [_selector(element, component_attribute) for element in reversed(elements)]
    components = (element.attributes.get(component_attribute) for element in elements)
    return Place(
        element_path=" > ".join(steps),
        element_type=elements[0].tag,
        element_text=elements[0].text,
        component_id=next(filter(None, components), None),
    )


def _form(elements: Sequence[Element], component_attribute: str) -> Form | None:
    index = next((index for index, element in enumerate(elements) if element.tag == "form"), None)
    if index is None:
        return None
    attributes = elements[index].attributes
    place = _place(elements[index:], component_attribute)
    touched = elements[0].attributes
    on_button = any(element.is_button for element in elements[:index])
    return Form(
        form_id=attributes.get("id") or attributes.get("name") or place.element_path or "form",
        place=place,
        field=None if on_button else touched.get("name") or touched.get("id") or elements[0].tag,
    )


def _selector(element: Element, component_attribute: str) -> str:
    """Return the element in CSS by its lasting names; classes come and go, positions only help where it has no name."""
    identifier = element.attributes.get("id")
    if identifier and _PLAIN_ID.fullmatch(identifier):
        return f"{element.tag}#{identifier}"
    keys = ["id"] if identifier else [component_attribute, *_NAMING_ATTRIBUTES]
    names = "".join(_attribute(key, value) for key in keys if (value := element.attributes.get(key)))
    if names or element.nth_of_type == 1:
        return element.tag + names
    return f"{element.tag}:nth-of-type({element.nth_of_type})"


def _attribute(key: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{key}="{quoted}"]'
