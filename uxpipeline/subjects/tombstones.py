"""Recognising erased sessions without knowing them."""

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uxpipeline.db.sqlfiles import statement

if TYPE_CHECKING:  # processes that parse lines have no connection, and need not wait for what makes one
    from uxpipeline.db.connect import Connection

_WORD = re.compile(r"[^\s\"\\]+")


def tombstone(key: bytes, session_id: str) -> str:
    """The keyed hash under which an erased session is remembered; another one for every key."""
    return hmac.digest(key, b"erased session " + session_id.encode(errors="surrogatepass"), "sha256").hex()


@dataclass(frozen=True)
class Tombstones:
    """The erased sessions of a database."""

    key: bytes
    known: frozenset[str] = frozenset()

    def __contains__(self, session_id: str) -> bool:
        """Whether the session was erased."""
        return bool(self.known) and tombstone(self.key, session_id) in self.known

    def named_in(self, text: str) -> bool:
        """Whether a text names an erased session, wherever in it."""
        return bool(self.known) and any(word in self for word in _WORD.findall(text))


def read_tombstones(connection: "Connection", key: bytes) -> Tombstones:
    """The erased sessions; those erased under another key are not recognised."""
    found = connection.execute(statement("subjects/tombstones")).fetchall()
    return Tombstones(key, frozenset(known for (known,) in found))
