"""Sites of known truth: facts equal what events amount to, and scores find what the worlds hold."""

from dataclasses import replace

import pandas as pd
import pytest

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.friction.facts import Window, make_facts
from uxpipeline.friction.parameters import EvidenceGate, Parameters
from uxpipeline.friction.scores import score_day
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.friction.worlds import AS_OF, NOW, WORLDS, World, draw_site
from uxpipeline_tests.friction.worlds_stored import store_events, store_facts, store_sessions

SMALL = Parameters(gate=EvidenceGate(20, 5, 5))
CLEAR = World("clear", sessions=6_000, surfaces=10, harm={4: 0.9}, steppers=(0,), friction=0.02, intent=0.5)
_DIFFERENT = """
    select count(*) from (
        (select * from uxpipeline.session_surfaces except all select * from pg_temp.new_session_surfaces)
        union all
        (select * from pg_temp.new_session_surfaces except all select * from uxpipeline.session_surfaces)
    ) differing
"""


def scored_facts(connection: Connection, world: World, seed: int, parameters: Parameters = SMALL) -> pd.DataFrame:
    with connection.transaction():
        site = draw_site(world, seed)
        store_sessions(connection, site)
        store_facts(connection, site)
    return score_day(connection, AS_OF, None, NOW, parameters, source="facts")


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_facts_and_events_are_scored_alike(connection: Connection, world: World, seed: int) -> None:
    site = draw_site(replace(world, sessions=400, friction=0.1), seed)
    with connection.transaction():
        store_sessions(connection, site)
        store_facts(connection, site)
        store_events(connection, site)
    from_facts = score_day(connection, AS_OF, None, NOW, SMALL, source="facts")

    from_events = score_day(connection, AS_OF, None, NOW, SMALL, source="events")

    pd.testing.assert_frame_equal(from_facts, from_events, check_exact=True)
    assert from_facts["severity"].notna().any()


def test_facts_of_events_are_the_generators(connection: Connection) -> None:
    site = draw_site(World("any", sessions=500, friction=0.1, days=35), 3)
    with connection.transaction():
        store_sessions(connection, site)
        store_facts(connection, site)
        store_events(connection, site)

    with transaction(connection):
        make_facts(connection, Window(AS_OF, NOW, 28))
        assert scalar(connection, "select count(*) from pg_temp.new_session_surfaces") > 4000
        assert scalar(connection, _DIFFERENT) == 0


def test_clear_harm_is_found_above_harmless_noise(connection: Connection) -> None:
    found = scored_facts(connection, CLEAR, 0)

    elements = found[(found["surface_level"] == "element") & (found["signal"] == "any")].set_index("surface_key")
    site = draw_site(CLEAR, 0)
    assert elements.loc["#e0", "affected_sessions"] > 2 * elements.loc["#e4", "affected_sessions"]
    assert elements.loc["#e4", "rank"] == 1
    assert elements.loc["#e4", "evidence_grade"] in {"A", "B"}
    assert elements.loc["#e4", "lost_low"] <= site.lost[4] <= elements.loc["#e4", "lost_high"]
    assert 0.5 * site.lost[4] <= elements.loc["#e4", "lost_conversions"] <= 1.5 * site.lost[4]
    assert elements.loc["#e0", "evidence_grade"] == "C"


def test_without_harm_nothing_earns_a_good_grade_though_the_naive_gap_is_large(connection: Connection) -> None:
    found = scored_facts(connection, replace(CLEAR, harm={}, intent=1.5), 0)

    site = found[(found["surface_level"] == "site") & (found["signal"] == "any")].iloc[0]
    assert site["lost_low"] <= 0 <= site["lost_high"]
    assert set(found["evidence_grade"]) <= {"C", "D"}


def test_friction_that_helps_has_negative_losses(connection: Connection) -> None:
    found = scored_facts(connection, replace(CLEAR, harm={4: -2.0}, intent=0.0), 1)

    helpful = found[(found["surface_key"] == "#e4") & (found["signal"] == "any")].iloc[0]
    assert helpful["lost_high"] < 0
    assert helpful["p_loss"] < 0.05


def test_signals_add_up_to_any_before_shrinkage(connection: Connection) -> None:
    found = scored_facts(connection, replace(CLEAR, friction=0.1), 2)

    site = found[(found["surface_level"] == "site") & found["raw_severity"].notna()].set_index("signal")
    cases = site["overlap"] * _first_sessions(connection, site)
    parts = ["error", "rage_click", "hesitation"]
    total = (cases * site["raw_severity"])[parts].sum()
    assert total == pytest.approx(cases["any"] * site["raw_severity"]["any"], rel=1e-9)
    assert cases[parts].sum() == pytest.approx(cases["any"])


def _first_sessions(connection: Connection, site: pd.DataFrame) -> pd.Series:
    """Sessions by the signal of their first friction, counted afresh."""
    rows = connection.execute(
        b"select case least(error_at, rage_click_at, hesitation_at) when error_at then 'error'"
        b" when rage_click_at then 'rage_click' else 'hesitation' end, count(*) from uxpipeline.session_surfaces"
        b" where surface_level = 'site' and num_nonnulls(error_at, rage_click_at, hesitation_at) > 0 group by 1"
    ).fetchall()
    found = pd.Series(dict(rows))
    found["any"] = found.sum()
    return found.reindex(site.index)


def test_the_same_input_gives_the_same_bytes_whatever_order_it_is_stored_in(connection: Connection) -> None:
    first = scored_facts(connection, replace(CLEAR, sessions=2_000), 4)
    with connection.transaction():
        connection.execute(
            b"create temporary table shuffled on commit drop as"
            b" select * from uxpipeline.session_surfaces order by md5(session_id || base_key)"
        )
        connection.execute(b"truncate uxpipeline.session_surfaces")
        connection.execute(b"insert into uxpipeline.session_surfaces select * from shuffled")

    second = score_day(connection, AS_OF, None, NOW, SMALL, source="facts")

    assert first.to_csv() == second.to_csv()


def test_variance_is_that_of_independent_draws(connection: Connection) -> None:
    """The stored standard error against the scatter of the estimate over sites of one world."""
    estimates, errors = [], []
    for seed in range(12):
        with connection.transaction(force_rollback=True):
            found = scored_facts(connection, replace(CLEAR, harm={}, sessions=1_500, friction=0.08), seed)
        site = found[(found["surface_level"] == "site") & (found["signal"] == "any")].iloc[0]
        estimates.append(site["raw_severity"])
        errors.append(site["severity_se"])

    ratio = pd.Series(estimates).std() / pd.Series(errors).mean()
    assert 0.5 < ratio < 1.6
