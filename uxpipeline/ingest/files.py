"""Which files a path stands for."""

from pathlib import Path

from uxpipeline.errors import InputError


def landing_files(folder: Path) -> list[Path]:
    """Files below a folder in name order, without hidden ones; empty where there is no such folder."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def named_files(path: Path) -> list[Path]:
    """The files a user means by a path: itself, or all below it.

    Raises:
        InputError: there is nothing of that name.
    """
    if path.is_dir():
        return landing_files(path)
    if not path.exists():
        raise InputError(f"There is no file or folder `{path}`", "Check the path")
    return [path]
