"""Where the SQL lives: one object or statement per file in `sql/`, read by name."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from psycopg import sql

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class SqlFile:
    """A file of `sql/`; `name` is its path below `sql/` without the ending."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Checksum that the migration ledger keeps."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def root() -> Path:
    """The folder `sql/`: the checkout's when the package is installed editable, else the wheel's copy."""
    checkout = _PACKAGE.parent / "sql"
    return checkout if (checkout / "migrations").is_dir() else _PACKAGE / "_sql"


@cache
def statement(name: str) -> sql.SQL:
    """The one statement of `sql/<name>.sql`, ready to execute with bound parameters."""
    return sql.SQL(read(name).text)  # a file of ours, not built from input


def read(name: str) -> SqlFile:
    """The file `sql/<name>.sql`."""
    return SqlFile(name, (root() / f"{name}.sql").read_text(encoding="utf-8"))


def files_below(folder: str) -> list[SqlFile]:
    """All files of `sql/<folder>/`, in name order."""
    return [read(f"{folder}/{path.stem}") for path in sorted((root() / folder).glob("*.sql"))]
