"""The Dagster UI in a real browser: the lineage, one partition of everything, a failed check that stops the rest."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, sync_playwright

from uxpipeline.db.connect import Connection, connect
from uxpipeline.experiments.design import Design
from uxpipeline_tests.conftest import temporary_home
from uxpipeline_tests.dev.conftest import Dev, running_dev
from uxpipeline_tests.experiments.visitors import days_from, visit
from uxpipeline_tests.processes import run_command, wait_until
from uxpipeline_tests.sql.rows import insert

pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
RUNS = "{runsOrError(limit: 1) {... on Runs {results {runId status stepStats {stepKey status}}}}}"
SENSORS = """{
  repositoryOrError(repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "uxpipeline"}) {
    ... on Repository {
      sensors {name sensorState {status ticks(limit: 1) {status}}}
      schedules {name scheduleState {status}}
    }
  }
}"""


@pytest.fixture(scope="module")
def demo_home() -> Iterator[Path]:
    with temporary_home() as home:
        found = run_command(home, "demo")
        assert found.returncode == 0, found.stderr
        # Everything is loaded: without files the sensors start no runs of their own beside ours.
        for path in (home / "demo" / "landing").iterdir():
            path.unlink()
        yield home


@pytest.fixture(scope="module")
def dev(demo_home: Path) -> Iterator[Dev]:
    with running_dev(demo_home, "--demo") as running:
        with connect(run_command(demo_home, "db", "url", "demo").stdout.strip()) as connection:
            begin_a_test(connection)
        yield running


def begin_a_test(connection: Connection) -> None:
    """A test of eight days whose B is better: the next run decides."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=9)
    design = Design("order", baseline=0.05, minimum_effect=0.5, alpha=0.05, per_arm=2000)
    insert(connection, "a_b_tests", test_id="larger", start_date=start, metadata={"design": design.stored()})
    for day in days_from(start.date(), 9):
        visit(connection, "larger", day, units=600, rates=(0.05, 0.12), target="order")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1700, "height": 1000})
        browser.close()


def test_the_lineage_shows_every_group_and_relation(dev: Dev, page: Page) -> None:
    page.goto(f"{dev.address}/assets/friction_scores?view=lineage&lineageScope=neighbors&lineageDepth=5")

    for text in (
        "behavior_events",
        "user_sessions",
        "friction_scores",
        "conversion_impact",
        "proposal",
        "schema_migrations",
    ):
        page.get_by_text(text).first.wait_for(timeout=60_000)


def test_schedule_and_sensors_tick(dev: Dev) -> None:
    def ticked() -> bool:
        found = ask(dev, SENSORS)["repositoryOrError"]
        assert [schedule["scheduleState"]["status"] for schedule in found["schedules"]] == ["RUNNING"]
        sensors = {sensor["name"]: sensor["sensorState"] for sensor in found["sensors"]}
        return all(sensors[name]["ticks"] for name in ("event_volume_sensor", "landing_sensor"))

    wait_until(ticked, 90, "both sensors were evaluated")


def test_one_partition_of_everything_runs_from_the_ui(dev: Dev, page: Page) -> None:
    status = materialize_all(dev, page)

    assert status["status"] == "SUCCESS", [step for step in status["stepStats"] if step["status"] != "SUCCESS"]
    assert {"load_landing", "friction_scores", "optimization_history"} <= succeeded(status)


@pytest.mark.parametrize(
    ("asset", "entry", "alt", "width"),
    [
        ("friction_scores", "ranking", "Sessions affected and conversions lost, by surface", 1000),
        ("optimization_history", "waiting", "Expected relative change, 80 % interval", 1000),
        ("experiment_decisions", "trajectories", "trajectory", 560),
    ],
)
def test_scores_proposals_and_tests_are_pictures_in_the_ui(
    dev: Dev, page: Page, asset: str, entry: str, alt: str, width: int
) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    page.goto(f"{dev.address}/assets/{asset}?view=partitions&partition={yesterday}")
    row = page.locator("tr", has=page.get_by_text(entry, exact=True)).filter(has_text="[Show Markdown]").first
    row.get_by_text("[Show Markdown]").click(timeout=60_000)

    image = page.get_by_alt_text(alt)
    image.wait_for()

    assert image.evaluate("async image => {await image.decode(); return image.naturalWidth}") == width


def test_a_failed_critical_check_stops_what_is_below_it(dev: Dev, page: Page, demo_home: Path) -> None:
    with connect(run_command(demo_home, "db", "url", "demo").stdout.strip()) as connection:
        connection.execute(b"alter table public.behavior_events drop constraint behavior_events_event_type_check")
        connection.execute(
            b"insert into public.behavior_events (session_id, event_type, page_url)"
            b" select session_id, 'invented', '/' from public.user_sessions limit 1"
        )

    status = materialize_all(dev, page)

    assert status["status"] == "FAILURE"
    assert "load_landing" in succeeded(status)
    assert not {"friction_scores", "optimization_history"} & succeeded(status)


def materialize_all(dev: Dev, page: Page) -> dict[str, Any]:
    """Click through «Materialize all» for the latest partition and wait for the run's end."""
    before = newest_run(dev)["runId"]
    page.goto(f"{dev.address}/asset-groups")
    page.get_by_text("Materialize all").first.click(timeout=60_000)
    page.get_by_text("Latest", exact=True).click()
    page.get_by_role("button", name="Launch 1 run").click()

    def ended() -> bool:
        run = newest_run(dev)
        return bool(run["runId"] != before and run["status"] in {"SUCCESS", "FAILURE"})

    wait_until(ended, 120, "the run ended")
    return newest_run(dev)


def newest_run(dev: Dev) -> dict[str, Any]:
    run: dict[str, Any] = ask(dev, RUNS)["runsOrError"]["results"][0]
    return run


def succeeded(run: dict[str, Any]) -> set[str]:
    """Steps of a run that succeeded."""
    return {step["stepKey"] for step in run["stepStats"] if step["status"] == "SUCCESS"}


def ask(dev: Dev, query: str) -> dict[str, Any]:
    """The answer of Dagster's own interface."""
    body = json.dumps({"query": query}).encode()
    request = Request(f"{dev.address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request, timeout=30) as response:  # noqa: S310
        data: dict[str, Any] = json.load(response)["data"]
    return data
