"""Reading a report like a browser does."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple

Tag = tuple[str, tuple[tuple[str, str | None], ...]]


class Page(HTMLParser):
    """Tags with their attributes, in order, and the text between them with single spaces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._text: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", ((data, None),)))


class Drawing(NamedTuple):
    """An interval as drawn, in percent of the drawing's width; `zero` where its scale marks it."""

    low: float
    middle: float
    high: float
    zero: float | None


class Row(NamedTuple):
    """A table's row: the names it shows as code, and its intervals from left to right."""

    names: tuple[str, ...]
    drawings: tuple[Drawing, ...]


class _Rows(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[list[str]] = []
        self.shapes: list[list[dict[str, dict[str, str | None]]]] = []
        self._code = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._code = self._code or tag == "code"
        if tag == "tr":
            self.names.append([])
            self.shapes.append([])
        elif tag == "svg" and found.get("class") == "interval" and self.shapes:
            self.shapes[-1].append({})
        elif tag in {"line", "circle"} and self.shapes and self.shapes[-1]:
            self.shapes[-1][-1][found.get("class") or ""] = found

    def handle_endtag(self, tag: str) -> None:
        self._code = self._code and tag != "code"

    def handle_data(self, data: str) -> None:
        if self._code and self.names:
            self.names[-1].append(data)


def drawn_rows(html: str) -> list[Row]:
    """Rows of the report's tables that hold drawn intervals, in order."""
    rows = _Rows(html)
    return [
        Row(tuple(names), tuple(map(_drawing, shapes)))
        for names, shapes in zip(rows.names, rows.shapes, strict=True)
        if shapes
    ]


def _drawing(shapes: Mapping[str, Mapping[str, str | None]]) -> Drawing:
    def at(shape: str, place: str) -> float:
        return float((shapes[shape][place] or "").removesuffix("%"))

    zero = at("zero", "x1") if "zero" in shapes else None
    return Drawing(at("range", "x1"), at("mean", "cx"), at("range", "x2"), zero)
