"""Waiting that always ends."""

import time
from collections.abc import Callable

PAUSE = 0.02


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Try `condition` until it holds or `seconds` have passed, and say whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
