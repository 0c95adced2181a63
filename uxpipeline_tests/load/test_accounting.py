"""Every line of a file is counted once, and the ledger says the same as the report."""

from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import Landing, as_dict, counts
from uxpipeline_tests.load.lines import assignment, conversion, event, posthog, record, step, submit, touch

BAD = "{not json"


def test_each_line_is_counted_by_what_became_of_it(landing: Landing) -> None:
    landing.add_test()
    report = landing.load(
        event("s", 0),
        event("s", 0),
        BAD,
        record("s", language="en"),
        step("s", 1),
        assignment("s", 2),
        assignment("s", 2, test="unknown"),
        conversion("s", 3),
        conversion("nobody", 3, name="unmatched"),
    )
    assert counts(report) == {"inserted": 5, "duplicates": 1, "quarantined": 1, "parked": 2}


def test_lines_of_posthog_without_a_place_in_the_schema_are_ignored_by_kind(landing: Landing) -> None:
    report = landing.load(posthog("s", 0), posthog("s", 1, "$set"), posthog("s", 2, "$set"), posthog("s", 3, "custom"))
    assert counts(report) == {"inserted": 1, "ignored": 3}
    assert report.ignored == {"$set": 2, "custom": 1}


def test_a_second_touch_of_a_form_changes_nothing_and_is_ignored_by_its_kind(landing: Landing) -> None:
    report = landing.load(touch("s", 0), touch("s", 5, "email"))
    assert counts(report) == {"inserted": 1, "ignored": 1}
    assert report.ignored == {"$autocapture:change": 1}


def test_a_flag_that_is_no_test_of_ours_is_ignored(landing: Landing) -> None:
    landing.add_test()
    flags = [
        posthog("s", n, "$feature_flag_called", **{"$feature_flag": flag, "$feature_flag_response": "test"})
        for n, flag in enumerate(("known", "dark-mode"))
    ]
    report = landing.load(*flags)
    assert counts(report) == {"inserted": 1, "ignored": 1}


def test_blank_lines_are_no_lines(landing: Landing) -> None:
    assert landing.load("", event("s", 0), "   ", "").lines == 1


def test_the_ledger_says_what_the_report_says(landing: Landing) -> None:
    report = landing.load(event("s", 0), BAD, posthog("s", 1, "$set"), assignment("s", 0, test="unknown"))
    assert landing.ledger() == [as_dict(report)]


def test_rows_written_are_the_rows_there_are(landing: Landing) -> None:
    landing.add_test()
    report = landing.load(
        event("s", 0, "page_view", "/product/1"),
        event("s", 1, "page_view", "/cart"),
        record("s", language="en"),
        assignment("s", 2),
        conversion("s", 3),
        step("t", 0),
    )
    tables = ("user_sessions", "behavior_events", "conversion_funnels", "variant_assignments")
    there = {name: value(landing.connection, f"select count(*) from public.{name}") for name in tables}  # noqa: S608 - names of this file
    assert (
        report.rows_written
        == there
        == {
            "user_sessions": 2,
            "behavior_events": 2,
            "conversion_funnels": 4,
            "variant_assignments": 1,
        }
    )


def test_rows_derived_from_lines_are_counted_by_relation(landing: Landing) -> None:
    report = landing.load(touch("s", 0), submit("s", 5))
    assert report.rows_written == {"user_sessions": 1, "behavior_events": 2, "conversion_funnels": 2}


def test_a_file_that_changes_nothing_writes_no_rows(landing: Landing) -> None:
    landing.load(event("s", 0), record("s", language="en"))
    report = landing.load(record("s", language="en"), event("s", 0))
    assert (counts(report), report.rows_written) == ({"duplicates": 2}, {})


def test_nothing_stays_in_the_stage(landing: Landing) -> None:
    landing.load(event("s", 0), record("s"), step("s", 0), assignment("s", 0), conversion("s", 0), BAD)
    staged = """
        select (select count(*) from uxpipeline.stage_lines) + (select count(*) from uxpipeline.stage_events)
            + (select count(*) from uxpipeline.stage_sessions) + (select count(*) from uxpipeline.stage_funnel_steps)
            + (select count(*) from uxpipeline.stage_assignments) + (select count(*) from uxpipeline.stage_conversions)
            + (select count(*) from uxpipeline.stage_verdicts)
    """
    assert value(landing.connection, staged) == 0
