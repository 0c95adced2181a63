"""A hesitation counts when it is long for its element: longer than nine in ten sessions' longest there."""

from collections.abc import Iterable

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.friction.test_scores import NOON, Scores, scores

RISING = range(1000, 21000, 1000)


def hesitate(
    connection: Connection, lengths: Iterable[object], element: str | None = "buy", page: str = "/cart", name: str = "s"
) -> None:
    """A session per length, numbered, that hesitates once on an element; a length of None is not told."""
    for number, length in enumerate(lengths):
        values = {
            "session": f"{name}{number}",
            "path": f"body > button#{element}" if element else None,
            "url": f"https://shop.example{page}",
            "at": NOON,
            "ms": None if length is None else str(length),
        }
        connection.execute(
            b"insert into user_sessions (session_id, landing_page) values (%(session)s, '/') on conflict do nothing",
            values,
        )
        connection.execute(
            b"insert into behavior_events (session_id, event_type, element_path, element_type, component_id, page_url,"
            b' "timestamp", received_at, event_data)'
            b" values (%(session)s, 'hesitation', %(path)s, 'button', 'box', %(url)s, %(at)s, %(at)s,"
            b" jsonb_strip_nulls(jsonb_build_object('hesitation_ms', %(ms)s::text)))",
            values,
        )


def affected(found: Scores, level: str, key: str) -> int | None:
    """Sessions affected by hesitation; None where the signal is absent."""
    row = found.get((level, key, "hesitation"))
    return None if row is None else int(row["affected_sessions"])


def test_only_the_longest_tenth_counts_at_every_level(connection: Connection) -> None:
    hesitate(connection, RISING)

    found = scores(connection)

    surfaces = [("element", "#buy"), ("component", "box"), ("page", "/cart"), ("site", "site")]
    assert [affected(found, *surface) for surface in surfaces] == [2, 2, 2, 2]


def test_every_element_has_a_mark_of_its_own(connection: Connection) -> None:
    hesitate(connection, RISING)
    hesitate(connection, [length / 100 for length in RISING], element="close", name="t")

    found = scores(connection)

    assert (affected(found, "element", "#buy"), affected(found, "element", "#close")) == (2, 2)
    assert affected(found, "site", "site") == 4


def test_below_ten_none_is_longer_than_nine_in_ten(connection: Connection) -> None:
    hesitate(connection, [*RISING][:9])
    hesitate(connection, [None], name="sent")

    assert affected(scores(connection), "element", "#buy") == 1


@pytest.mark.parametrize("length", [3000, None, "NaN", "a while", "1e9999"])
def test_lengths_that_tell_nothing_count_as_sent(connection: Connection, length: object) -> None:
    hesitate(connection, [length] * 12)

    assert affected(scores(connection), "element", "#buy") == 12


def test_no_session_moves_the_mark_alone(connection: Connection) -> None:
    hesitate(connection, RISING)
    for _ in range(150):
        hesitate(connection, [90_000], name="flood")

    assert affected(scores(connection), "element", "#buy") == 2


def test_a_short_hesitation_before_a_long_one_does_not_hide_it(connection: Connection) -> None:
    hesitate(connection, RISING)
    hesitate(connection, [10] * 20)

    assert affected(scores(connection), "element", "#buy") == 2


def test_hesitations_without_an_element_are_judged_by_their_page(connection: Connection) -> None:
    hesitate(connection, RISING, element=None)
    hesitate(connection, [10 * length for length in RISING], element=None, page="/pay", name="t")

    found = scores(connection)

    assert (affected(found, "page", "/cart"), affected(found, "page", "/pay")) == (2, 2)
