"""Reading a report like a browser does."""

from html.parser import HTMLParser

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
