"""The audit of a staged batch: which rules its rows break. What breaks any is not published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from psycopg.rows import dict_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement

_BOUNDED = {"load_id", "lines", "first_event_at", "last_event_at"}


@dataclass(frozen=True)
class Batch:
    """The staged rows of one load, and what must be true of them besides the rules of `uxpipeline.staged_batch`.

    Attributes:
        load_id: the load.
        lines: how many lines were staged.
        earliest: no event is before it.
        latest: no event is after it.
    """

    load_id: int
    lines: int
    earliest: datetime
    latest: datetime


class Auditor(Protocol):
    """Judges staged batches."""

    def begin(self) -> None:
        """A batch is being staged: whatever takes long to be ready may start."""
        ...

    def broken_rules(self, connection: Connection, batch: Batch) -> list[str]:
        """Name the rules that a batch breaks."""
        ...


class OneStatement:
    """Judges in this process, reading the counts of all rules with one statement."""

    def begin(self) -> None:
        """Nothing takes long."""

    def broken_rules(self, connection: Connection, batch: Batch) -> list[str]:
        """Name the rules that a batch breaks."""
        with connection.cursor(row_factory=dict_row) as cursor:
            staged = cursor.execute(statement("ingest/audit_stage")).fetchall()
        if [found["load_id"] for found in staged] != [batch.load_id]:
            return ["load_alone"]
        [found] = staged
        broken = [rule for rule, rows in found.items() if rule not in _BOUNDED and rows]
        if found["lines"] != batch.lines:
            broken.append("lines_staged")
        first, last = found["first_event_at"], found["last_event_at"]
        if first is not None and first < batch.earliest:
            broken.append("event_time_in_window")
        if last is not None and last > batch.latest:
            broken.append("event_time_not_ahead")
        return broken
