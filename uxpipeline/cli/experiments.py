"""`uxpipeline experiments`: randomised tests of approved proposals."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from uxpipeline.cli.console import Json, database, out, parse_day, print_json
from uxpipeline.db.migrate import require_current
from uxpipeline.errors import ConfigurationError
from uxpipeline.report.wording import text
from uxpipeline.settings import Settings

app = typer.Typer(help="Randomised tests: how they stand, what was decided and why.", no_args_is_help=True)

TestId = Annotated[str, typer.Argument(help="As `experiments list` names it.", metavar="ID")]
By = Annotated[str, typer.Option(help="Your name; it goes on record.")]
AsOf = Annotated[str, typer.Option(help="Decide from what was complete by the end of this day (UTC).")]


@app.command("list")
def list_all(*, json: Json = False) -> None:
    """List tests, running ones first."""
    from uxpipeline.experiments.calibration import wins  # noqa: PLC0415  # statistics load slowly
    from uxpipeline.experiments.store import list_tests  # noqa: PLC0415  # as above

    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found, counted = list_tests(connection), wins(connection)
    if json:
        print_json({"tests": found, "wins": counted})
        return
    table = Table("test", "status", "winner", "days", "units", "of", "last decision", "effect", box=None)
    for test in found:
        planned = 2 * int(test.design["per_arm"])
        naive = test.outcome.get("naive")
        table.add_row(
            text(test.test_id),
            test.status,
            test.winner_variant or "",
            str(test.days),
            str(test.units),
            str(planned),
            text(f"{test.decision}: {test.reason}" if test.decision else "not evaluated yet"),
            "" if naive is None else f"{naive:+.1%}",
        )
    out.print(table if found else "No tests.")
    if counted.tests:
        out.print(
            f"{counted.tests} ended, B won {counted.won}; if no change did anything, {counted.by_chance:.1f} wins"
            " would be expected."
        )


@app.command()
def show(test_id: TestId, *, json: Json = False) -> None:
    """Show one test: its frozen design, every look, what it measured."""
    from uxpipeline.cli.experiment_page import experiment_page  # noqa: PLC0415  # as above
    from uxpipeline.experiments.store import find_test  # noqa: PLC0415  # as above
    from uxpipeline.experiments.trajectory import way_of  # noqa: PLC0415  # as above

    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        test = find_test(connection, test_id)
        way = way_of(connection, test, test.as_of or datetime.now(UTC).date())
    if json:
        looks = list(way.path.looks) if way else []
        print_json({"test": test, "looks": looks, "so_far": way.so_far if way else None})
    else:
        experiment_page(test, way)


@app.command()
def start(
    proposal_id: Annotated[str, typer.Argument(help="An approved proposal.", metavar="PROPOSAL")],
    *,
    by: By,
    conversion: Annotated[str, typer.Option(help="Funnel, step or event instead of the proposal's own metric.")] = "",
    confidence: Annotated[float, typer.Option(help="1 - error of all looks together, 0.80 to 0.99.")] = 0.95,
    ramp: Annotated[bool, typer.Option("--ramp", help="Start with 1, 5, 10, 25 % on B, a day each.")] = False,
    json: Json = False,
) -> None:
    """Start the test of an approved proposal, or refuse it with the reason."""
    from uxpipeline.experiments.activate import Options, start_test  # noqa: PLC0415  # as above

    settings = Settings.from_env()
    options = Options(confidence, conversion, ramp, settings.concurrent_tests)
    with database(settings) as (connection, _url):
        require_current(connection)
        found = start_test(connection, proposal_id, by, settings.conversion, datetime.now(UTC), options)
    if json:
        print_json(found)
        return
    out.print(f"{found.test_id} runs, by {found.by}: {found.design.per_arm} units per variant, at most")
    out.print(f"{found.design.max_days} days, for {found.design.minimum_effect:+.0%} on {found.design.baseline:.2%}.")


@app.command()
def stop(test_id: TestId, *, by: By, json: Json = False) -> None:
    """End a running test without a result: A stays, its proposal is archived."""
    from uxpipeline.experiments.activate import stop_test  # noqa: PLC0415  # as above

    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found = stop_test(connection, test_id, by, datetime.now(UTC))
    if json:
        print_json(found)
    else:
        out.print(f"{found.test_id} is stopped, by {found.by}.")


@app.command()
def evaluate(*, as_of: AsOf = "", json: Json = False) -> None:
    """Count complete cohorts and decide on every running test; what the schedule does."""
    from uxpipeline.db.lease import lease  # noqa: PLC0415  # as above
    from uxpipeline.experiments.days import count_days  # noqa: PLC0415  # as above
    from uxpipeline.experiments.evaluate import evaluate as decide_all  # noqa: PLC0415  # as above

    now = datetime.now(UTC)
    day = parse_day(as_of) if as_of else now.date() - timedelta(days=1)
    if day >= now.date():
        raise ConfigurationError(f"{day} is not over yet (UTC)", "Choose an earlier day")
    with database(Settings.from_env()) as (connection, url):
        require_current(connection)
        with lease(connection, url):
            count_days(connection, day)
            found = decide_all(connection, day, now)
    if json:
        print_json({"as_of": day, "decisions": found})
        return
    for one in found:
        out.print(f"{text(one.test_id)}: {one.verdict.decision} ({one.verdict.reason}), {one.verdict.days} days")
    out.print(f"{len(found)} running tests as of {day}.")
