"""What a person sees of a scored day in the Dagster UI, and that no surface's name changes its structure."""

import base64
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.orchestration.markdown import LONGEST_PICTURE, code, picture
from uxpipeline.orchestration.score_metadata import score_metadata
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import write_lines
from uxpipeline_tests.orchestration.runs import run_refresh
from uxpipeline_tests.orchestration.test_chain import recent
from uxpipeline_tests.report.builders import AS_OF, add_score

IMAGE = re.compile(r"!\[[^\]]*\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)")
LOSS: dict[str, Any] = {"lost_conversions": 16.6, "lost_low": 8.8, "lost_high": 26.4, "evidence_grade": "B"}
HOSTILE = [
    pytest.param("a | b | c", id="pipe"),
    pytest.param("`a` ``b``", id="backticks"),
    pytest.param("<img src=x onerror=alert(1)>", id="html"),
    pytest.param("x](javascript:alert(1))", id="link"),
    pytest.param("![x](https://evil.example/?q=1)", id="image"),
    pytest.param("a\n\n| b |\n| --- |\n# c", id="lines"),
    pytest.param("https://evil.example/pay", id="address"),
    pytest.param("www.evil.example", id="www"),
    pytest.param("__init__ *b* ~~c~~ \\", id="emphasis"),
    pytest.param("x" * 1200, id="long"),
]


def words(value: object) -> str:
    """The text of a metadata value, drawings opened."""
    shown = str(value.value if isinstance(value, dg.MetadataValue) else value)
    return IMAGE.sub(lambda found: base64.b64decode(found[1]).decode(), shown)


def test_a_day_is_a_picture_a_table_and_a_trend(connection: Connection) -> None:
    for age in range(3):
        day = AS_OF - timedelta(days=age)
        add_score(connection, as_of=day, **LOSS)
        add_score(connection, "site", surface_level="site", as_of=day)

    found = score_metadata(connection, AS_OF)

    assert IMAGE.match(found["ranking"].value)
    assert "16.6 (8.8 to 26.4)</text>" in words(found["ranking"])
    assert "| 1 | `#buy` | 17 of 62 | 27.3% (18.5% – 36.9%) | 16.6 (8.8 to 26.4) | B |" in found["ranking"].value
    assert "|  | `site` |" in found["ranking"].value
    assert words(found["trend"]).count("<circle") == 3 * 3
    assert found["site_affected_rate"] == 0.273
    assert found["elements_graded_a_or_b"] == 1


def test_later_days_and_other_surfaces_are_no_part_of_a_trend(connection: Connection) -> None:
    add_score(connection)
    add_score(connection, as_of=AS_OF - timedelta(days=1))
    add_score(connection, as_of=AS_OF + timedelta(days=1))
    add_score(connection, as_of=AS_OF - timedelta(days=28))
    add_score(connection, "#gone", as_of=AS_OF - timedelta(days=2))

    shown = words(score_metadata(connection, AS_OF)["trend"])

    assert shown.count("<circle") == 2
    assert "2026-11-20" in shown
    assert "#gone" not in shown


def test_one_day_is_no_trend(connection: Connection) -> None:
    add_score(connection)

    assert "second scored day" in score_metadata(connection, AS_OF)["trend"].value


def test_what_is_not_estimated_is_no_number(connection: Connection) -> None:
    add_score(connection, "site", surface_level="site")

    found = score_metadata(connection, AS_OF)

    assert found["site_affected_sessions"] == 17
    assert "site_lost_conversions" not in found


def test_an_empty_day_says_so(connection: Connection) -> None:
    assert score_metadata(connection, AS_OF)["ranking"].value == "No events in the window."


@pytest.mark.parametrize("key", HOSTILE)
def test_no_name_changes_the_structure(connection: Connection, key: str) -> None:
    shapes = []
    for name in ("plain", key):
        connection.execute(b"truncate friction_scores")
        for level in ("element", "component", "page"):
            for age in range(2):
                add_score(connection, name, surface_level=level, as_of=AS_OF - timedelta(days=age))
        shapes.append({title: shape(value) for title, value in score_metadata(connection, AS_OF).items()})

    assert shapes[0] == shapes[1]


def shape(value: Any) -> str:  # noqa: ANN401
    """A metadata value with the names of surfaces taken out."""
    return re.sub(r"`[^`\n]*`|(?<=>)[^<>]*(?=</text>)", "*", words(value))


def test_pictures_of_the_longest_rankings_are_small(connection: Connection) -> None:
    for number in range(30):
        for age in range(28):
            day = AS_OF - timedelta(days=age)
            add_score(connection, f"body > main > div.a-rather-long-name-{number}", rank=number + 1, as_of=day, **LOSS)

    found = score_metadata(connection, AS_OF)

    assert sum(len(value.value) for value in found.values() if isinstance(value, dg.MetadataValue)) < 100_000
    assert "too large" in picture("x" * (LONGEST_PICTURE + 1), "Ranking")


@pytest.mark.parametrize("text", ["a|b", "a`b", "", "\n", "\x1b[2J"])
def test_code_is_one_span_in_one_cell(text: str) -> None:
    assert re.fullmatch(r"–|`(?:[^`|\n]|\\\|)+`", code(text))


def test_what_fewer_than_five_sessions_met_is_not_named(connection: Connection) -> None:
    few: dict[str, Any] = {"affected_visitors": 0, "affected_sessions": 1, "converted_sessions": 0}
    add_score(connection, "#five", exposed_sessions=5, rank=1, as_of=AS_OF, **few)
    add_score(connection, "#four", exposed_sessions=4, rank=2, as_of=AS_OF, **few)

    found = " ".join(str(words(value)) for value in score_metadata(connection, AS_OF).values())

    assert "#five" in found
    assert "#four" not in found


def test_days_on_which_fewer_than_five_sessions_met_a_surface_are_no_part_of_its_trend(connection: Connection) -> None:
    few: dict[str, Any] = {"affected_visitors": 0, "affected_sessions": 1, "converted_sessions": 0}
    for age, exposed in enumerate((9, 5, 4)):
        add_score(connection, "#buy", exposed_sessions=exposed, as_of=AS_OF - timedelta(days=age), **few)

    assert words(score_metadata(connection, AS_OF)["trend"]).count("<circle") == 2


def test_no_session_is_named(pipeline: Settings, instance: dg.DagsterInstance, yesterday: str) -> None:
    others = [line for number in range(2, 6) for line in recent(f"secret-{number}", clicks=["buy"])]
    write_lines(Path(pipeline.landing) / "a.ndjson", [*recent("secret-1", rages=["buy"]), *others])

    result = run_refresh(instance, yesterday)

    told = {
        event.asset_key.to_user_string(): {
            name: words(value) for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert "#buy" in told["friction_scores"]["ranking"]
    assert "secret" not in str(told)
