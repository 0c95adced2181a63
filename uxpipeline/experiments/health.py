"""Whether tests run as they should, in numbers."""

from datetime import datetime

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.marts.health import Health


def counts_possible(connection: Connection, _now: datetime) -> Health:
    """Whether no guardrail counts more units than there are."""
    found = connection.execute(statement("experiments/impossible")).fetchall()
    return Health(not found, f"{len(found)} impossible counts.", {"examples": [f"{t} {d} {m}" for t, d, m in found]})


def split_as_planned(connection: Connection, _now: datetime) -> Health:
    """Whether units of all running tests arrive in the planned split (sequential p at least 0.01)."""
    found = connection.execute(statement("experiments/mismatched")).fetchall()
    told = [f"{test_id}: p = {p:.2g}" for test_id, p in found]
    return Health(not found, f"{len(found)} running tests have another split than planned.", {"tests": told})


def one_variant_each(connection: Connection, _now: datetime) -> Health:
    """Whether at most 1 % of the units of any running test saw both variants."""
    found = connection.execute(statement("experiments/mixed")).fetchall()
    told = [f"{test_id}: {share:.1%}" for test_id, share in found]
    return Health(not found, f"{len(found)} running tests show both variants to more than 1 %.", {"tests": told})


def tests_evaluated(connection: Connection, now: datetime) -> Health:
    """Whether every running test was evaluated in the last days."""
    found = connection.execute(statement("experiments/stale"), {"now": now}).fetchall()
    told = [f"{test_id}: {as_of or 'never'}" for test_id, as_of in found]
    return Health(not found, f"{len(found)} running tests were not evaluated for two days.", {"tests": told})


def designs_followed(connection: Connection, _now: datetime) -> Health:
    """Whether the columns of running tests still say what their frozen design says; decisions follow the design."""
    found = connection.execute(statement("experiments/edited")).fetchall()
    told = [f"{test_id}: {columns}" for test_id, columns in found]
    return Health(not found, f"{len(found)} running tests were edited; their decisions ignore it.", {"tests": told})


def proposals_concluded(connection: Connection, _now: datetime) -> Health:
    """Whether no proposal is still in testing though its test is over."""
    found = connection.execute(statement("experiments/without_outcome")).fetchall()
    return Health(not found, f"{len(found)} proposals wait for the outcome of a test that is over.")
