"""The migration runner: versioned files once, repeatable files whenever their text changes.

Every file is one transaction together with its ledger row, under a transaction-scoped advisory lock, so a killed run
leaves the state before or after a file and two runners can start together. A file that begins with `-- no-transaction`
is one statement that PostgreSQL refuses inside a transaction; it says `if not exists`, because a killed run may have
carried it out without recording it.
"""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from uxpipeline import __version__
from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import SqlFile, files_below, statement
from uxpipeline.errors import MigrationError, PendingMigrationsError

REPEATABLE_FOLDERS = ("security", "functions", "triggers", "views", "matviews", "policies")
NO_TRANSACTION = "-- no-transaction\n"
LOCK_ATTEMPTS = 10
_LOCKED = (errors.LockNotAvailable, errors.DeadlockDetected)
# Or another runner made the same cluster-wide role, or two DDL transactions met.
_TRY_AGAIN = (*_LOCKED, errors.InternalError_, errors.UniqueViolation)


@dataclass(frozen=True)
class Migration:
    """A file and the version the ledger knows it by."""

    version: str
    file: SqlFile

    @property
    def repeatable(self) -> bool:
        """Repeatable files describe an object as it should be and may be applied again."""
        return self.version.startswith("R:")

    @property
    def transactional(self) -> bool:
        """Whether it is applied in one transaction with its ledger row."""
        return not self.file.text.startswith(NO_TRANSACTION)


def shipped() -> list[Migration]:
    """All files in the order they apply: versioned ones, then functions, triggers, views, matviews, policies."""
    versioned = [Migration(_number(file), file) for file in files_below("migrations")]
    repeatable = [
        Migration(f"R:{folder}/{file.name.rsplit('/', 1)[-1]}", file)
        for folder in REPEATABLE_FOLDERS
        for file in files_below(f"repeatable/{folder}")
    ]
    return versioned + repeatable


def applied(connection: Connection) -> dict[str, str]:
    """Version → checksum of everything the database's ledger lists; empty where there is no ledger yet."""
    found = connection.execute(statement("migrate/ledger_exists")).fetchone()
    if found is None or found[0] is None:
        return {}
    return _ledger(connection)


def pending(connection: Connection) -> list[Migration]:
    """What `migrate` would apply, in order.

    Raises:
        MigrationError: an applied versioned file was edited or is missing, or a new one sorts before an applied one.
    """
    ledger, files = applied(connection), shipped()
    _refuse_contradictions(ledger, [migration for migration in files if not migration.repeatable])
    return [migration for migration in files if ledger.get(migration.version) != migration.file.sha256]


def migrate(connection: Connection) -> Iterator[Migration]:
    """Apply what is pending, yielding each migration once it is committed."""
    while waiting := pending(connection):
        migration = waiting[0]
        if _apply_with_retry(connection, migration):
            yield migration


def require_current(connection: Connection) -> None:
    """Refuse to work on a schema this version does not know.

    Raises:
        PendingMigrationsError: `migrate` has something to do.
    """
    if waiting := pending(connection):
        raise PendingMigrationsError(
            f"The database lacks {len(waiting)} migration{'s' * (len(waiting) != 1)}", "Run `uxpipeline migrate`"
        )


def _ledger(connection: Connection) -> dict[str, str]:
    return {version: sha256 for version, sha256 in connection.execute(statement("migrate/applied")).fetchall()}  # noqa: C416 - dict() of untyped rows has no type


def _number(file: SqlFile) -> str:
    return file.name.rsplit("/", 1)[-1].split("_", 1)[0]


def _refuse_contradictions(ledger: dict[str, str], versioned: list[Migration]) -> None:
    shipped_versions = {migration.version for migration in versioned}
    known = sorted(version for version in ledger if not version.startswith("R:"))
    for version in known:
        if version not in shipped_versions:
            raise MigrationError(
                f"Migration {version} is applied but its file is missing", "Install the newer version of uxpipeline"
            )
    for migration in versioned:
        checksum = ledger.get(migration.version)
        if checksum is not None and checksum != migration.file.sha256:
            raise MigrationError(f"`sql/{migration.file.name}.sql` was edited after it was applied", "Restore the file")
        if checksum is None and known and migration.version < known[-1]:
            raise MigrationError(
                f"`sql/{migration.file.name}.sql` sorts before the applied {known[-1]}", "Give it a higher number"
            )


def _apply_with_retry(connection: Connection, migration: Migration) -> bool:
    apply, again = (_apply, _TRY_AGAIN) if migration.transactional else (_apply_outside, _LOCKED)
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            return apply(connection, migration)
        except again as error:
            if attempt == LOCK_ATTEMPTS:
                raise MigrationError(
                    f"`sql/{migration.file.name}.sql` could not get its locks ({error.sqlstate})",
                    "End long transactions on the database and run `uxpipeline migrate` again",
                ) from None
            _pause(attempt)
        except psycopg.Error as error:
            if connection.closed:
                raise
            raise MigrationError(
                f"`sql/{migration.file.name}.sql` failed: {error.diag.message_primary} ({error.sqlstate})"
            ) from error
    return False


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0.1, 0.5) * attempt)  # noqa: S311  # jitter, not a secret


def _apply(connection: Connection, migration: Migration) -> bool:
    """Apply one file; False when another runner did so while we waited for the lock."""
    started = time.monotonic()
    with transaction(connection):
        if not _still_pending(connection, migration):
            return False
        connection.execute(migration.file.text.encode())
        _record(connection, migration, started)
    return True


def _apply_outside(connection: Connection, migration: Migration) -> bool:
    """Apply one file outside a transaction; False when another runner did so, or is doing so."""
    started = time.monotonic()
    with _working_alone(connection) as alone:
        if not alone:
            _pause(1)
            return False
        with transaction(connection):
            if not _still_pending(connection, migration):
                return False
        _drop_invalid_indexes(connection, migration)
        connection.execute(migration.file.text.encode())
        with transaction(connection):
            _record(connection, migration, started)
    return True


@contextmanager
def _working_alone(connection: Connection) -> Iterator[bool]:
    """Whether no other runner applies such a file; another connection's transaction holds the lock for the block."""
    info = connection.info
    with (
        psycopg.connect(info.dsn, password=info.password, autocommit=True, prepare_threshold=None) as guard,
        transaction(guard),
    ):
        guard.execute(statement("migrate/guard_settings"))
        row = guard.execute(statement("migrate/try_lock")).fetchone()
        yield bool(row and row[0])


def _still_pending(connection: Connection, migration: Migration) -> bool:
    connection.execute(statement("migrate/lock"))
    connection.execute(statement("migrate/settings"))
    connection.execute(statement("migrate/ledger"))
    return _ledger(connection).get(migration.version) != migration.file.sha256


def _record(connection: Connection, migration: Migration, started: float) -> None:
    connection.execute(
        statement("migrate/record"),
        {
            "version": migration.version,
            "name": migration.file.name,
            "sha256": migration.file.sha256,
            "duration_ms": round((time.monotonic() - started) * 1000),
            "tool_version": __version__,
        },
    )
    connection.execute(statement("migrate/reload_api"))


def _drop_invalid_indexes(connection: Connection, migration: Migration) -> None:
    """Drop what an earlier attempt at this file left behind."""
    for schema, name in connection.execute(statement("migrate/invalid_indexes")).fetchall():
        if re.search(rf"\b{re.escape(name)}\b", migration.file.text):
            connection.execute(sql.SQL("drop index concurrently {}").format(sql.Identifier(schema, name)))
