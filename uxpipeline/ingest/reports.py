"""What is told of a file while it is loaded, and afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["loaded", "already_loaded", "replayed", "aborted", "skipped"]


@dataclass
class Done:
    """How much of a file is staged."""

    path: Path
    file_bytes: int
    lines: int = 0
    line_bytes: int = 0

    def add(self, lines: int, line_bytes: int) -> None:
        """Count lines that were staged."""
        self.lines += lines
        self.line_bytes += line_bytes

    @property
    def all_lines(self) -> int | None:
        """About how many lines the file has; None where its bytes do not tell, as it is compressed."""
        if not self.lines or self.line_bytes > self.file_bytes + 1:
            return None
        return round(self.file_bytes * self.lines / self.line_bytes)


Progress = Callable[[Done], None]
"""Called whenever lines of a file were staged."""


@dataclass
class FileReport:
    """What became of one file; the counts are those of the contract, `seen` says what its content was taken for."""

    path: str
    source: str
    sha256: str
    status: Status
    lines: int = 0
    inserted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    parked: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    rows_written: dict[str, int] = field(default_factory=dict)
    problem: str | None = None
    seen: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name
