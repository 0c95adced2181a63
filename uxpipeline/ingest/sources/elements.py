"""Where in a page something happened: an element, the elements around it, its form and component."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PLAIN_ID = re.compile(r"[\w-]+", re.ASCII)
_TAG = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_BUTTON_INPUTS = frozenset({"submit", "button", "reset", "image"})
_NAMING_ATTRIBUTES = ("data-testid", "name")


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

    @property
    def submits(self) -> bool:
        """Whether a click on it submits the form around it."""
        kind = self.attributes.get("type")
        if self.tag == "button":
            return kind not in ("button", "reset")
        return self.tag == "input" and kind in ("submit", "image")


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
        submits: whether a click on the target submits it.
    """

    form_id: str
    place: Place
    field: str | None
    submits: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What an event happened on."""

    place: Place = NOWHERE
    form: Form | None = None


def named_place(
    tag: str | None, identifier: str | None = None, text: str | None = None, component: str | None = None
) -> Place:
    """Return the place of an element of which a site tells no more than these."""
    known_tag = tag.lower() if tag and _TAG.fullmatch(tag) else ""
    named = Element(known_tag, {"id": identifier} if identifier else {}, text, nth_of_type=1)
    return Place(_selector(named, "") or None, known_tag or None, text, component)


def target_of(elements: Sequence[Element], component_attribute: str) -> Target:
    """Return the target of `elements`, which begin with it and lead outward."""
    if not elements:
        return Target()
    return Target(_place(elements, component_attribute), _form(elements, component_attribute))


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
        submits=any(element.submits for element in elements[:index]),
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
