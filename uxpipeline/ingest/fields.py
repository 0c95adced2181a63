"""Typed access to the fields of a line; a field of the wrong type refuses the line, an absent or null one is None."""

from datetime import datetime
from typing import Any, TypeVar

from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.times import parse_time

T = TypeVar("T")


def text(line: JsonObject, key: str) -> str | None:
    """Return a string."""
    value = line.get(key)
    if value is None or isinstance(value, str):
        return value
    raise LineRefused("wrong_type", key)


def integer(line: JsonObject, key: str) -> int | None:
    """Return a whole number; `12.0` is one."""
    value = line.get(key)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise LineRefused("wrong_type", key)
    return value


def mapping(line: JsonObject, key: str) -> JsonObject:
    """Return an object, empty where there is none."""
    value: Any = line.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LineRefused("wrong_type", key)
    return value


def time(line: JsonObject, key: str) -> datetime | None:
    """Return a moment in UTC."""
    value = line.get(key)
    if value is None:
        return None
    try:
        return parse_time(value)
    except (TypeError, ValueError):
        raise LineRefused("bad_time", key) from None


def required(value: T | None, key: str) -> T:
    """Return what must be there: `required(text(line, "name"), "name")`."""
    if value is None or value == "":
        raise LineRefused("missing_field", key)
    return value
