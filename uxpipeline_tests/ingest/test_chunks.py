"""Lines are parsed and stored in chunks of bounded length and size; which lines there are does not depend on it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.files.lines import MAX_LINE_BYTES, Block, Chunk, lines_of, size_of, split_lines, whole_lines
from uxpipeline.ingest.parsing import parser
from uxpipeline.ingest.parsing.parser import sized

PIECES = st.lists(st.sampled_from([b"", b"\n", b"a", b"bc", b"a\nb\n", b"a\n\nb", b"\n" * 9, b"x" * 40]), max_size=30)


@pytest.fixture(scope="module", autouse=True)
def small_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "CHUNK_LINES", 4)
        patch.setattr(parser, "CHUNK_BYTES", 60)
        yield


def length(chunk: Chunk) -> int:
    return chunk.lines if isinstance(chunk, Block) else len(chunk)


@given(PIECES)
def test_chunks_hold_the_lines_of_the_stream(pieces: list[bytes]) -> None:
    chunks = [*sized(whole_lines(pieces))]
    assert [*lines_of(chunks)] == [*split_lines(pieces)]
    assert all(isinstance(chunk, Block) and chunk.lines == chunk.data.count(b"\n") + 1 for chunk in chunks)
    assert sum(map(size_of, chunks)) == len(b"".join(pieces)) + 1


@given(PIECES)
def test_chunks_are_as_large_as_they_may_be(pieces: list[bytes]) -> None:
    chunks = [*sized(whole_lines(pieces))]
    assert all(length(chunk) <= 4 and (size_of(chunk) <= 60 or length(chunk) == 1) for chunk in chunks)
    for one, following in pairwise(chunks):
        assert length(one) + length(following) > 4 or size_of(one) + size_of(following) > 60


def test_a_line_that_is_too_long_stands_alone() -> None:
    pieces = [b"a\nb\n", b"x" * MAX_LINE_BYTES, b"x\nc\nd"]
    chunks = [*sized(whole_lines(pieces))]
    assert [[(line.number, line.refusal is None) for line in lines_of([chunk])] for chunk in chunks] == [
        [(1, True), (2, True)],
        [(3, False)],
        [(4, True), (5, True)],
    ]
