"""Nothing that says who somebody is comes to rest anywhere in the database."""

from dataclasses import replace
from typing import LiteralString

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import Line, event, record, step

VISITOR = "visitor-4711"
MAIL = "ada.canary@example.test"
TABLES = """
    select format('%I.%I', relnamespace::regnamespace, relname) from pg_class
    where relkind in ('r', 'p') and not relispartition
        and relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
"""
HASHES: LiteralString = "select distinct visitor_key from public.user_sessions"


def places_of(connection: Connection, words: str) -> list[str]:
    """Tables with a row that contains these words in any column."""
    return [table for table in column(connection, TABLES) if holds(connection, table, words)]


def holds(connection: Connection, table: str, words: str) -> bool:
    found = sql.SQL("select exists (select from {} t where t::text like '%%' || %s || '%%')")
    row = connection.execute(found.format(sql.SQL(table)), [words]).fetchone()
    return row == (True,)


def test_the_search_finds_what_is_there(landing: Landing) -> None:
    landing.load(event("s", 0, component_id="needle"))
    assert places_of(landing.connection, "needle") == ["public.behavior_events"]


class TestVisitors:
    def test_they_are_known_by_a_hash(self, landing: Landing) -> None:
        landing.load(record("s", visitor_key=VISITOR), record("t", visitor_key=VISITOR))
        [known] = column(landing.connection, HASHES)
        assert len(known) == 32
        assert set(known) <= set("0123456789abcdef")

    def test_their_own_id_is_nowhere(self, landing: Landing) -> None:
        landing.load(record("s", visitor_key=VISITOR), record("bad", visitor_key=VISITOR, page_count=-1))
        assert places_of(landing.connection, VISITOR) == []

    def test_the_hash_is_another_under_another_key(self, landing: Landing) -> None:
        landing.load(record("s", visitor_key=VISITOR))
        [before] = column(landing.connection, HASHES)
        landing.clean()
        stranger = replace(landing, settings=replace(landing.settings, privacy_key="another key"))
        stranger.load(record("s", visitor_key=VISITOR))
        assert column(landing.connection, HASHES) != [before]

    def test_a_key_made_in_the_home_folder_is_kept(self, landing: Landing) -> None:
        unset = replace(landing, settings=replace(landing.settings, privacy_key=None))
        unset.load(record("s", visitor_key=VISITOR))
        unset.load(record("t", visitor_key=VISITOR))
        assert len(column(landing.connection, HASHES)) == 1


ADDRESSES: list[Line] = [
    event("s", 0) | {"page_url": f"https://shop.example/account/{MAIL}/orders"},
    event("s", 1) | {"page_url": f"https://shop.example/reset?email={MAIL}&utm_source={MAIL}#{MAIL}"},
    event("s", 2) | {"page_url": "https://ada:secret@shop.example/cart"},
    event("s", 3) | {"page_url": f"https://shop.example/u/{MAIL.replace('@', '%40')}"},
    event("s", 4, element_text=f"Signed in as {MAIL}", element_type="button"),
    event("s", 5, element_path=f'a[href="mailto:{MAIL}"]', component_id=MAIL),
    event("s", 6, event_data={MAIL: MAIL, "deep": [{"url": f"https://x.example/?q={MAIL}"}]}),
    event("s", 7, metadata={"note": MAIL}),
    event("bad", 8, page="/") | {"event_type": MAIL, "page_url": f"https://shop.example/{MAIL}"},
    record(
        "s", landing_page=f"/{MAIL}", exit_page=f"/?m={MAIL}", referrer=f"https://x.example/?m={MAIL}", user_agent=MAIL
    ),
    step("s", 9, dropoff_reason=f"asked {MAIL}", metadata={"by": MAIL}),
]


@pytest.mark.parametrize("trace", ["ada.canary", "example.test", "ada:secret"])
def test_an_address_leaves_no_trace_whatever_it_comes_in(landing: Landing, trace: str) -> None:
    landing.load(*ADDRESSES)
    assert places_of(landing.connection, trace) == []


def test_no_stored_url_holds_an_at_sign(landing: Landing) -> None:
    landing.load(*ADDRESSES)
    urls = """
        select page_url from public.behavior_events
        union all
        select concat_ws(' ', landing_page, exit_page, referrer) from public.user_sessions
    """
    assert [url for (url,) in rows(landing.connection, urls) if "@" in url] == []
    assert value(landing.connection, "select count(*) from public.behavior_events") == 8
