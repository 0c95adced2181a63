import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import brotli
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.errors import InputError
from uxpipeline.ingest.files import compression
from uxpipeline.ingest.files.lines import MAX_LINE_BYTES, RawLine, split_lines
from uxpipeline.ingest.files.readers import read_lines, sample, sha256_of
from uxpipeline.ingest.files.strict_json import decode
from uxpipeline.ingest.records import Rejected

LINES = b'{"a": 1}\n{"a": 2}\n{"a": 3}'


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def numbers(lines: Iterator[RawLine]) -> list[tuple[int, object]]:
    return [(line.number, decode(line.raw)["a"]) for line in lines]


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES + b"\n",
        b"\xef\xbb\xbf" + LINES,
        LINES.replace(b"\n", b"\r\n"),
        gzip.compress(LINES, mtime=0),
        gzip.compress(LINES[:12], mtime=0) + gzip.compress(LINES[12:], mtime=0),
        gzip.compress(LINES, mtime=0) + b"\0" * 512,
        zstandard.compress(LINES),
        zstandard.compress(LINES[:12]) + zstandard.compress(LINES[12:]),
        zstandard.ZstdCompressor(write_content_size=False).compress(LINES),
        brotli.compress(LINES),
        brotli.compress(LINES, lgwin=16, quality=1),
    ],
)
def test_reads_by_content_whatever_the_name(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content, "misleading.parquet")
    assert numbers(read_lines(path)) == [(1, 1), (2, 2), (3, 3)]


def test_blank_lines_are_no_lines_but_keep_their_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, b'\n{"a": 1}\n  \n\r\n{"a": 2}\n\n')
    assert numbers(read_lines(path)) == [(2, 1), (5, 2)]


def test_lines_behind_very_many_blank_ones_keep_their_numbers_too(tmp_path: Path) -> None:
    path = written(tmp_path, b"\n" * 700_000 + b'{"a": 1}\n' + b"\r\n" * 300_000 + b'{"a": 2}')
    assert numbers(read_lines(path)) == [(700_001, 1), (1_000_002, 2)]


def test_only_the_first_byte_order_mark_goes(tmp_path: Path) -> None:
    path = written(tmp_path, b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}\n\xef\xbb\xbf{"a": 2}')
    assert [line.raw[:3] for line in read_lines(path)] == [b"\xef\xbb\xbf"] * 2


@pytest.mark.parametrize("last", [b"", b"\n", b'\n{"a": 2}'])
def test_a_line_too_long_is_told_by_size_and_digest_and_the_next_one_read(tmp_path: Path, last: bytes) -> None:
    long = b'{"a": "' + b"x" * (3 * MAX_LINE_BYTES) + b'"}'
    first, second, *others = read_lines(written(tmp_path, b'{"a": 1}\n' + long + last))
    assert (first.number, first.refusal) == (1, None)
    digest = hashlib.sha256(long).hexdigest()
    assert second == RawLine(2, long[:256], Rejected("line_too_long", f"{len(long)} bytes, sha256 {digest}"))
    assert numbers(iter(others)) == ([(3, 2)] if len(last) > 1 else [])


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("piece", [1000, 65_536, 10_000_000])
def test_the_bound_of_a_line_is_the_same_however_the_bytes_arrive(extra: int, piece: int) -> None:
    content = b"y" * (MAX_LINE_BYTES + extra) + b"\nrest"
    pieces = (content[start : start + piece] for start in range(0, len(content), piece))
    first, second = split_lines(pieces)
    assert (first.refusal is not None, second) == (extra == 1, RawLine(2, b"rest"))


@given(st.lists(st.binary(max_size=8)))
def test_pieces_never_change_the_lines(pieces: list[bytes]) -> None:
    lines = b"".join(pieces).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert list(split_lines(pieces)) == [RawLine(n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def flipped(content: bytes, index: int) -> bytes:
    return content[:index] + bytes([content[index] ^ 0xFF]) + content[index + 1 :]


GZIPPED = gzip.compress(LINES * 1000, mtime=0)
BROTLI = brotli.compress(b"".join(b'{"a": %d}\n' % (number * 7919 % 10_007) for number in range(3000)))
ZSTANDARD = zstandard.ZstdCompressor(write_checksum=True).compress(LINES * 1000)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is empty"),
        (GZIPPED[:-20], "gzip data is cut off"),
        (GZIPPED[:-4], "gzip data is cut off"),
        (flipped(GZIPPED, -6), "gzip data is corrupt"),
        (flipped(GZIPPED, 12), "gzip data is corrupt"),
        (GZIPPED + b"trailing garbage", "gzip data is corrupt"),
        (b"\x1f\x8bno gzip at all", "gzip data is corrupt"),
        (ZSTANDARD[:-20], "Zstandard data is cut off"),
        (flipped(ZSTANDARD, -1), "Zstandard data is corrupt"),
        (ZSTANDARD + b"trailing garbage", "Zstandard data is corrupt"),
        (BROTLI[:-5], "Brotli data is cut off"),
        (flipped(BROTLI, 500), "Brotli data"),
        (BROTLI + b"trailing garbage", "Brotli data"),
        (b"PAR1 no parquet at all", "not readable as Parquet"),
    ],
)
def test_damage_fails_the_whole_file(tmp_path: Path, content: bytes, problem: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as error:
        list(read_lines(path))
    assert problem in error.value.problem
    assert str(path) in error.value.problem
    assert error.value.remedy


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress, brotli.compress])
def test_a_bomb_is_stopped_early(
    tmp_path: Path, compress: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "UNSUSPECTED_BYTES", 1024 * 1024)
    path = written(tmp_path, compress((b'{"a": 1}' + b" " * 200_000 + b"\n") * 500))
    read: list[RawLine] = []
    with pytest.raises(InputError, match="200 times its size"):
        read.extend(read_lines(path))
    assert len(read) < 500


def test_a_small_file_may_compress_as_well_as_it_likes(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b'{"a": 1}' + b" " * 1_000_000))
    assert numbers(read_lines(path)) == [(1, 1)]


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        list(read_lines(tmp_path / "nothing"))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_lines(tmp_path))
    with pytest.raises(InputError, match="cannot be read"):
        sha256_of(tmp_path)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"PAR1"]))
def test_no_bytes_raise_anything_but_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, magic: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), magic + content)
    with suppress(InputError):
        assert all(line.number > 0 for line in read_lines(path))


@given(st.data())
def test_damaged_archives_raise_nothing_but_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from([GZIPPED, ZSTANDARD, parquet_bytes()])))
    for index in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=3)):
        content[index] ^= data.draw(st.integers(1, 255))
    path = written(tmp_path_factory.getbasetemp(), bytes(content[: data.draw(st.integers(0, len(content)))]))
    with suppress(InputError):
        assert all(line.number > 0 for line in read_lines(path))


def parquet_bytes() -> bytes:
    table = pa.table({"a": [1, 2, 3], "text": ["x", None, "é\n"]})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def test_parquet_rows_become_json_lines(tmp_path: Path) -> None:
    stamp = pa.array([1_791_185_926_143_000], pa.timestamp("us", tz="UTC"))
    naive = pa.array([1_791_185_926_143_000], pa.timestamp("us"))
    columns = {"at": stamp, "naive": naive, "deep": [{"x": [1.5, None]}], "none": pa.nulls(1), "text": ["é\n"]}
    pq.write_table(pa.table(columns), tmp_path / "rows")
    [line] = read_lines(tmp_path / "rows")
    assert decode(line.raw) == {
        "at": "2026-10-05T07:38:46.143000+00:00",
        "naive": "2026-10-05T07:38:46.143000",
        "deep": {"x": [1.5, None]},
        "none": None,
        "text": "é\n",
    }


def test_parquet_rows_that_python_cannot_hold_are_refused_alone(tmp_path: Path) -> None:
    text = pa.Array.from_buffers(pa.string(), 3, pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary()).buffers())
    later = pa.array([0, 0, 2**62], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"a": [1, 2, 3], "text": text, "at": later}), tmp_path / "rows")
    lines = list(read_lines(tmp_path / "rows"))
    assert [line.refusal for line in lines] == [None, Rejected("unreadable_value"), Rejected("unreadable_value")]


def test_parquet_rows_are_numbered_through_the_file(tmp_path: Path) -> None:
    times = pa.array([0] * 300 + [2**62] + [0] * 299, pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"at": times}), tmp_path / "rows", row_group_size=200)
    lines = list(read_lines(tmp_path / "rows"))
    assert [line.number for line in lines] == list(range(1, 601))
    assert [line.number for line in lines if line.refusal] == [301]


def test_parquet_rows_have_the_bound_of_lines(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["x" * MAX_LINE_BYTES, "y"]}), tmp_path / "rows")
    first, second = read_lines(tmp_path / "rows")
    assert first.refusal
    assert first.refusal.reason == "line_too_long"
    assert second.refusal is None


def test_parquet_with_ambiguous_columns_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "rows")
    with pytest.raises(InputError, match="same name"):
        list(read_lines(tmp_path / "rows"))


def test_a_sample_holds_the_objects_among_the_first_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"a": 1}\nno json\n{"a": 2}\n{"a": 3}')
    assert sample(path, limit=3).objects == [{"a": 1}, {"a": 2}]


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"a": 1}).encode())
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()
