"""Counting cohort days."""

from datetime import date

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement


def count_days(connection: Connection, as_of: date) -> int:
    """Count the complete cohorts of all unfinished tests anew, as of the end of a day; log days that changed.

    The same data again change nothing; days after those the as-of day completes are left as they are.

    Returns:
        Rows of `experiment_days` that are new or different.
    """
    with transaction(connection):
        connection.execute(statement("experiments/count_days"), {"as_of": as_of})
        connection.execute(statement("experiments/log_restatements"))
        changed = connection.execute(statement("experiments/upsert_days")).rowcount
        connection.execute(statement("experiments/upsert_guardrails"))
    return changed
