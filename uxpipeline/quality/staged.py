"""The audit of staged batches by Great Expectations, in this process or in one of its own.

Importing it takes seconds and 200 MB. The process of its own starts when the first batch begins to be staged, is ready
by the time a long one is, and ends with its input, that is with the process that started it, however that ends.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from uxpipeline.children import module_command
from uxpipeline.db.connect import Connection
from uxpipeline.errors import TransientError, UxPipelineError
from uxpipeline.quality.deferred import defer
from uxpipeline.quality.runner import prepare, run_suite
from uxpipeline.quality.suites import Suite, load_suite

SUITE = Path(__file__).with_name("staged_batch.yaml")
_ENDED = TransientError("The process that audits staged rows was ended", "Load the file again")
# What Great Expectations imports for charts and tests of distributions: a fifth of its start, 80 MB.
_UNUSED = ("altair", "scipy.stats")
Values = Mapping[str, int | str]
"""What the rules leave open, by name."""


class StagedBatch(Protocol):
    """The staged rows of one load, and between which moments its events must lie."""

    @property
    def load_id(self) -> int: ...  # noqa: D102
    @property
    def lines(self) -> int: ...  # noqa: D102
    @property
    def earliest(self) -> datetime: ...  # noqa: D102
    @property
    def latest(self) -> datetime: ...  # noqa: D102


class GreatExpectations:
    """Judges batches in this process."""

    def __init__(self, url: str) -> None:
        """Judge what is staged in the database at `url`."""
        self._url = url

    def begin(self) -> None:
        """What takes long is needed by later checks of this process anyhow."""

    def broken_rules(self, _connection: Connection, batch: StagedBatch) -> list[str]:
        """Name the rules that a batch breaks."""
        return _broken_rules(self._url, _values(batch))


class GreatExpectationsChild:
    """Judges batches in a process of its own, started once somebody begins."""

    def __init__(self, url: str) -> None:
        """Judge what is staged in the database at `url`."""
        self._url = url
        self._process: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Have the process running."""
        if self._process is None:
            # A group of its own: Ctrl-C is for us. The URL holds a password, so it is no argument.
            command = module_command(__name__)
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
            )
            self._tell(self._url)

    def broken_rules(self, _connection: Connection, batch: StagedBatch) -> list[str]:
        """Name the rules that a batch breaks.

        Raises:
            TransientError: the process was ended by somebody else, or could not reach the database.
        """
        self.begin()
        self._tell(_values(batch))
        answer = self._process.stdout.readline() if self._process and self._process.stdout else ""
        if not answer:
            raise _ENDED
        said = json.loads(answer)
        if "problem" in said:
            raise TransientError(said["problem"], said["remedy"])
        broken: list[str] = said["broken"]
        return broken

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _tell(self, value: object) -> None:
        assert self._process is not None  # noqa: S101  # it was started
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        try:
            self._process.stdin.write(json.dumps(value) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _ENDED from None


@contextmanager
def audit_child(url: str) -> Iterator[GreatExpectationsChild]:
    """An auditor for the database at `url`, whose process ends with the block."""
    child = GreatExpectationsChild(url)
    try:
        yield child
    finally:
        child.end()


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Judge the batches named on `requests`, after the URL, until there are no more."""
    url = json.loads(requests.readline())
    defer(*_UNUSED)
    prepare()
    for request in requests:
        answers.write(json.dumps(_answer(url, json.loads(request))) + "\n")
        answers.flush()


def _answer(url: str, values: Values) -> Mapping[str, Sequence[str] | str]:
    try:
        return {"broken": _broken_rules(url, values)}
    except UxPipelineError as error:
        return {"problem": error.problem, "remedy": error.remedy}


def _broken_rules(url: str, values: Values) -> list[str]:
    return [verdict.rule.name for verdict in run_suite(url, _suite(values)) if not verdict.passed]


def _values(batch: StagedBatch) -> Values:
    return {
        "load_id": batch.load_id,
        "lines": batch.lines,
        "earliest": batch.earliest.isoformat(),
        "latest": batch.latest.isoformat(),
    }


def _suite(values: Values) -> Suite:
    suite = load_suite(SUITE)
    return replace(suite, rules=tuple(replace(rule, kwargs=_filled(rule.kwargs, values)) for rule in suite.rules))


def _filled(value: Any, values: Values) -> Any:  # noqa: ANN401 - any argument of an expectation
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return values[value[1:]] if isinstance(value, str) and value.startswith("$") else value


if __name__ == "__main__":
    # What others print is no answer.
    out, sys.stdout = sys.stdout, sys.stderr
    serve(sys.stdin, out)
