"""Running a quality suite inside PostgreSQL."""

import gc
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from uxpipeline.db.connect import connect
from uxpipeline.errors import ServerUnreachableError
from uxpipeline.quality.suites import Suite
from uxpipeline.quality.verdicts import Verdict


def prepare() -> None:
    """Import Great Expectations, which takes seconds, now rather than when a suite is run."""
    with warnings.catch_warnings(), _nothing_collected():
        warnings.filterwarnings("ignore", r"module 'sre_\w+' is deprecated", DeprecationWarning)
        import uxpipeline.quality.validation  # noqa: F401, PLC0415  # what this function is for


@contextmanager
def _nothing_collected() -> Iterator[None]:
    # An import leaves hardly any garbage: looking for it again and again takes a fifth of the time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def run_suite(url: str, suite: Suite, rule_names: Collection[str] | None = None) -> list[Verdict]:
    """Evaluate a suite, or the named rules of it, in the database at `url`.

    Args:
        url: PostgreSQL URL of a role that row security does not restrict; rows it hides break no rule.
        suite: the rules and the relation they are about.
        rule_names: only these rules; None means all.

    Returns:
        One verdict per rule, in suite order.

    Raises:
        ConfigurationError: the suite has no rule of a given name.
        ServerUnreachableError: no server answers there, or it went away.
        AccessError: the login, the database or its password is refused.
    """
    rules = suite.select(rule_names)
    if not rules:
        return []
    prepare()
    from uxpipeline.quality.validation import validate  # noqa: PLC0415  # it is there by now

    with connect(url) as connection:
        verdicts = validate(connection, suite.reads, rules)
        if connection.broken:
            raise ServerUnreachableError(f"The connection broke while `{suite.relation}` was checked", "Try again")
    return verdicts
