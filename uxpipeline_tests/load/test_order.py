"""The order of lines and of files does not matter."""

import random

import pytest

from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import (
    Line,
    assignment,
    at,
    conversion,
    event,
    message,
    posthog,
    record,
    step,
    submit,
    touch,
)

FORM = {"form_id": "lead-form"}
NATIVE: list[Line] = [
    event("complete", 5, "page_view", "/"),
    event("complete", 20, "page_view", "/product/1"),
    event("complete", 50, "page_view", "/product/2"),
    event("complete", 80, "page_view", "/cart"),
    event("complete", 81, component_id="basket", event_data={"hesitation_ms": 1200}),
    record("complete", created_at=at(0), language="en"),
    record("complete", exit_reason="close", page_count=7),
    conversion("complete", 90),
    conversion("complete", 95),
    assignment("complete", 6, variant="B"),
    assignment("complete", 30, variant="A"),
    event("no record", 3, "page_view", "/"),
    event("no record", 3, "page_view", "/welcome"),
    event("no record", 70, "form_start", "/lead", event_data=FORM),
    event("no record", 75, "form_start", "/lead", event_data=FORM),
    event("no record", 90, "form_submit", "/lead", event_data=FORM),
    assignment("no record", 60),
    assignment("no record", 60, test="unknown"),
    conversion("no record", 99, "custom", test_id="known"),
    record("no events", landing_page="/", exit_page="/bye", created_at=at(0)),
    step("only steps", 30, order=2),
    step("only steps", 10, order=1),
    step("only steps", 25, order=1),
    step("complete", 40, order=2, funnel="purchase", duration_seconds=4),
    conversion("nobody", 5, "custom"),
]
POSTHOG: list[Line] = [
    posthog("s", 0, **{"$session_entry_url": "https://shop.example/", "$browser_language": "en"}),
    touch("s", 4),
    touch("s", 9, "email"),
    posthog("s", 12, "$rageclick"),
    touch("s", 15, form="newsletter"),
    submit("s", 30, form="newsletter"),
    posthog("t", 0, page="/product/1"),
    posthog("t", 8, page="/cart"),
    touch("t", 9),
    posthog("s", 40, "order"),
    posthog("t", 50, "$set"),
]

# Two visitors; what the first one did within each 100 minutes is one session, in steps of less than half an hour.
SEGMENT: list[Line] = [
    message("ann", 0),
    message("ann", 1500, page="/product/1"),
    message("ann", 1600, "Form Started", form_id="lead-form"),
    message("ann", 2900, "Experiment Viewed", experiment_id="known", variation_name="B"),
    message("ann", 4400, "Form Started", form_id="lead-form"),
    message("ann", 4401, "Form Started", form_id="newsletter"),
    message("ann", 5000, page="/product/2"),
    message("ann", 5900, "Experiment Viewed", experiment_id="known", variation_name="A"),
    message("ann", 12000, "order"),
    message("ann", 13000, page="/cart"),
    *(message("ann", 14000 + click / 10, "Element Clicked", id="buy", tag="button") for click in range(4)),
    message("bob", 100),
    message("bob", 3000),
    message("bob", 1700, "Experiment Viewed", experiment_id="unknown", variation_name="A"),
    message("bob", 9000, "Signed Out"),
]
LINES = {"native": NATIVE, "posthog": POSTHOG, "segment": SEGMENT}


@pytest.fixture(params=LINES)
def lines(request: pytest.FixtureRequest) -> list[Line]:
    return LINES[request.param]


def state_after(landing: Landing, files: list[list[Line]]) -> list[str]:
    """What the tables hold after loading these files, one after the other, into nothing."""
    landing.clean()
    landing.add_test()
    for lines in files:
        landing.load(*lines)
    return landing.state()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("files", [1, 2, 5])
def test_shuffled_lines_dealt_to_any_number_of_files_give_the_same_rows(
    landing: Landing, lines: list[Line], files: int, seed: int
) -> None:
    shuffled = random.Random(f"{files} {seed}").sample(lines, len(lines))  # noqa: S311 - no secret
    dealt = [shuffled[number::files] for number in range(files)]
    assert state_after(landing, dealt) == state_after(landing, [lines])


def test_files_that_overlap_give_the_same_rows_as_one(landing: Landing, lines: list[Line]) -> None:
    overlapping = [lines[start : start + 8] for start in range(0, len(lines), 4)]
    assert state_after(landing, overlapping) == state_after(landing, [lines])
