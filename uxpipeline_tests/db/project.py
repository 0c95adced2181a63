"""A small `sql/` folder of its own for tests of the migration runner."""

import shutil
from pathlib import Path

from uxpipeline.db import sqlfiles

FIRST = "create table public.first_one (id integer);\ncreate table public.first_two (id integer);\n"
SECOND = "create table public.second_one (id integer);\n"
VIEW = "create or replace view public.numbers as select 1 as one;\n"


class Project:
    """Files below a folder like `sql/`, named without their ending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The runner's own statements come from the same folder.
        for name in ("db", "migrate"):
            shutil.copytree(sqlfiles.root() / name, folder / name)
        self.write("migrations/0001_first", FIRST)
        self.write("migrations/0002_second", SECOND)
        self.write("repeatable/views/numbers", VIEW)

    @property
    def folder(self) -> Path:
        return self._folder

    def write(self, name: str, text: str) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sql"
