"""Which files a place stands for: a local folder or file, or an address in object storage."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from uxpipeline.errors import InputError

STILL_SECONDS = 1.0
"""A local file that did not change for this long is taken for complete."""
PARTIAL_SUFFIXES = frozenset({".part", ".partial", ".tmp", ".crdownload", ".filepart", ".inprogress"})
_MANIFEST = "manifest.json"
_MANIFEST_BYTES = 1024 * 1024


class InputFile(Protocol):
    """One file to load, wherever it lies."""

    @property
    def name(self) -> str:
        """What the ledger and messages call it: a path or an address."""
        ...

    @property
    def version(self) -> str:
        """Says when the content changed, without reading it."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def fetched(self) -> AbstractContextManager[Path]:
        """Its content as a local file, for as long as the context lasts."""
        ...


@dataclass(frozen=True)
class LocalFile:
    """A file of a local folder."""

    path: Path

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    @property
    def version(self) -> str:
        """Changes with its size and its time of change."""
        found = self.path.stat()
        return f"{found.st_size} {found.st_mtime_ns}"

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @contextmanager
    def fetched(self) -> Iterator[Path]:
        """It is here already."""
        yield self.path


@dataclass(frozen=True)
class Listing:
    """The files of a folder: those to load, and those that are not all there yet, each with the reason."""

    complete: Sequence[InputFile]
    unfinished: Sequence[tuple[InputFile, str]] = ()


def local_listing(folder: Path) -> Listing:
    """Files below a folder in name order, without hidden ones; empty where there is no such folder.

    Files that changed just now are looked at twice, a second apart: whoever still writes them is given time.
    """
    files = [LocalFile(path) for path in _paths(folder)]
    versions = {file.path: file.version for file in files}
    if any(abs(time.time() - file.path.stat().st_mtime) < STILL_SECONDS for file in files):
        time.sleep(STILL_SECONDS)
    there = [file for file in files if file.path.is_file()]
    growing = [file for file in there if file.version != versions[file.path]]
    listing = completed([file for file in there if file not in growing])
    return Listing(listing.complete, (*listing.unfinished, *((file, "it is still growing") for file in growing)))


def completed(files: Sequence[InputFile]) -> Listing:
    """Set apart what is unfinished by its name, or by a manifest that names files which are not there.

    A manifest (`manifest.json` of an export in several files: `{"files": [...]}`) is no file of events itself.
    """
    partial = [file for file in files if PurePosixPath(file.name).suffix in PARTIAL_SUFFIXES]
    named = {file: found for file in files if (found := _named_by(file)) is not None}
    there = {file.name for file in files if file not in partial}
    waiting: dict[str, str] = {}
    for manifest, names in named.items():
        missing = names - there
        if missing:
            reason = f"its export is incomplete: {len(missing)} of {len(names)} files of the manifest are not there"
            waiting |= dict.fromkeys((*names, manifest.name), reason)
    return Listing(
        [file for file in files if file not in partial and file not in named and file.name not in waiting],
        [
            *((file, "its name says that it is still being written") for file in partial),
            *((file, waiting[file.name]) for file in files if file.name in waiting),
        ],
    )


def _named_by(file: InputFile) -> set[str] | None:
    """Names of the files that a manifest lists, as they would lie beside it; None for any other file."""
    if not file.name.endswith(_MANIFEST) or file.size > _MANIFEST_BYTES:
        return None
    with file.fetched() as path:
        try:
            files = json.loads(path.read_bytes())["files"]
            folder = file.name.rpartition("/")[0]
            return {f"{folder}/{PurePosixPath(name).name}" for name in files}
        except (ValueError, KeyError, TypeError):
            return None


def _paths(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


@contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """Let errors about the local copy of a file name the file that it is a copy of."""
    try:
        yield
    except InputError as error:
        local = str(path)
        raise InputError(error.problem.replace(local, name), error.remedy.replace(local, name)) from None
