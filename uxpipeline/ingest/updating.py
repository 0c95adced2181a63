"""Changing a few fields of a frozen record."""

from dataclasses import replace
from typing import Any, TypeVar

from uxpipeline.ingest.records import Record

R = TypeVar("R", bound=Record)


def updated(record: R, **values: Any) -> R:  # noqa: ANN401 - the values of any field
    """Return `record` with `values`; itself where they are what it has, as most are: building one anew costs more."""
    news = {field: value for field, value in values.items() if getattr(record, field) != value}
    return replace(record, **news) if news else record
