"""The page of a recording as its snapshot and mutations describe it: which element a number stands for."""

from collections.abc import Iterator
from typing import Any

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.sources.elements import Element, Target, target_of

MAX_ANCESTORS = 100
MAX_TEXT_CHARACTERS = 255
_MAX_TEXT_NODES = 50
_ELEMENT, _TEXT = 2, 3


class Node:
    """An element or text of a page."""

    __slots__ = ("attributes", "children", "parent", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], text: str, parent: int | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = text
        self.parent = parent
        self.children: list[int] = []


class Mirror:
    """The nodes of one page by number. A removed one stays known: what happened on it may come after its removal."""

    def __init__(self, snapshot: JsonObject) -> None:
        """Take the root of a full snapshot."""
        self._nodes: dict[int, Node] = {}
        self.root = snapshot.get("id")
        self._add(snapshot, None)

    def __contains__(self, number: object) -> bool:
        return number in self._nodes

    def apply(self, mutation: JsonObject) -> None:
        """Take over what an incremental snapshot says changed."""
        for removed in _objects(mutation.get("removes")):
            self._detach(removed.get("id"))
        for added in _objects(mutation.get("adds")):
            node, parent, following = added.get("node"), added.get("parentId"), added.get("nextId")
            if isinstance(node, dict) and isinstance(parent, int):
                self._detach(node.get("id"))
                self._add(node, parent, following)
        for changed in _objects(mutation.get("attributes")):
            node = self._nodes.get(changed.get("id"))  # type: ignore[arg-type]
            if node is not None:
                node.attributes |= _attributes(changed.get("attributes"))
        for changed in _objects(mutation.get("texts")):
            node = self._nodes.get(changed.get("id"))  # type: ignore[arg-type]
            if node is not None and isinstance(changed.get("value"), str):
                node.text = changed["value"]

    def target(self, number: int, component_attribute: str) -> Target:
        """Return what a number stands for, with its form and component."""
        return target_of([*self._outward(number)], component_attribute)

    def _outward(self, number: int) -> Iterator[Element]:
        current: int | None = number
        for _ in range(MAX_ANCESTORS):
            node = self._nodes.get(current) if current is not None else None
            if node is None or node.tag == "html":
                return
            if node.tag:
                text = self._text(number) if current == number else None
                yield Element(node.tag, node.attributes, text, self._position(current, node))
            current = node.parent

    def _position(self, number: int | None, node: Node) -> int:
        parent = self._nodes.get(node.parent) if node.parent is not None else None
        alike = [other for other in parent.children if self._nodes[other].tag == node.tag] if parent else []
        return alike.index(number) + 1 if number in alike else 1

    def _text(self, number: int) -> str | None:
        waiting, found, length = [number], [], 0
        for _ in range(_MAX_TEXT_NODES):
            if not waiting or length > MAX_TEXT_CHARACTERS:
                break
            node = self._nodes[waiting.pop()]
            if node.text.strip():
                found.append(node.text.strip())
                length += len(found[-1])
            waiting.extend(reversed(node.children))
        return " ".join(found)[:MAX_TEXT_CHARACTERS] or None

    def _detach(self, number: object) -> None:
        node = self._nodes.get(number) if isinstance(number, int) else None
        parent = self._nodes.get(node.parent) if node and node.parent is not None else None
        if parent is not None and number in parent.children:
            parent.children.remove(number)

    def _add(self, root: JsonObject, parent: int | None, following: object = None) -> None:
        waiting: list[tuple[Any, int | None]] = [(root, parent)]
        while waiting:
            told, above = waiting.pop()
            number = told.get("id")
            if not isinstance(number, int):
                continue
            self._nodes[number] = _node(told, above)
            siblings = self._nodes[above].children if above in self._nodes else None
            if siblings is not None:
                place = siblings.index(following) if told is root and following in siblings else len(siblings)
                siblings.insert(place, number)
            waiting.extend((child, number) for child in reversed(_objects(told.get("childNodes"))))


def _node(told: JsonObject, parent: int | None) -> Node:
    tag, text = told.get("tagName"), told.get("textContent")
    return Node(
        tag=tag.lower() if told.get("type") == _ELEMENT and isinstance(tag, str) else "",
        attributes=_attributes(told.get("attributes")),
        text=text if told.get("type") == _TEXT and isinstance(text, str) and not told.get("isStyle") else "",
        parent=parent,
    )


def _attributes(told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        return {}
    return {
        key: "" if value is None else value for key, value in told.items() if value is None or isinstance(value, str)
    }


def _objects(items: object) -> list[JsonObject]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
