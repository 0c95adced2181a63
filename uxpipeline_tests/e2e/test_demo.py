"""The demo's figures equal the visitors' own log, row by row; running it again changes nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline_tests.conftest import DATA
from uxpipeline_tests.e2e.conftest import DemoHome
from uxpipeline_tests.e2e.visitors_log import logged_visits, stored_visits
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.report.page import Row, drawn_rows

LAST_CAPTURED_DAY = date(2026, 10, 19)


@pytest.fixture
def stored(demo: DemoHome) -> Iterator[Connection]:
    with connect(demo.url) as connection:
        yield connection


def test_sessions_equal_the_visitors_log(demo: DemoHome, stored: Connection) -> None:
    shift = demo.today - timedelta(days=1) - LAST_CAPTURED_DAY
    logged = logged_visits(DATA / "demo" / "expected_sessions.json", shift)

    found = stored_visits(stored)

    assert len(found) == 134
    assert [visit.acts() for visit in found] == [visit.acts() for visit in logged]
    assert max(abs(ours.start - theirs.start) for ours, theirs in zip(found, logged, strict=True)) < timedelta(
        seconds=3
    )


def test_events_are_all_there_and_no_more(stored: Connection) -> None:
    counts: dict[str, int] = dict(
        stored.execute(b"select event_type, count(*) from behavior_events group by 1").fetchall()
    )

    assert counts == {
        "page_view": 333,
        "click": 603,
        "rage_click": 29,
        "error": 8,
        "form_start": 63,
        "form_submit": 43,
        "form_abandon": 20,
        "scroll_depth": 333,
    }


def test_funnels_end_where_the_visitors_did(stored: Connection) -> None:
    last = "select count(*) from conversion_funnels where (funnel_name, step_name) = {}"

    assert scalar(stored, last.format("('purchase', 'order')")) == 26
    assert scalar(stored, last.format("('lead_capture', 'lead')")) == 11
    assert scalar(stored, last.format("('newsletter', 'newsletter')")) == 6
    assert scalar(stored, "select count(*) from uxpipeline.converted_sessions") == 26


def test_every_line_is_accounted_for(demo: DemoHome, stored: Connection) -> None:
    files = demo.printed["files"]
    kinds: dict[str, int] = dict(
        stored.execute(
            b"select key, sum(value::bigint)::bigint from uxpipeline.ingest_files, jsonb_each_text(ignored) group by 1"
        ).fetchall()
    )

    assert files == {
        "files": 15,
        "lines": 2411,
        "inserted": 2411 - 41 - sum(kinds.values()),
        "duplicates": 41,
        "quarantined": 0,
        "parked": 0,
        "ignored": sum(kinds.values()),
    }
    assert kinds["$web_vitals"] == 673
    assert kinds["$dead_click"] == 7  # of 30: on a `div`, whose clicks the tracker skips
    assert kinds["$feature_flag_called"] == 37
    assert kinds["checkout_started"] == 37


def test_no_address_is_stored_in_any_url(stored: Connection) -> None:
    urls = """
        select count(*) from (
            select page_url as url from behavior_events
            union all select landing_page from user_sessions
            union all select exit_page from user_sessions
            union all select referrer from user_sessions
        ) urls where url like '%@%'
    """
    assert scalar(stored, urls) == 0


def test_what_the_scripted_visitors_raged_at_ranks_first(stored: Connection) -> None:
    ranked = stored.execute(
        b"select surface_key, affected_sessions from friction_scores"
        b" where surface_level = 'element' and rank <= 2 order by rank"
    ).fetchall()

    assert sorted(ranked) == [("#apply-coupon", 17), ("#size-chart", 12)]


def test_nothing_is_invented(stored: Connection) -> None:
    """Below the demo's gate, and for forms, no loss is estimated; where one is, it is whole and graded."""
    invented = """
        select count(*) from friction_scores
        where num_nonnulls(severity, severity_se, lost_conversions, lost_low, lost_high, lost_rank_bound, p_loss) > 0
            and (
                exposed_sessions < 10 or affected_sessions < 5 or affected_visitors < 5 or signal = 'form_leak'
                or num_nulls(severity, severity_se, lost_conversions, lost_low, lost_high, lost_rank_bound, p_loss) > 0
                or evidence_grade = 'D'
            )
    """
    assert scalar(stored, invented) == 0
    assert scalar(stored, "select count(*) from friction_scores where lost_conversions is not null") > 0
    assert scalar(stored, "select count(*) from friction_scores where evidence_grade in ('A', 'B')") == 0
    impact = """
        select count(*) from optimization_history
        where (expected_impact is null) <> (metadata ->> 'prediction' is null)
    """
    assert scalar(stored, impact) == 0


def test_every_proposal_says_what_a_test_would_need(demo: DemoHome) -> None:
    proposals = demo.printed["proposals"]

    assert proposals
    for proposal in proposals:
        assert proposal["status"] == "proposed"
        assert proposal["test"]["verdict"] == "not_testable"
        assert proposal["test"]["needed_per_arm"] > 1000
    assert {"#apply-coupon", "#size-chart"} <= {
        proposal["proposed_changes"]["target"]["surface"] for proposal in proposals
    }


def test_the_report_is_written(demo: DemoHome) -> None:
    report = Path(demo.printed["report"]).read_text(encoding="utf-8")

    assert "#apply-coupon" in report
    assert "2,411" in report


def test_the_report_draws_the_ranking_with_intervals(demo: DemoHome, stored: Connection) -> None:
    """Elements in order of rank, each interval where its numbers say, all of a column on one scale."""
    scores = stored.execute(
        b"select surface_key, rate_low, rate, rate_high, lost_low, lost_conversions, lost_high from friction_scores"
        b" where surface_level = 'element' and rank is not null and affected_sessions > 0 order by rank"
    ).fetchall()
    report = Path(demo.printed["report"]).read_text(encoding="utf-8")
    rows: dict[str, Row] = {}
    for row in drawn_rows(report):
        rows.setdefault(" ".join(row.names[:1]), row)

    shown = [key for key in rows if key in {score[0] for score in scores}]
    assert shown[:2] == [scores[0][0], scores[1][0]]
    assert shown == [score[0] for score in scores][: len(shown)]
    rates, losses = [(0.0, 0.0)], []
    for key, *figures in scores[: len(shown)]:
        rate, *loss = rows[key].drawings
        rates += zip(figures[:3], rate[:3], strict=True)
        assert bool(loss) == (figures[4] is not None)
        for drawing in loss:
            losses += [(0.0, drawing.zero or 0.0), *zip(figures[3:], drawing[:3], strict=True)]
    assert len(losses) >= 4  # one drawing and its zero
    for points in (rates, losses):
        values, places = np.array(points).T
        slope, start = np.polyfit(values, places, 1)
        assert slope > 0
        np.testing.assert_allclose(start + slope * values, places, atol=0.02)
        assert places.min() >= 0
        assert 50 < places.max() <= 100


def test_running_it_again_changes_no_row_and_a_later_day_builds_it_anew(demo: DemoHome) -> None:
    before = fingerprint(demo.url)
    demo.run(demo.today)
    assert fingerprint(demo.url) == before

    printed = demo.run(demo.today + timedelta(days=1))

    assert printed["as_of"] == demo.today.isoformat()
    with connect(demo.url) as connection:
        newest = scalar(connection, "select max((\"timestamp\" at time zone 'UTC')::date) from behavior_events")
        assert newest == demo.today
        assert scalar(connection, "select count(*) from user_sessions") == 134


def fingerprint(url: str) -> dict[str, str]:
    """A digest of every row of every table but Dagster's own."""
    with connect(url) as connection:
        tables = connection.execute(
            b"select schemaname, tablename from pg_tables where schemaname in ('public', 'uxpipeline') order by 1, 2"
        ).fetchall()
        digest = sql.SQL("select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {} t")
        return {
            table: str((connection.execute(digest.format(sql.Identifier(schema, table))).fetchone() or ("",))[0])
            for schema, table in tables
        }
