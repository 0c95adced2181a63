"""Files in object storage: S3, what speaks its protocol, and Google Cloud Storage.

Credentials, region and endpoint come from the environment that the providers' own tools read. They are never part of
an address, and nothing a provider answers is repeated but its status: answers may quote requests.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from uxpipeline.errors import AccessError, ConfigurationError, InputError, StorageUnreachableError, TerminalError
from uxpipeline.settings import is_bucket_url

if TYPE_CHECKING:
    from obstore.store import GCSStore, S3Store

MOST_TRIES = 4
CHUNK_BYTES = 1024 * 1024
DOWNLOAD_TRIES = 3
_PATIENCE = timedelta(seconds=60)
_READ_PATIENCE = timedelta(seconds=30)
_STATUS = re.compile(r"status code: (\d{3})")
_ANSWER = re.compile(r"<Code>(\w{1,64})</Code>")
_DAYS = re.compile(
    r"(?<!\d)(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d{4})|(?P<ms>\d{13}))(?!\d)"
)
_T = TypeVar("_T")


@dataclass(frozen=True)
class BucketFile:
    """One object, as a listing showed it."""

    bucket: "Bucket"
    key: str
    version: str
    size: int

    @property
    def name(self) -> str:
        """Its address."""
        return f"{self.bucket.root}/{self.key}"

    @contextmanager
    def fetched(self) -> Iterator[Path]:
        """A copy in the temporary folder, removed afterwards.

        Raises:
            InputError: it changed since it was listed, or there is no room for it.
            StorageUnreachableError: the storage could not be reached or broke off, several times.
        """
        with tempfile.TemporaryDirectory(prefix="uxpipeline-") as folder:
            free = shutil.disk_usage(folder).free
            if self.size > free:
                raise InputError(
                    f"`{self.name}` has {self.size:,} bytes, the temporary folder has room for {free:,}",
                    "Make room, or set TMPDIR to a larger disk",
                )
            path = Path(folder) / PurePosixPath(self.key).name
            self.bucket.download(self, path)
            yield path


class Bucket:
    """What lies below one address."""

    def __init__(self, url: str) -> None:
        """Use the bucket and the folder or object that `url` names.

        Raises:
            ConfigurationError: the address is none, or its configuration in the environment cannot be used.
        """
        scheme, _, rest = url.partition("://")
        name, _, key = rest.partition("/")
        if not is_bucket_url(url) or not name or "@" in name:
            raise ConfigurationError(
                "An address of object storage is `s3://BUCKET/FOLDER` or `gs://BUCKET/FOLDER`",
                "Keys and endpoints belong into the environment, see docs/sources.md#buckets",
            )
        self.root = f"{scheme}://{name}"
        self.key = key.strip("/")
        self._names_folder = not key or key.endswith("/")
        self._store = _store(scheme, name)

    @property
    def url(self) -> str:
        """The address, without a closing slash."""
        return f"{self.root}/{self.key}".rstrip("/")

    def object(self) -> BucketFile | None:
        """The object of exactly this address, None where there is none."""
        if self._names_folder:
            return None
        try:
            return self._file(_asked(self.url, lambda: self._store.head(self.key)))
        except FileNotFoundError:
            return None

    def files(self, since: date | None = None, *, hidden: bool = False) -> list[BucketFile]:
        """Objects below this address in name order; without hidden ones unless they are asked for.

        Folders that are named after a day before `since` are not looked into, so that a landing place may keep its
        history: one request lists a thousand names, and one more each folder that is entered.
        """
        return [
            self._file(meta)
            for meta in self._below(self.key, since)
            if hidden or not any(part.startswith(".") for part in PurePosixPath(meta["path"][len(self.key) :]).parts)
        ]

    def _below(self, prefix: str, since: date | None) -> Iterator[Any]:
        try:
            found = _asked(self.url, lambda: self._store.list_with_delimiter(prefix or None))
        except FileNotFoundError:
            raise InputError(f"There is no bucket `{self.root}`", "Check its name, and the region") from None
        objects = [meta for meta in found["objects"] if meta["size"] or not meta["path"].endswith("/")]
        folders = [one for one in found["common_prefixes"] if not _is_over(PurePosixPath(one).name, since)]
        entries: list[tuple[str, Any]] = [(meta["path"], meta) for meta in objects]
        entries += [(folder.rstrip("/"), None) for folder in folders]
        for path, meta in sorted(entries, key=lambda entry: entry[0]):
            if meta is None:
                yield from self._below(path, since)
            else:
                yield meta

    def download(self, file: BucketFile, path: Path) -> None:
        """Write the content of an object to `path`.

        Raises:
            InputError: it is not the object any more that was listed.
            StorageUnreachableError: reading broke off every time.
        """
        for left in reversed(range(DOWNLOAD_TRIES)):
            try:
                version = _asked(file.name, lambda: self._copy(file.key, path))
            except FileNotFoundError:
                raise InputError(f"`{file.name}` is not there any more", "Check its name") from None
            except StorageUnreachableError:
                if not left:
                    raise
                continue
            break
        if version != file.version or path.stat().st_size != file.size:
            raise InputError(f"`{file.name}` changed while it was read", "Load it again once it is complete")

    def _copy(self, key: str, path: Path) -> str:
        found = self._store.get(key)
        with path.open("wb") as target:
            for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                target.write(chunk)
        return _version(found.meta)

    def _file(self, meta: Any) -> BucketFile:  # noqa: ANN401 - a typed dictionary of an optional package
        return BucketFile(self, meta["path"], _version(meta), meta["size"])


def _version(meta: Any) -> str:  # noqa: ANN401 - as above
    # Listings and downloads do not agree on the quotes.
    return str(meta["e_tag"] or meta["last_modified"]).strip('"')


def _is_over(folder: str, since: date | None) -> bool:
    day = folder_day(folder)
    return since is not None and day is not None and day < since


def folder_day(folder: str) -> date | None:
    """The day a folder is named after (`2026-11-22`, `11-22-2026`, or milliseconds), None where it is after none."""
    match = _DAYS.search(folder)
    if match is None:
        return None
    try:
        if match["ms"]:
            return datetime.fromtimestamp(int(match["ms"]) / 1000, UTC).date()
        return date.fromisoformat(match["iso"] or f"{match['year']}-{match['month']}-{match['day']}")
    except (ValueError, OverflowError):
        return None


def _store(scheme: str, name: str) -> "S3Store | GCSStore":
    try:
        from obstore import exceptions  # noqa: PLC0415 - optional package
        from obstore.store import GCSStore, S3Store  # noqa: PLC0415 - optional package
    except ImportError:
        raise ConfigurationError(
            "Object storage needs the package `obstore`", "Install it: pip install 'uxpipeline[bucket]'"
        ) from None
    try:
        # Without a timeout of ours the whole transfer of an object would have to end within 30 seconds. Plain HTTP is
        # for endpoints that say so themselves, such as one on this machine.
        options: Any = {"allow_http": True, "timeout": timedelta(days=1), "read_timeout": _READ_PATIENCE}
        retries: Any = {"max_retries": MOST_TRIES, "retry_timeout": _PATIENCE}
        if scheme == "gs":
            return GCSStore(name, client_options=options, retry_config=retries)
        return S3Store(name, client_options=options, retry_config=retries)
    except (exceptions.BaseError, ValueError):
        raise ConfigurationError(
            f"The configuration for `{scheme}://` in the environment cannot be used", "See docs/sources.md#buckets"
        ) from None


def _asked(url: str, question: Callable[[], _T]) -> _T:
    """Ask the storage; what it answers but its status stays out of the error.

    Raises:
        FileNotFoundError: there is no such bucket or object.
    """
    from obstore.exceptions import BaseError  # noqa: PLC0415 - optional package

    try:
        return question()
    except FileNotFoundError:
        raise FileNotFoundError(url) from None
    except (BaseError, OSError) as error:
        raise _problem(url, str(error)) from None


def _problem(url: str, said: str) -> Exception:
    status = match.group(1) if (match := _STATUS.search(said)) else None
    answer = f" {match.group(1)}" if (match := _ANSWER.search(said)) else ""
    if status == "404":
        return FileNotFoundError(url)
    if status in {"401", "403"}:
        return AccessError(
            f"The storage refuses `{url}` ({status}{answer})",
            "Check the keys in the environment, and that they may list and read there",
        )
    if status is not None and status < "500" and status != "429":
        return TerminalError(f"The storage refuses the request for `{url}` ({status}{answer})", "Check the region")
    return StorageUnreachableError(
        f"The storage of `{url}` cannot be reached{f' ({status}{answer})' if status else ''}",
        "Check the endpoint and the network; nothing is lost, try again",
    )
