"""What the report says, and that it says nothing that was not measured."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.friction.parameters import Parameters
from uxpipeline.report.records import WINDOW_DAYS
from uxpipeline.report.render import render
from uxpipeline.settings import Settings
from uxpipeline_tests.report.builders import (
    AS_OF,
    add_block,
    add_file,
    add_funnel_step,
    add_proposal,
    add_quarantined,
    add_score,
    insert,
)
from uxpipeline_tests.report.page import Page


def page_text(connection: Connection, settings: Settings) -> str:
    return Page(render(connection, settings)).text


def test_header_names_what_was_scored_and_how(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    text = page_text(connection, settings)
    assert "25 October 2026 to 21 November 2026" in text
    assert "last 15 of them" in text
    assert "rates-1+781df20d" in text
    assert connection.info.dbname in text
    assert "last step of funnel lead_capture" in text
    assert "Profile default" in text
    assert "Demo profile" not in text


def test_page_shows_no_place_or_password(connection: Connection, settings: Settings) -> None:
    html = render(connection, settings)
    for secret in (settings.database_url, connection.info.password, str(settings.home)):
        assert secret
        assert secret not in html


def test_demo_profile_is_pointed_out(connection: Connection, settings: Settings) -> None:
    assert "Demo profile." in page_text(connection, replace(settings, profile="demo"))


def test_conversion_configured_after_the_last_load_is_pointed_out(connection: Connection, settings: Settings) -> None:
    text = page_text(connection, replace(settings, conversion="purchase"))
    assert "last step of funnel lead_capture (configured since: purchase" in text


LOSS: dict[str, Any] = {"lost_conversions": 16.6, "lost_low": -8.8, "lost_high": 26.4, "evidence_grade": "B"}


def drawn(connection: Connection, settings: Settings, tag: str, kind: str) -> list[dict[str, str | None]]:
    """Attributes of the page's shapes of a kind, in order."""
    tags = Page(render(connection, settings)).tags
    return [dict(attributes) for name, attributes in tags if name == tag and ("class", kind) in attributes]


def test_losses_are_drawn_around_zero(connection: Connection, settings: Settings) -> None:
    add_score(connection, "#a", **LOSS)
    add_score(connection, "#b", rank=2, **LOSS | {"lost_conversions": 5.0})
    add_score(connection, "#c", rank=3)

    means = [shape["cx"] for shape in drawn(connection, settings, "circle", "mean")]
    zeros = [shape["x1"] for shape in drawn(connection, settings, "line", "zero")]

    # From -10 to 30; each surface has a rate on a scale of its own before it, the last no loss.
    assert means[1::2] == ["66.50%", "37.50%"]
    assert zeros == ["25.00%", "25.00%"]
    assert "16.6 −8.8 to 26.4 B" in page_text(connection, settings)


def test_the_sites_loss_is_in_the_header(connection: Connection, settings: Settings) -> None:
    add_score(connection, "site", surface_level="site", **LOSS)

    assert "16.6 conversions lost on the whole site 95% interval −8.8 to 26.4, grade B" in page_text(
        connection, settings
    )


def test_several_scored_days_are_a_curve(connection: Connection, settings: Settings) -> None:
    for age in (0, 1, 3):
        add_score(connection, as_of=AS_OF - timedelta(days=age), rate=0.2 + age / 100, **LOSS)

    (rate, loss) = drawn(connection, settings, "polyline", "line")

    assert [point.split(",")[0] for point in str(rate["points"]).split()] == ["0.0", "66.7", "100.0"]
    assert str(loss["points"]).count(" ") == 2
    assert "since 18 Nov" in page_text(connection, settings)


def test_one_scored_day_is_no_curve(connection: Connection, settings: Settings) -> None:
    add_score(connection, **LOSS)

    assert drawn(connection, settings, "polyline", "line") == []


def test_window_is_the_scorers() -> None:
    assert Parameters().window_days == WINDOW_DAYS


def test_ranked_surfaces_show_counts_rate_interval_and_signals(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_score(connection, signal="rage_click", affected_sessions=15)
    add_score(connection, signal="hesitation", affected_sessions=0)
    text = page_text(connection, settings)
    row = "#buy repeated fast clicks 15 17 of 62 that used it 16 visitors 27.3% 18.5% – 36.9% not estimated D"
    assert row in text


def test_surfaces_come_by_rank(connection: Connection, settings: Settings) -> None:
    for rank in (2, 3, 1):
        add_score(connection, f"#surface-{rank}", rank=rank)
    text = page_text(connection, settings).split("Elements by")[1]
    assert text.index("#surface-1") < text.index("#surface-2") < text.index("#surface-3")


def test_only_the_newest_day_is_reported(connection: Connection, settings: Settings) -> None:
    add_score(connection, "#old", as_of=AS_OF.replace(day=20))
    add_score(connection, "#new")
    text = page_text(connection, settings)
    assert "#new" in text
    assert "#old" not in text


def test_surfaces_without_affected_sessions_are_listed_apart(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_score(connection, "#calm", affected_sessions=0, affected_visitors=0, exposed_sessions=44, rank=2)
    assert "No session affected at 1 element: #calm (44)" in page_text(connection, settings)


def test_what_fewer_than_five_sessions_met_is_counted_and_not_named(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    few: dict[str, Any] = {"affected_visitors": 0, "converted_sessions": 0}
    for affected in (0, 2):
        add_score(
            connection, f"#four-{affected}", affected_sessions=affected, exposed_sessions=4, rank=2 + affected, **few
        )
    add_score(connection, "#form-of-four", "form_leak", exposed_sessions=4, affected_sessions=1, rank=None, **few)
    add_score(connection, "#five", exposed_sessions=5, affected_sessions=1, rank=3, **few)
    text = page_text(connection, settings)
    assert "#five" in text
    assert "#four" not in text
    assert "#form-of-four" not in text
    assert "3 scores are not shown: fewer than 5 sessions met the surface" in text


@pytest.mark.parametrize("level", ["element", "component", "page"])
def test_long_rankings_are_cut_and_say_so(connection: Connection, settings: Settings, level: str) -> None:
    for rank in range(1, 24):
        add_score(connection, f"#surface-{rank:02}", surface_level=level, rank=rank)
    text = page_text(connection, settings)
    assert "#surface-20" in text
    assert "#surface-21" not in text
    assert f"And 3 more {level}s with affected sessions." in text


def test_what_is_not_estimated_is_never_zero(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_proposal(connection)
    text = page_text(connection, settings)
    assert "36.9% not estimated D" in text
    assert "Expected effect not estimated" in text
    assert "0.0" not in text


def test_estimated_losses_show_their_interval(connection: Connection, settings: Settings) -> None:
    add_score(connection, evidence_grade="B", lost_conversions=42.123, lost_low=-3.2, lost_high=90.1)
    assert "42.1 −3.2 to 90.1 B" in page_text(connection, settings)


def test_signal_nobody_sent_is_not_measured(connection: Connection, settings: Settings) -> None:
    add_score(connection, "site", surface_level="site", denominator="page")
    add_score(connection, "site", "error", surface_level="site", denominator="page", affected_sessions=4)
    text = page_text(connection, settings)
    assert "script errors 4 of 62 in all" in text
    assert "Hesitation: not measured." in text
    assert "Script errors: not measured." not in text


def test_forms_have_a_table_of_their_own(connection: Connection, settings: Settings) -> None:
    add_score(connection, "#lead-form", "form_leak", exposed_sessions=20, affected_sessions=9, converted_sessions=0)
    text = page_text(connection, settings)
    assert "#lead-form 9 of 20 that started it" in text
    assert "Elements by" not in text


def test_proposal_shows_evidence_and_what_a_test_would_need(connection: Connection, settings: Settings) -> None:
    add_proposal(connection)
    text = page_text(connection, settings)
    assert "17 of 62 sessions affected, 16 visitors 27.3% 18.5% – 36.9%" in text
    assert "Not testable with this traffic." in text
    assert "relative change of 10% it would need 2,196 sessions per arm; 29 come a week" in text
    assert "page /cart , component buy-box" in text
    assert "uxpipeline proposals show rage-click-1" in text


def test_proposal_without_evidence_or_verdict_says_so(connection: Connection, settings: Settings) -> None:
    add_proposal(connection, metadata={"evidence": [1], "test": {"verdict": {}}, "profile": None})
    text = page_text(connection, settings)
    assert "Evidence none on record" in text
    assert "Test not judged" in text


def test_absurd_numbers_do_not_stop_the_report(connection: Connection, settings: Settings) -> None:
    absurd = {"exposed_sessions": 10**400, "needed_per_arm": 10**400, "verdict": "testable"}
    add_proposal(connection, metadata={"evidence": absurd, "test": absurd})
    text = page_text(connection, settings)
    assert "Evidence none on record" in text
    assert "there is no baseline" in text


def test_what_is_not_proposed_is_listed_with_its_reason(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_block(connection)
    text = page_text(connection, settings)
    assert "Not proposed, and why" in text
    assert "traffic could not test a change needs 31231 per arm, this surface gets 100 a week" in text


def test_without_evidence_it_is_not_listed(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_block(connection, reason="too_little_evidence")
    assert "Not proposed" not in page_text(connection, settings)


def test_an_expected_effect_has_an_interval(connection: Connection, settings: Settings) -> None:
    add_proposal(connection, expected_impact=0.052, metadata={"prediction": {"low": -0.01, "high": 0.12}})
    assert "+5.2% 80% interval -1.0% to +12.0%" in page_text(connection, settings)


def test_no_command_for_an_id_that_a_shell_could_misread(connection: Connection, settings: Settings) -> None:
    add_proposal(connection, "x; rm -rf /")
    assert "proposals show x" not in page_text(connection, settings)


def test_funnels_count_sessions_per_step_in_any_order(connection: Connection, settings: Settings) -> None:
    add_score(connection)
    add_funnel_step(connection, "lead_capture", 1, "start", sessions=2)
    add_funnel_step(connection, "lead_capture", 2, "lead", sessions=3)
    add_funnel_step(connection, "purchase", 1, "product")
    html = render(connection, settings)
    text = Page(html).text
    assert "Any-order counts" in text
    assert "lead_capture the conversion" in text
    assert "1. start 2 2. lead 3" in text
    assert "1. product 0" in text
    assert 'class="reached" width="66.67%"' in html


def test_funnels_count_within_the_window_only(connection: Connection, settings: Settings) -> None:
    add_score(connection, as_of=AS_OF.replace(year=2027))
    add_funnel_step(connection, "lead_capture", 1, "start", sessions=2)
    assert "1. start 0" in page_text(connection, settings)


def test_funnels_nobody_configured_are_marked(connection: Connection, settings: Settings) -> None:
    add_funnel_step(connection, "from_the_beacon", 1, "start", sessions=1, configured=False)
    assert "from_the_beacon not configured" in page_text(connection, settings)


def test_ledger_states_the_identity_and_totals(connection: Connection, settings: Settings) -> None:
    add_file(connection, 1, "monday.jsonl")
    add_file(connection, 2, "tuesday.jsonl")
    add_quarantined(connection, "bad_json", lines=3)
    add_quarantined(connection, "no_session", lines=7, file=2)
    text = page_text(connection, settings)
    assert "200 lines = 160 inserted + 18 duplicates + 10 quarantined + 4 parked + 8 ignored" in text
    assert "does not add up" not in text
    assert "tuesday.jsonl native loaded 100 80 9 5 2 4 monday.jsonl native loaded 100 80 9 5 2 4" in text
    assert "Total of 2 loaded files 200 160 18 10 4 8" in text
    assert "web_vitals 6 dead_click 2" in text
    assert "no_session 7 bad_json 3" in text


def test_lines_that_do_not_add_up_are_pointed_out(connection: Connection, settings: Settings) -> None:
    add_file(connection, lines=101)
    assert "does not add up" in page_text(connection, settings)


def test_aborted_file_says_why_and_counts_nowhere(connection: Connection, settings: Settings) -> None:
    add_file(connection, 1)
    problem = "`/srv/landing/bad.jsonl` changed while it was read"
    add_file(connection, 2, "bad.jsonl", status="aborted", inserted=0, problem=problem)
    html = render(connection, settings)
    text = Page(html).text
    assert "bad.jsonl `bad.jsonl` changed while it was read native aborted" in text
    assert "Total of 1 loaded file 100 80 9 5 2 4" in text
    assert "/srv" not in html


def test_many_files_are_cut_and_say_so(connection: Connection, settings: Settings) -> None:
    for number in range(1, 24):
        add_file(connection, number, f"file-{number:02}.jsonl")
    text = page_text(connection, settings)
    assert "file-03.jsonl" not in text
    assert "And 3 earlier loads" in text
    assert "Total of 23 loaded files" in text


def test_rows_of_the_seeds_tables_are_counted(connection: Connection, settings: Settings) -> None:
    insert(connection, "public.user_sessions", session_id="session-secret-1", landing_page="/")
    add_proposal(connection)
    text = page_text(connection, settings)
    assert "user_sessions 1 behavior_events 0 conversion_funnels 0 optimization_history 1" in text


def test_empty_database_has_a_helpful_report(connection: Connection, settings: Settings) -> None:
    text = page_text(connection, settings)
    assert "This database is empty." in text
    assert "uxpipeline load PATH" in text
    assert "not scored yet" in text
    assert "No proposals yet." in text
    assert "No funnels yet." in text


def test_loaded_but_not_scored_asks_for_a_run(connection: Connection, settings: Settings) -> None:
    add_file(connection)
    assert "nothing has been scored yet" in page_text(connection, settings)


def test_connection_is_left_as_it_was(connection: Connection, settings: Settings) -> None:
    render(connection, settings)
    assert (connection.isolation_level, connection.read_only) == (None, None)
    add_file(connection)
