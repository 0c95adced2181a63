"""Parsing in processes of their own, beside the server's work, the order of chunks kept.

A worker reads chunks of lines from its input and writes their rows to its output. It holds no connection and no file,
and ends when its input does: with this process, however that ends.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from queue import SimpleQueue
from typing import BinaryIO

from uxpipeline.children import module_command
from uxpipeline.errors import TransientError
from uxpipeline.ingest.files.lines import Block, Chunk, RawLine, size_of
from uxpipeline.ingest.parsing.parser import Parser, Parsing
from uxpipeline.ingest.parsing.rows import Staged

CHUNKS_BEFORE_WORKERS = 4
"""A file of no more chunks is parsed before workers would have started."""
MOST_WORKERS = 4
Parsed = tuple[int, Staged]
"""How many bytes of a file were parsed, and what they make."""


def parsed(chunks: Iterable[Chunk], parsing: Parsing) -> Generator[Parsed, None, None]:
    """Yield the rows of chunk after chunk of a file; a bounded number of chunks is held at a time.

    Lines that explain each other are parsed here, one after the other.

    Raises:
        TransientError: a worker was ended by somebody else.
    """
    parser = Parser(parsing)
    waiting = parser.chunks(chunks)
    for chunk in waiting if parser.sorts else islice(waiting, CHUNKS_BEFORE_WORKERS):
        yield size_of(chunk), parser.staged(chunk)
    if (first := next(waiting, None)) is not None:
        with _workers(parsing) as workers:
            yield from _shared_out(first, waiting, workers)


def _shared_out(first: Chunk, others: Iterator[Chunk], workers: "list[_Worker]") -> Iterator[Parsed]:
    idle: SimpleQueue[_Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def parse(chunk: Chunk) -> Staged:
        worker = idle.get()
        try:
            return worker.staged(chunk)
        finally:
            idle.put(worker)

    running: deque[tuple[int, Future[Staged]]] = deque()
    with ThreadPoolExecutor(len(workers)) as threads:
        try:
            for chunk in _chained(first, others):
                running.append((size_of(chunk), threads.submit(parse, chunk)))
                # One more than there are workers: none waits while a chunk is stored.
                if len(running) > len(workers) + 1:
                    size, future = running.popleft()
                    yield size, future.result()
            while running:
                size, future = running.popleft()
                yield size, future.result()
        finally:
            for _size, future in running:
                future.cancel()


def _chained(first: Chunk, others: Iterator[Chunk]) -> Iterator[Chunk]:
    yield first
    yield from others


class _Worker:
    """A process that parses chunks, one at a time."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def tell(self, parsing: Parsing) -> None:
        self._send(parsing)

    def staged(self, chunk: Chunk) -> Staged:
        try:
            # By column: one tuple a line would take as long to send as the line to decode.
            self._send(chunk if isinstance(chunk, Block) else [*zip(*chunk, strict=True)])
            assert self._process.stdout is not None  # noqa: S101  # it is a pipe
            staged: Staged = pickle.load(self._process.stdout)  # noqa: S301  # of our own child
        except (OSError, EOFError, pickle.UnpicklingError):
            raise TransientError("A process that parses lines was ended", "Load the file again") from None
        return staged

    def _send(self, value: object) -> None:
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        pickle.dump(value, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()


@contextmanager
def _workers(parsing: Parsing) -> Iterator[list[_Worker]]:
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker()) for _ in range(min(os.cpu_count() or 1, MOST_WORKERS))]
        for worker in workers:
            worker.tell(parsing)
        yield workers


@contextmanager
def _worker() -> Iterator[_Worker]:
    # A group of its own: Ctrl-C is for us, and ends it by the end of its input.
    process = subprocess.Popen(module_command(__name__), stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)
    try:
        yield _Worker(process)
    finally:
        process.kill()
        process.communicate()


def serve(given: BinaryIO, answers: BinaryIO) -> None:
    """Answer every chunk with its rows until there is no more."""
    # Chunks make and drop objects by the hundred thousand, hardly any of them in cycles.
    gc.freeze()
    gc.set_threshold(100_000)
    try:
        parser = Parser(pickle.load(given))  # noqa: S301  # from our own parent
        while True:
            sent = pickle.load(given)  # noqa: S301  # as above
            chunk = sent if isinstance(sent, Block) else [*map(RawLine, *sent)]
            pickle.dump(parser.staged(chunk), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
