"""What visitors write stays out of what a run leaves behind: Dagster's event log, its run records and the output."""

from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.orchestration.chain import run_chain
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import event, write_lines
from uxpipeline_tests.proposals.scores import AS_OF, warm
from uxpipeline_tests.proposals.test_hostile import CORPUS, HARMLESS, clear, plant

TEXTS = [str(param.values[0]) for param in CORPUS]
_TABLES = b"select schemaname, tablename from pg_tables where schemaname = 'dagster' order by 2"
_STEPS = b"select step_key, dagster_event_type, count(*) from dagster.event_logs where run_id = %s group by 1, 2"


def test_a_run_logs_nothing_of_what_visitors_wrote(
    connection: Connection, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = replace(settings, profile="demo")
    expected = run(connection, settings, [f"{HARMLESS} {number}" for number in range(len(TEXTS))])
    clear(connection)

    found = run(connection, settings, TEXTS)

    assert found == expected
    proposed = connection.execute(b"select count(*) from optimization_history").fetchone()
    assert proposed is not None
    assert proposed[0] > 0
    assert "EVIL-CANARY" not in stored_by_dagster(connection)
    assert "EVIL-CANARY" not in written_below(settings.home / "dagster")
    assert "EVIL-CANARY" not in "".join(capfd.readouterr())


def run(connection: Connection, settings: Settings, texts: list[str]) -> set[tuple[str | None, str | None, int]]:
    """Run the chain over rows and a landing file that hold the texts; returns how often each step logged what."""
    for text in texts:
        plant(connection, text)
    warm(connection)
    write_lines(Path(settings.landing) / "hostile.ndjson", [line for text in texts for line in lines_of(text)])
    result = run_chain(settings, settings.database_url or "", AS_OF)
    assert result.success, result.problems
    return set(connection.execute(_STEPS, [result.run_id]).fetchall())


def lines_of(text: str) -> list[dict[str, object]]:
    """A line that is taken and lines that are refused, with the text in all fields that take one."""
    written = dict.fromkeys(("element_path", "element_text", "component_id", "page_url", "element_type"), text)
    data = {"event_data": {text: text, "message": text}, "metadata": {text: text}}
    return [
        event("hostile", "click", 1, **written, **data),
        event("hostile", text, 2),
        event(text, "click", 3) | {"timestamp": text},
        {text: text},
    ]


def stored_by_dagster(connection: Connection) -> str:
    """Every row of Dagster's storage."""
    tables = connection.execute(_TABLES).fetchall()
    assert tables
    texts = sql.SQL("select coalesce(string_agg(t::text, ''), '') from {} t")
    return "".join(
        str((connection.execute(texts.format(sql.Identifier(*table))).fetchone() or ("",))[0]) for table in tables
    )


def written_below(folder: Path) -> str:
    """Every file of a folder: the captured output of steps."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any("compute_logs" in path.parts for path in files)
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
