"""Remembering what a pure function of a text returned: the same addresses, selectors and names come again and again."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MAX_CHARACTERS = 256
"""Longer texts are not kept, but where the function is dear; with `MAX_TEXTS` it bounds what a hostile file can make us
remember."""
MAX_TEXTS = 4096


class Memo(dict[str, T], Generic[T]):
    """A function of a text as a dictionary: `memo[text]` costs no call once the text was seen.

    A full one starts again empty: it is quicker than finding out what was not needed for long.

    Args:
        function: what to remember the results of.
        max_characters: longest text that is kept.
    """

    def __init__(self, function: Callable[[str], T], max_characters: int = MAX_CHARACTERS) -> None:
        super().__init__()
        self._function = function
        self._max_characters = max_characters

    def __missing__(self, text: str) -> T:
        """Call the function."""
        value = self._function(text)
        if len(text) <= self._max_characters:
            if len(self) >= MAX_TEXTS:
                self.clear()
            self[text] = value
        return value
