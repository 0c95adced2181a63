"""Which sessions closing looks at, what it derives again, and what that reads."""

from datetime import datetime, timedelta

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.marts.facts import note_received, received_before, refresh_facts
from uxpipeline.marts.refresh import close_silent_sessions, find_closing_candidates, refresh_marts
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import SITE, START, event, posthog, record, submit, touch
from uxpipeline_tests.marts.closing import END, EVERYTHING, THREE_PAGES, end, three_pages
from uxpipeline_tests.marts.visits import act, after, enter, visit


class TestAgain:
    def test_closing_twice_changes_no_row(self, landing: Landing) -> None:
        db = landing.connection
        visit(db)
        three_pages(db)
        visit(db, "eventless")
        landing.load(touch("form", 3), event("file", 5), now=after(minutes=1))
        close_silent_sessions(db, after(hours=1))
        before = rows(db, EVERYTHING)
        close_silent_sessions(db, after(hours=1))
        # While the facts owe something, closing looks again and notes how far it came; a refresh ends that.
        assert [row for row in rows(db, EVERYTHING) if not row[0].startswith("state")] == [
            row for row in before if not row[0].startswith("state")
        ]

    def test_a_refresh_without_news_changes_no_row_either(self, landing: Landing) -> None:
        db = landing.connection
        visit(db)
        three_pages(db)
        landing.load(touch("form", 3), now=after(minutes=1))
        for _ in range(3):
            refresh_marts(db, after(hours=1))
        before = rows(db, EVERYTHING)
        refresh_marts(db, after(hours=1))
        assert rows(db, EVERYTHING) == before

    def test_sessions_erased_meanwhile_are_no_obstacle(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(minutes=5))
        db.execute("delete from public.user_sessions")
        close_silent_sessions(db, after(hours=1))
        assert rows(db, END) == []


def only_facts_know(db: Connection) -> None:
    """As if nothing had been written since long before the last closing."""
    db.execute("delete from uxpipeline.stale_sessions")
    db.execute("update uxpipeline.mart_state set received_before = '2100-01-01', closed_received_before = '2100-01-01'")


def forget_all_but(db: Connection, **noted: object) -> None:
    only_facts_know(db)
    db.execute("delete from uxpipeline.session_facts")
    for name, moment in noted.items():
        changes = {
            "received": "update uxpipeline.mart_state set received_before = %(at)s, closed_received_before = %(at)s",
            "owed": "insert into uxpipeline.stale_sessions (session_id, day, relation, cause) "
            "values ('s', %(at)s, 'behavior_events', 'load')",
        }
        db.execute(changes[name].encode(), {"at": moment})


class TestWhoIsLookedAt:
    """Sessions reach the closing through the facts, the queue, or because somebody wrote to them."""

    def test_open_ones_that_the_facts_know(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(minutes=5))
        only_facts_know(db)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    def test_those_owed_to_the_facts(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        forget_all_but(db, owed=START)
        close_silent_sessions(db, after(hours=1))
        assert end(db) == THREE_PAGES

    @pytest.mark.parametrize("relation", ["user_sessions", "behavior_events"])
    def test_those_somebody_wrote_to(self, db: Connection, relation: str) -> None:
        old = after(days=-1)
        visit(db, received_at=old)
        act(db, 5, received_at=old)
        db.execute(f"update public.{relation} set received_at = %s".encode(), [after(days=1)])  # noqa: S608 - names of this file
        forget_all_but(db, received=after(hours=12))
        close_silent_sessions(db, after(hours=1))
        assert end(db)[1] == "timeout"

    def test_those_that_got_a_funnel_step(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(posthog("s", 3, page="/product"))
        refresh_marts(db, after(hours=1))
        only_facts_know(db)
        db.execute("update uxpipeline.mart_state set closed_received_before = '2100-01-01'")
        enter(db, 2, 10, received_at="2100-01-02")
        close_silent_sessions(db, after(hours=1))
        assert column(db, "select duration_seconds from public.conversion_funnels where step_order = 1") == [7]

    def test_those_with_a_form_left_open_although_a_record_ended_them(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(record("s", exit_page="/bye"), now=after(minutes=1))
        landing.load(touch("s", 3), now=after(minutes=1))
        refresh_marts(db, after(minutes=1))
        only_facts_know(db)
        close_silent_sessions(db, after(minutes=20))
        assert column(db, "select event_type from public.behavior_events") == ["form_start"]
        close_silent_sessions(db, after(weeks=4))
        assert column(db, "select event_type from public.behavior_events order by 1") == ["form_abandon", "form_start"]

    def test_those_written_to_after_a_closing_and_before_the_facts(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(event("s", 3), event("s", 5), now=after(hours=1))
        close_silent_sessions(db, after(hours=1))
        act(db, 65, "page_view", "/thanks")
        refresh_facts(db, after(hours=1))
        assert value(db, "select count(*) from uxpipeline.stale_sessions") == 0
        close_silent_sessions(db, after(hours=2))
        assert end(db) == (f"{SITE}/thanks", "timeout", 62, 1)

    def test_not_those_that_the_last_one_ended(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=1))
        assert end(db) == THREE_PAGES
        assert value(db, "select is_open from uxpipeline.session_facts") is False
        with db.transaction():
            closed_before, noted_before = received_before(db)
            values = {"silent_before": after(hours=1), "closed_before": closed_before, "noted_before": noted_before}
            find_closing_candidates(db, values)
            assert column(db, "select session_id from touched_sessions") == []

    def test_nobody_else(self, db: Connection) -> None:
        visit(db)
        three_pages(db)
        refresh_marts(db, after(hours=1))
        visit(db, "open")
        act(db, 3500, session_id="open")
        refresh_marts(db, after(hours=1))
        only_facts_know(db)
        with db.transaction():
            noted = after(days=36_500)
            values = {"silent_before": after(minutes=30), "closed_before": noted, "noted_before": noted}
            find_closing_candidates(db, values)
            assert column(db, "select session_id from touched_sessions") == []


def looked_at(db: Connection) -> list[str]:
    """Whom a closing would look at now."""
    with db.transaction(force_rollback=True):
        closed_before, noted_before = received_before(db)
        note_received(db, noted_before)
        values = {"silent_before": after(days=2), "closed_before": closed_before, "noted_before": noted_before}
        find_closing_candidates(db, values)
        return column(db, "select session_id from touched_sessions")


class TestAfterALoad:
    """Loads look at the sessions of their lines themselves."""

    def test_not_those_that_it_found_silent_and_nobody_wrote_to(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(event("s", 3), event("s", 5))
        landing.load(touch("form", 3))
        landing.load(event("s", 9))
        assert looked_at(db) == []
        refresh_marts(db, after(days=2))
        assert looked_at(db) == []
        assert end(db)[1:] == ("timeout", 6, 0)

    def test_those_that_it_found_open(self, landing: Landing) -> None:
        landing.load(event("s", 3), now=after(minutes=1))
        assert looked_at(landing.connection) == ["s"]

    def test_those_that_were_open_although_a_record_ended_them(self, landing: Landing) -> None:
        landing.load(record("s", exit_reason="timeout"), event("s", 3), now=after(minutes=1))
        assert looked_at(landing.connection) == ["s"]

    def test_those_whose_row_somebody_changed(self, landing: Landing) -> None:
        landing.load(event("s", 3))
        landing.connection.execute("update public.user_sessions set exit_page = '/elsewhere'")
        assert looked_at(landing.connection) == ["s"]

    def test_those_that_got_an_event_of_the_same_day(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(event("s", 3))
        act(db, 65, "page_view", "/thanks")
        assert looked_at(db) == ["s"]
        refresh_marts(db, after(days=2))
        assert end(db) == (f"{SITE}/thanks", "timeout", 62, 1)

    def test_those_that_got_a_step_of_the_same_day(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(posthog("s", 3, page="/product"))
        enter(db, 2, 10)
        assert looked_at(db) == ["s"]


class TestForms:
    """An abandon is written and withdrawn by us, so the facts are told which day it was on."""

    OWED = "select day::text, cause from uxpipeline.stale_sessions where relation = 'behavior_events' order by id"

    def test_an_abandon_that_is_written_is_owed_to_its_day(self, landing: Landing) -> None:
        landing.load(touch("s", 3), posthog("s", 86_000, "$rageclick"), now=after(days=1))
        refresh_marts(landing.connection, after(days=1))
        close_silent_sessions(landing.connection, after(days=2))
        assert rows(landing.connection, self.OWED) == [("2026-11-21", "load")]

    def test_an_abandon_that_is_withdrawn_is_owed_to_the_day_it_was_on(self, landing: Landing) -> None:
        db = landing.connection
        landing.load(touch("s", 3), posthog("s", 86_000, "$rageclick"))
        refresh_marts(db, after(days=2))
        landing.load(submit("s", 9))
        assert rows(db, self.OWED) == [("2026-11-20", "load"), ("2026-11-21", "deletion")]
        refresh_marts(db, after(days=2))
        assert value(db, "select form_abandon_count from uxpipeline.session_facts") == 0
        assert value(db, "select form_abandons from uxpipeline.fact_days where day = '2026-11-21'") == 0

    def test_nothing_is_owed_when_nothing_changed(self, landing: Landing) -> None:
        landing.load(touch("s", 3))
        before = rows(landing.connection, self.OWED)
        close_silent_sessions(landing.connection, after(days=2))
        assert rows(landing.connection, self.OWED) == before

    def test_a_repeated_event_does_not_hold_the_abandon_up(self, landing: Landing) -> None:
        landing.load(touch("s", 3))
        db = landing.connection
        db.execute("delete from public.behavior_events where event_type = 'form_abandon'")
        start = value(db, "select id from public.behavior_events")
        act(db, 3000, "form_start", "/lead", id=start)
        close_silent_sessions(db, after(hours=1))
        found = "select \"timestamp\" from public.behavior_events where event_type = 'form_abandon'"
        assert column(db, found) == [after(seconds=3)]


class TestCost:
    SCANS = """
        select idx_scan + seq_scan from pg_stat_xact_user_tables
        where relid = 'uxpipeline.behavior_events_20260101'::regclass
    """

    @pytest.mark.parametrize("sessions", [1, 20])
    def test_partitions_in_which_no_touched_session_has_events_are_not_read(
        self, db: Connection, sessions: int
    ) -> None:
        db.execute("select uxpipeline.ensure_event_partitions('2026-01-01', '2026-01-01')")
        db.execute("select uxpipeline.ensure_event_partitions('2026-11-20', '2026-11-20')")
        long_ago = datetime.fromisoformat("2026-01-01T12:00:00+00:00") - START
        visit(db, "old")
        for second in range(20):
            act(db, long_ago / timedelta(seconds=1) + second, session_id="old")
        refresh_marts(db, after(minutes=1))
        refresh_marts(db, after(minutes=1))
        for number in range(sessions):
            visit(db, f"new {number}")
            act(db, 5, session_id=f"new {number}")
            act(db, 5, "form_start", session_id=f"new {number}", metadata={"detector": "uxpipeline.form"})
        with db.transaction():
            before = value(db, self.SCANS)
            close_silent_sessions(db, after(hours=1))
            # Once: who was written to.
            assert value(db, self.SCANS) - before == 1
        assert value(db, "select count(*) from public.user_sessions where exit_reason = 'timeout'") == sessions + 1
