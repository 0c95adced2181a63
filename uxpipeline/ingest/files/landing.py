"""What a folder or bucket holds for us, and what of a bucket is settled, so that it need not be fetched again."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError
from uxpipeline.ingest.files.buckets import Bucket, BucketFile, folder_day
from uxpipeline.ingest.files.listing import InputFile, Listing, LocalFile, completed, local_listing
from uxpipeline.settings import is_bucket_url

Place = Path | str
"""A local path, or an address in object storage."""
Settled = dict[str, tuple[str, str, int]]
"""Address → content's hash, source and number of lines, of objects that are loaded as they are."""


def place(text: str) -> Place:
    """Return the place a user means by a word of a command line."""
    return text if is_bucket_url(text) else Path(text).absolute()


def file_at(name: str) -> InputFile | None:
    """The file the ledger calls `name`, None where it is not there any more."""
    if is_bucket_url(name):
        return Bucket(name).object()
    path = Path(name)
    return LocalFile(path) if path.is_file() else None


def named_files(where: Place) -> tuple[Listing, bool]:
    """The files a user means by a place, and whether it is a folder: itself, or all below it.

    Raises:
        InputError: there is nothing of that name.
    """
    if isinstance(where, str):
        bucket = Bucket(where)
        found = bucket.object()
        files = [found] if found else bucket.files()
        if not files:
            raise InputError(f"There is no file or folder `{where}`", "Check the address")
        return (Listing([found]), False) if found else (completed(files), True)
    if where.is_dir():
        return local_listing(where), True
    if not where.exists():
        raise InputError(f"There is no file or folder `{where}`", "Check the path")
    return Listing([LocalFile(where)]), False


def landing_listing(connection: Connection, where: Place, now: datetime) -> Listing:
    """The files of the landing place; of a bucket only folders of recent days, once a week all of them."""
    if not isinstance(where, str):
        return local_listing(where)
    return completed(Bucket(where).files(_listed_since(connection, where, now)))


def note_listing(connection: Connection, where: Place, listing: Listing, now: datetime) -> None:
    """Remember how far the landing place was listed, once everything listed was dealt with."""
    if not isinstance(where, str):
        return
    since = _listed_since(connection, where, now)
    files = [*listing.complete, *(file for file, _ in listing.unfinished)]
    days = [day for file in files if (day := _day_of(file, where)) and day <= now.date()]
    values = {"url": where, "newest_day": max(days, default=None), "now": now, "whole": since is None}
    with transaction(connection):
        connection.execute(statement("ingest/buckets/note_listing"), values)


def settled(connection: Connection, files: Sequence[InputFile]) -> Settled:
    """Which objects are loaded already in the version that was listed; local files are read to know."""
    objects = [file for file in files if isinstance(file, BucketFile)]
    values = {"urls": [file.name for file in objects], "versions": [file.version for file in objects]}
    rows = connection.execute(statement("ingest/buckets/settled_files"), values).fetchall() if objects else []
    return {url: (sha256, source, lines) for url, sha256, source, lines in rows}


def settle(connection: Connection, file: InputFile, sha256: str) -> None:
    """Remember that this version of an object is in the ledger."""
    if isinstance(file, BucketFile):
        values = {"url": file.name, "version": file.version, "sha256": sha256}
        with transaction(connection):
            connection.execute(statement("ingest/buckets/settle_file"), values)


def _listed_since(connection: Connection, where: str, now: datetime) -> date | None:
    row = connection.execute(statement("ingest/buckets/listing"), {"url": where, "now": now}).fetchone()
    return row[0] if row else None


def _day_of(file: InputFile, where: str) -> date | None:
    """The day of the folder a file lies in, None where no folder below the landing place is named after one."""
    folders = file.name[len(where) :].split("/")[:-1]
    return next((day for folder in folders if (day := folder_day(folder)) is not None), None)
