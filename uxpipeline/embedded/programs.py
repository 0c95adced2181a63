"""Run PostgreSQL's server programs as the right account, with all they say in one log."""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from uxpipeline.embedded.account import Account
from uxpipeline.errors import EmbeddedServerError


@dataclass(frozen=True)
class Programs:
    """The server programs in `folder`, run by `account`, writing to `log`."""

    folder: Path
    account: Account
    log: Path

    @cached_property
    def major(self) -> int:
        """Their major version, as 18."""
        postgres = self.folder / "postgres"
        printed = subprocess.run([postgres, "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
        version = re.search(r"PostgreSQL\) (\d+)", printed)
        if version is None:
            raise EmbeddedServerError(f"`{postgres}` does not run on this machine", "Set `UXPIPELINE_PG_BIN`")
        return int(version[1])

    def run(self, name: str, *arguments: str | Path) -> bool:
        """Run program `name` and say whether it succeeded."""
        with self.log.open("a") as output:  # never a pipe: a server that inherits one keeps its reader waiting
            return self.account.run([self.folder / name, *arguments], output)

    def complaint(self) -> str:
        """Return the last error in the log, or its last line where nothing is marked as one."""
        lines = self.log.read_text(errors="replace").splitlines() or ["it said nothing"]
        return next((line for line in reversed(lines) if "FATAL:" in line or "error:" in line), lines[-1])

    def begin_log(self) -> None:
        """Set the log aside, with suffix `.1`, and begin a new one that the account may write."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        self.account.own(self.log)
