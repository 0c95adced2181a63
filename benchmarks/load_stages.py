"""`uxpipeline load` of a file, which says afterwards how long its audit and its publication took.

python -m benchmarks.load_stages FILE TIMES     seconds of each are written to TIMES, as JSON
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from uxpipeline.cli.app import main
from uxpipeline.ingest import loader

STAGES = ("audit", "publish")


def _timed(stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    do: Callable[..., Any] = getattr(loader, stage)

    def timed(*values: Any) -> Any:  # noqa: ANN401  # whatever the stage takes
        started = time.perf_counter()
        try:
            return do(*values)
        finally:
            seconds[stage] = time.perf_counter() - started

    return timed


if __name__ == "__main__":
    _, path, times = sys.argv
    taken: dict[str, float] = {}
    for name in STAGES:
        setattr(loader, name, _timed(name, taken))
    sys.argv = ["uxpipeline", "load", path, "--json"]
    try:
        main()
    finally:
        Path(times).write_text(json.dumps(taken), encoding="utf-8")
