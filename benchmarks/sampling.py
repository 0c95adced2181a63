"""The greatest value of a figure that nobody keeps, such as the memory of processes."""

import threading
from collections.abc import Callable
from typing import Self

_SECONDS = 0.1


class Peak:
    """Samples a figure ten times a second while the block runs; `peak` is the greatest, 0 if the block was shorter."""

    def __init__(self, figure: Callable[[], int]) -> None:
        self._figure = figure
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.peak = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(_SECONDS):
            self.peak = max(self.peak, self._figure())
