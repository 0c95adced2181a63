"""Assignments and conversions as files bring them: native lines and PostHog's flags."""

from datetime import timedelta
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.days import count_days
from uxpipeline.ingest.load import load_paths
from uxpipeline.settings import Settings
from uxpipeline_tests.experiments.visitors import started
from uxpipeline_tests.factories import write_lines
from uxpipeline_tests.load.lines import START, Line, assignment, conversion, posthog, record

TEST = "p-test"
DAYS = "select n_a, c_a, n_b, c_b, excluded from public.experiment_days"
NATIVE = [
    assignment("s1", 0, TEST, "A"),
    conversion("s1", 60, "purchase"),
    assignment("s2", 0, TEST, "B"),
    conversion("s2", 25 * 3600, "purchase"),
    record("s3", visitor_key="one"),
    assignment("s3", 0, TEST, "B"),
    record("s4", visitor_key="one"),
    assignment("s4", 3600, TEST, "A"),
]
FLAGS = [
    posthog("s1", 1, "$feature_flag_called", **{"$feature_flag": TEST, "$feature_flag_response": "control"}),
    posthog("s2", 1, "$feature_flag_called", **{"$feature_flag": TEST, "$feature_flag_response": "test"}),
    posthog("s2", 1, "$feature_flag_called", **{"$feature_flag": "colour", "$feature_flag_response": "test"}),
]


@pytest.mark.parametrize(
    ("lines", "counted"), [(NATIVE, (1, 1, 1, 0, 1)), (FLAGS, (1, 0, 1, 0, 0))], ids=["native", "posthog"]
)
def test_what_a_file_brings_is_counted(
    connection: Connection, settings: Settings, lines: list[Line], counted: tuple[int, ...]
) -> None:
    started(connection, start=START.replace(hour=0))
    file = write_lines(Path(settings.landing) / "a.jsonl", lines)
    (report,) = load_paths(connection, settings, [file], START + timedelta(days=2))
    count_days(connection, START.date() + timedelta(days=1))

    assert report.status == "loaded"
    assert connection.execute(DAYS.encode()).fetchall() == [counted]
