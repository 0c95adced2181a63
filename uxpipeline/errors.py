"""Every error a user can meet: one sentence that says what is wrong, one that says what to do next.

Messages carry names, counts and codes, never row contents or passwords: they reach logs and the Dagster UI.
"""


class UxPipelineError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        problem: what is wrong, one sentence without a final full stop.
        remedy: what to do next, or an empty string where nothing sensible can be said.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}. {self.remedy}" if self.remedy else self.problem


class TransientError(UxPipelineError):
    """Trying again later may succeed: the server restarted, a lock was held, a connection was lost."""


class TerminalError(UxPipelineError):
    """Trying again changes nothing until a person changes something."""


class ConfigurationError(TerminalError):
    """A setting is missing or has a value that cannot be used."""


class ServerUnreachableError(TransientError):
    """The database server cannot be reached."""


class StorageUnreachableError(TransientError):
    """Object storage cannot be reached, or broke off."""


class AccessError(TerminalError):
    """The server or the storage refused the login or a privilege is missing."""


class ServerFullError(TerminalError):
    """The server has no room left, or takes no rows because of that."""


class ServerTooOldError(TerminalError):
    """The server is older than the oldest PostgreSQL we support."""


class EmbeddedServerError(TransientError):
    """The embedded PostgreSQL could not be installed, started or stopped."""


class MigrationError(TerminalError):
    """The SQL files and the database's ledger of applied migrations contradict each other."""


class PendingMigrationsError(TerminalError):
    """The database lacks migrations that this version needs."""


class LeaseHeldError(TransientError):
    """Another load or run holds the lease and did not finish in time."""


class InputError(TerminalError):
    """A file or folder cannot be loaded as it is: missing, unreadable, unrecognised, damaged."""


class PublishRefusedError(TransientError):
    """The stage no longer holds what its audit saw; nothing of the file was published."""


class DecisionRefusedError(TerminalError):
    """A proposal cannot be decided on like this: its state, its evidence or its author stand against it."""
