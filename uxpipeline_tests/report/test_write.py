"""Writing the file: whole or not at all, and the same bytes for the same data."""

import os
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.errors import InputError
from uxpipeline.report import render
from uxpipeline.report.render import write_report
from uxpipeline.settings import Settings
from uxpipeline_tests.report.builders import add_file, add_funnel_step, add_proposal, add_score


def test_default_place_is_named_after_the_day(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    path = write_report(connection, settings, None)
    assert path == settings.home / "reports" / "report-2026-11-21.html"
    assert path.read_text(encoding="utf-8") == render.render(connection, settings)


def test_empty_database_has_a_file_too(connection: Connection, settings: Settings) -> None:
    assert write_report(connection, settings, None).name == "report-without-scores.html"


def test_same_data_same_bytes(connection: Connection, settings: Settings, tmp_path: Path) -> None:
    for rank, key in enumerate(("#a", "#b", "#c"), start=1):
        add_score(connection, key, rank=rank)
        add_score(connection, key, "rage_click")
        add_score(connection, key, "error")
        add_proposal(connection, f"proposal-{rank}")
        add_file(connection, rank, ignored={"a": 1, "b": 1, "c": 2})
        add_funnel_step(connection, key, 1, "start", sessions=rank)
    first = write_report(connection, settings, tmp_path / "first.html").read_bytes()
    # Moves rows to another place on disk, so that no order is left to chance.
    connection.execute("update public.friction_scores set rank = rank where surface_key = '#a'")
    connection.execute("update uxpipeline.funnel_steps set step_name = step_name where funnel_name = '#a'")
    connection.execute("update uxpipeline.ingest_files set lines = lines where id = 3")
    connection.execute("update public.optimization_history set pr_url = pr_url where proposal_id = 'proposal-1'")
    assert write_report(connection, settings, tmp_path / "second.html").read_bytes() == first


def test_file_is_readable_as_the_umask_says(connection: Connection, settings: Settings, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        path = write_report(connection, settings, tmp_path / "report.html")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_failed_write_keeps_the_old_report(
    connection: Connection, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(render, "_page", lambda _report: "half of it\ud800")  # the last character cannot be written
    with pytest.raises(UnicodeEncodeError):
        write_report(connection, settings, path)
    assert path.read_text() == "old"
    assert list(tmp_path.glob("*report*")) == [path]
    assert not list(tmp_path.glob(".uxpipeline*"))


@pytest.mark.parametrize("place", ["missing/report.html", "file/report.html", "folder", "x" * 300])
def test_unwritable_place_is_explained(connection: Connection, settings: Settings, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError) as caught:
        write_report(connection, settings, tmp_path / place)
    assert "--out" in caught.value.remedy
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "home"]


def test_device_is_not_replaced(connection: Connection, settings: Settings) -> None:
    with pytest.raises(InputError, match="is not a file"):
        write_report(connection, settings, Path(os.devnull))


def test_link_keeps_pointing_to_the_report(connection: Connection, settings: Settings, tmp_path: Path) -> None:
    link = tmp_path / "latest.html"
    link.symlink_to(tmp_path / "report.html")
    assert write_report(connection, settings, link) == tmp_path / "report.html"
    assert link.is_symlink()
