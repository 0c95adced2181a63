"""The only module that imports Great Expectations, which takes seconds: `runner` imports it when a suite runs."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import great_expectations as gx
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.interfaces import Batch, TestConnectionError
from sqlalchemy.pool import StaticPool

from uxpipeline.db.connect import Connection
from uxpipeline.quality.suites import Rule
from uxpipeline.quality.verdicts import Verdict, observed_numbers

# Great Expectations insists on a URL; connections come from `creator`, so it never sees the real one.
_URL = "postgresql+psycopg://user@host/database"
_BOOLEAN_ONLY = {"result_format": "BOOLEAN_ONLY"}
# Counts without sample rows, which could hold what visitors wrote.
_COUNTS = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


def validate(connection: Connection, relation: str, rules: Sequence[Rule]) -> list[Verdict]:
    """Evaluate rules on a relation: first only whether each holds, then with counts those that do not."""
    try:
        with _batch(connection, relation) as batch:
            verdicts = _evaluate(batch, rules, _BOOLEAN_ONLY)
            failed = [verdict.rule for verdict in verdicts.values() if not verdict.passed and not verdict.errored]
            verdicts |= _evaluate(batch, failed, _COUNTS) if failed else {}
    except TestConnectionError:
        return [Verdict(rule, passed=False, errored=True, observed={}, seconds=0.0) for rule in rules]
    return [verdicts[rule.name] for rule in rules]


@cache
def _context() -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@contextmanager
def _batch(connection: Connection, relation: str) -> Iterator[Batch]:
    schema, _, name = relation.partition(".")
    sources = _context().data_sources
    source = sources.add_postgres(
        f"{name}-{uuid4()}",
        connection_string=_URL,
        kwargs={"creator": lambda: connection, "poolclass": StaticPool},  # type: ignore[call-arg]  # missing in the stub
    )
    try:
        with warnings.catch_warnings():
            # What replaces it, a search_path among the connection's options, is refused by transaction poolers.
            warnings.filterwarnings("ignore", "`schema_name` is deprecated", DeprecationWarning)
            asset = source.add_table_asset(name, schema_name=schema)
        yield asset.add_batch_definition_whole_table(name).get_batch()
    finally:
        sources.delete(source.name)


def _evaluate(batch: Batch, rules: Sequence[Rule], result_format: Mapping[str, object]) -> dict[str, Verdict]:
    expectations = [
        {"type": rule.expectation, "kwargs": dict(rule.kwargs), "meta": {"rule": rule.name}, "severity": rule.severity}
        for rule in rules
    ]
    suite = gx.ExpectationSuite(batch.data_asset.name, expectations=expectations)
    started = time.monotonic()
    results = batch.validate(suite, result_format=dict(result_format)).results
    seconds = time.monotonic() - started
    by_name = {_rule_name(result): result for result in results}
    return {rule.name: _verdict(rule, by_name[rule.name], seconds) for rule in rules}


def _rule_name(result: ExpectationValidationResult) -> str:
    # Results do not come in the order of the suite.
    config = result.expectation_config
    return str(config.meta["rule"]) if config and config.meta else ""


def _verdict(rule: Rule, result: ExpectationValidationResult, seconds: float) -> Verdict:
    return Verdict(rule, bool(result.success), _raised(result), observed_numbers(result.result), seconds)


def _raised(result: ExpectationValidationResult) -> bool:
    info = result.exception_info or {}
    # Keyed by metric where one of the expectation's metrics raised.
    return any(entry.get("raised_exception", False) for entry in (info, *info.values()) if isinstance(entry, dict))
