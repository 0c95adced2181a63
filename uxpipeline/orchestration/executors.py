"""How the steps of a run are executed."""

import dagster as dg

from uxpipeline.settings import Settings

_EXECUTORS = {"in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}


def configured_executor() -> dg.ExecutorDefinition:
    """The executor `UXPIPELINE_EXECUTOR` names; the work happens in PostgreSQL, so one process is the default."""
    return _EXECUTORS[Settings.from_env().executor]
