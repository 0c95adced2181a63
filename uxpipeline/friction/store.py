"""Reading scores back."""

from datetime import date

import pandas as pd

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement


def stored_scores(connection: Connection, as_of: date) -> pd.DataFrame:
    """All columns of `friction_scores` for one as-of day, one row per surface and signal."""
    cursor = connection.execute(statement("friction/stored_scores"), {"as_of": as_of})
    names = [column.name for column in cursor.description or ()]
    return pd.DataFrame(cursor.fetchall(), columns=names)
