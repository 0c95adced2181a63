"""Sites of known truth: facts equal what events amount to, and scores find what the worlds hold."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.friction.facts import Window, make_facts
from uxpipeline.friction.parameters import EvidenceGate, Parameters
from uxpipeline.friction.scores import score_day, score_facts
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.friction.worlds import AS_OF, NOW, WORLDS, World, draw_site
from uxpipeline_tests.friction.worlds_stored import store_events, store_facts, store_sessions

SMALL = Parameters(gate=EvidenceGate(20, 5, 5))
WINDOW = Window(AS_OF, NOW, SMALL.window_days)
CLEAR = World("clear", sessions=4_000, surfaces=6, harm={4: 0.95}, steppers=(0,), friction=0.02, base=-1.2)
_FIRST_SIGNALS = b"""
    select
        case least(error_at, rage_click_at, hesitation_at)
            when error_at then 'error' when rage_click_at then 'rage_click' else 'hesitation'
        end,
        count(*)
    from (
        select
            session_id, min(error_at) as error_at, min(rage_click_at) as rage_click_at,
            min(hesitation_at) as hesitation_at
        from pg_temp.session_surfaces
        where surface_level = 'page' and page_key = %(page)s
        group by session_id
    ) units
    where num_nonnulls(error_at, rage_click_at, hesitation_at) > 0
    group by 1
"""
_DIFFERENT = """
    select count(*) from (
        (select * from drawn except all select * from pg_temp.session_surfaces)
        union all
        (select * from pg_temp.session_surfaces except all select * from drawn)
    ) differing
"""


def _few(world: World) -> dict[int, float]:
    return {surface: harm for surface, harm in world.harm.items() if surface < 40}


Rows = dict[tuple[str, str, str], dict[str, Any]]


def scored_facts(connection: Connection, world: World, seed: int) -> pd.DataFrame:
    with transaction(connection):
        site = draw_site(world, seed)
        store_sessions(connection, site)
        store_facts(connection, site)
        return score_facts(connection, WINDOW, SMALL)


def by_key(scores: pd.DataFrame) -> Rows:
    rows: list[Any] = scores.to_dict("records")
    return {(row["surface_level"], row["surface_key"], row["signal"]): row for row in rows}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_facts_and_events_are_scored_alike(connection: Connection, world: World, seed: int) -> None:
    site = draw_site(
        replace(world, sessions=400, surfaces=min(world.surfaces, 40), harm=_few(world), friction=0.1), seed
    )
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site)
        store_events(connection, site)
        from_facts = score_facts(connection, WINDOW, SMALL)

    from_events = score_day(connection, AS_OF, None, NOW, SMALL)

    pd.testing.assert_frame_equal(from_facts, from_events, check_exact=True)
    assert from_facts["severity"].notna().any()


def test_facts_of_events_are_the_generators(connection: Connection) -> None:
    site = draw_site(World("any", sessions=500, friction=0.1, days=35), 3)
    with transaction(connection):
        store_sessions(connection, site)
        store_events(connection, site)
        store_facts(connection, site)
        connection.execute(b"create temporary table drawn on commit drop as table pg_temp.session_surfaces")
        connection.execute(b"drop table pg_temp.session_surfaces")

        make_facts(connection, WINDOW)

        assert scalar(connection, "select count(*) from pg_temp.session_surfaces") > 3000
        assert scalar(connection, _DIFFERENT) == 0


def test_clear_harm_is_found_above_harmless_noise(connection: Connection) -> None:
    found = by_key(scored_facts(connection, CLEAR, 0))

    harmful, noisy = found["element", "#e4", "any"], found["element", "#e0", "any"]
    truth = draw_site(CLEAR, 0).lost[4]
    assert noisy["affected_sessions"] > 1.5 * harmful["affected_sessions"]
    assert harmful["rank"] == 1
    assert harmful["evidence_grade"] in {"A", "B"}
    assert noisy["evidence_grade"] == "C"
    assert harmful["lost_low"] <= truth <= harmful["lost_high"]
    assert 0.6 * truth <= harmful["lost_conversions"] <= 1.4 * truth


def test_without_harm_nothing_earns_a_good_grade(connection: Connection) -> None:
    found = scored_facts(connection, replace(CLEAR, harm={}, intent=1.5), 0)

    site = by_key(found)["site", "site", "any"]
    assert site["lost_low"] <= 0 <= site["lost_high"]
    assert set(found["evidence_grade"]) <= {"C", "D"}


def test_friction_that_helps_has_negative_losses(connection: Connection) -> None:
    helpful = by_key(scored_facts(connection, replace(CLEAR, harm={4: -2.0}, intent=0.0), 1))["element", "#e4", "any"]

    assert helpful["lost_high"] < 0
    assert helpful["p_loss"] < 0.05


def test_signals_add_up_to_any_before_shrinkage(connection: Connection) -> None:
    with transaction(connection):
        found = by_key(scored_facts(connection, replace(CLEAR, sessions=2_000, surfaces=12, friction=0.1), 2))
        first: dict[str, int] = dict(connection.execute(_FIRST_SIGNALS, {"page": "/p0"}).fetchall())

    page = {signal: row for (level, key, signal), row in found.items() if (level, key) == ("page", "/p0")}
    first["any"] = sum(first.values())
    cases = {signal: first[signal] * row["overlap"] for signal, row in page.items() if signal in first}
    parts = [signal for signal in cases if signal != "any"]
    assert len(parts) > 1
    assert sum(cases[part] for part in parts) == pytest.approx(cases["any"])
    lost = sum(cases[part] * page[part]["raw_severity"] for part in parts)
    assert lost == pytest.approx(cases["any"] * page["any"]["raw_severity"])


def test_the_same_input_gives_the_same_bytes_whatever_order_it_is_stored_in(connection: Connection) -> None:
    site = draw_site(replace(CLEAR, sessions=800, friction=0.1), 4)
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site)
        first = score_facts(connection, WINDOW, SMALL)

    with transaction(connection):
        store_facts(connection, site)
        connection.execute(
            b"create temporary table shuffled on commit drop as"
            b" select * from pg_temp.session_surfaces order by md5(session_id || base_key)"
        )
        connection.execute(b"truncate pg_temp.session_surfaces")
        connection.execute(b"insert into pg_temp.session_surfaces select * from shuffled")
        second = score_facts(connection, WINDOW, SMALL)

    assert first["severity"].notna().sum() > 10
    assert first.to_csv() == second.to_csv()
