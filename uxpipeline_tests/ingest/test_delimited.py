"""Tables as text: what is a row, what is refused, and that no neighbour suffers from it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.files.delimited import MAX_RECORD_LINES, csv_rows, header_of
from uxpipeline.ingest.files.lines import MAX_LINE_BYTES, RawLine, split_lines
from uxpipeline.ingest.files.readers import read_lines, sample
from uxpipeline.ingest.parsing.transform import quarantine_payload
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline_tests.ingest.snowplow_files import Cells, captured, enriched

CELLS = st.text('ab",\t é', max_size=9)
Told = list[tuple[int, JsonObject | str]]


def told(path: Path, content: bytes) -> Told:
    """Each line's number, and what it holds or why it is refused."""
    path.write_bytes(content)
    return [(line.number, _held(line)) for line in read_lines(path)]


def _held(line: RawLine) -> JsonObject | str:
    try:
        return line.refusal.reason if line.refusal else line.decode(line.raw)
    except LineRefused as refusal:
        return refusal.rejected.reason


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b'{"a": 1}\n', "JSON lines"),
        (b"some text, and more\n", "JSON lines"),
        (b'some,text\n{"a": 1}\n', "JSON lines"),
        (b"a,b\n1,2\n", "CSV of 2 columns"),
        (b"\xef\xbb\xbfa,b\n1,2\n", "CSV of 2 columns"),
        (b'"A"\t"B"\t"C"\n1\t2\t3\n', "TSV of 3 columns"),
        (enriched(captured()[:1]), "enriched TSV of 131 columns"),
        (b"damaged\n" + enriched(captured()[:1]), "enriched TSV of 131 columns"),
        (b'{"a":' + b"\t" * 130 + b"1}\n", "JSON lines"),
    ],
)
def test_a_file_says_what_it_is(file: Path, content: bytes, form: str) -> None:
    file.write_bytes(content)
    assert sample(file).form == form


@pytest.mark.parametrize("line", [b"a", b"a,a", b"a,1", b"a,b c", b"", b'{"a","b"}'])
def test_a_header_holds_nothing_but_different_names(line: bytes) -> None:
    assert header_of(line) is None


class TestCsv:
    def test_the_header_is_no_line_and_empty_cells_are_absent(self, file: Path) -> None:
        content = b"A,b,c\r\n1,,3\r\n\r\n,\\N,x\r\n"
        assert told(file, content) == [(2, {"a": "1", "c": "3"}), (4, {"c": "x"})]

    def test_a_quoted_cell_may_hold_anything(self, file: Path) -> None:
        content = b'a,b\n"1,""2""",x\n"three\nlines\nlong",y\n"\t",z\n'
        assert told(file, content) == [
            (2, {"a": '1,"2"', "b": "x"}),
            (3, {"a": "three\nlines\nlong", "b": "y"}),
            (6, {"a": "\t", "b": "z"}),
        ]

    def test_columns_of_json_are_objects(self, file: Path) -> None:
        content = b'contexts_x_1,unstruct_event_y_1,note\n"[{""id"": 1}]","{""b"": null}","{""c"": 1}"\n'
        expected = {"contexts_x_1": [{"id": 1}], "unstruct_event_y_1": {"b": None}, "note": '{"c": 1}'}
        assert told(file, content) == [(2, expected)]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"1,2,3", "wrong_columns"),
            (b"1", "wrong_columns"),
            (b'"1"x,2', "wrong_columns"),
            (b"\xff,2", "not_utf8"),
            (b'"1,2', "unclosed_quote"),
        ],
    )
    def test_a_damaged_line_costs_no_other(self, file: Path, line: bytes, reason: str) -> None:
        good: JsonObject = {"a": "1", "b": "2"}
        content = b"a,b\n1,2\n" + line + b"\n1,2\n1,2\n"
        assert told(file, content) == [(2, good), (3, reason), (4, good), (5, good)]

    @pytest.mark.parametrize(("row", "rows"), [(b"1,2\n", 2 * MAX_RECORD_LINES), (b"1," + b"2" * 9_999 + b"\n", 220)])
    def test_a_quote_that_never_closes_costs_its_own_line_however_much_follows(
        self, file: Path, row: bytes, rows: int
    ) -> None:
        outcomes = told(file, b'a,b\n"1,2\n' + row * rows)
        assert outcomes[0] == (2, "unclosed_quote")
        assert [number for number, line in outcomes[1:] if isinstance(line, dict)] == list(range(3, rows + 3))

    def test_a_cell_may_be_as_long_as_a_line(self, file: Path) -> None:
        long = b"x" * (MAX_LINE_BYTES // 2)
        assert told(file, b'a,b\n"' + long + b'",2\n') == [(2, {"a": long.decode(), "b": "2"})]

    @given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
    def test_what_is_quoted_is_read(self, rows: list[tuple[str, str]]) -> None:
        quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
        lines = csv_rows(split_lines([f"{line}\n".encode() for line in quoted]), ",", ["a", "b"])
        expected = [{name: cell for name, cell in zip("ab", row, strict=True) if cell} for row in rows]
        assert [line.decode(line.raw) for line in lines] == expected


class TestEnriched:
    def test_every_line_has_its_number(self, file: Path) -> None:
        rows = captured()[:3]
        assert [number for number, _ in told(file, b"\n" + enriched(rows))] == [2, 3, 4]

    def test_cells_are_by_name_and_json_is_an_object(self, file: Path) -> None:
        [(_, line)] = told(file, enriched(captured()[1:2]))
        assert isinstance(line, dict)
        assert (line["event_name"], line["doc_height"]) == ("link_click", "800")
        assert line["unstruct_event"]["data"]["data"]["elementId"] == "hero-cta"
        assert "" not in line.values()

    def test_a_line_of_other_columns_is_kept_without_what_people_typed(self, file: Path) -> None:
        form = next(row for row in captured() if row["event_name"] == "submit_form")
        file.write_bytes(enriched([form]).replace(b"\n", b"\tone more\n") + enriched([form]))
        damaged, good = read_lines(file)
        assert _held(damaged) == "wrong_columns"
        payload = quarantine_payload(damaged)
        assert form["page_title"] in payload
        assert "1 Test Street" not in payload
        assert isinstance(_held(good), dict)

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [({"unstruct_event": '{"schema": '}, "not_json"), ({"page_title": "\0"}, "nul_character")],
    )
    def test_cells_that_cannot_be_stored_refuse_the_line(self, file: Path, cells: Cells, reason: str) -> None:
        assert told(file, enriched([captured()[1] | cells])) == [(1, reason)]
