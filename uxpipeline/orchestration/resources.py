"""The one resource: the pipeline's settings and connections to its database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
import psycopg
from pydantic import PrivateAttr

from uxpipeline.db.connect import Connection, connect, told
from uxpipeline.db.lease import lease
from uxpipeline.db.target import target_url
from uxpipeline.errors import TransientError, UxPipelineError
from uxpipeline.settings import Settings


class PipelineResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # the parameter is for I/O managers
    """The database the environment names, or the embedded server, kept running while a run uses it."""

    _url: str = PrivateAttr(default="")
    _settings: Settings | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PipelineResource"]:  # noqa: ARG002 - Dagster's signature
        """Resolve the target for one run, sensor tick or check."""
        with ExitStack() as stack:
            self._settings = Settings.from_env()
            self._url = stack.enter_context(target_url(self._settings))
            yield self

    @property
    def settings(self) -> Settings:
        """This process's configuration."""
        if self._settings is None:
            self._settings = Settings.from_env()
        return self._settings

    @property
    def url(self) -> str:
        """URL of the target database; holds a password, so it goes nowhere but into a connection."""
        return self._url

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Connect for reading; our errors reach the UI as one line each, retried only where that can help."""
        with failures(), connect(self._url) as opened:
            yield opened

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Connect and hold the pipeline's lease: one writer at a time, whichever entry it came through."""
        with failures(), connect(self._url) as opened, lease(opened, self._url):
            yield opened


@contextmanager
def failures() -> Iterator[None]:
    """Show an error of ours, or of the database, as a Dagster failure without a stack trace and without rows."""
    try:
        yield
    except UxPipelineError as error:
        raise dg.Failure(str(error), allow_retries=isinstance(error, TransientError)) from None
    except psycopg.Error as error:
        raise dg.Failure(f"The database failed ({told(error)})", allow_retries=False) from None
