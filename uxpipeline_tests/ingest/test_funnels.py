from pathlib import Path

import pytest

import uxpipeline.demo
from uxpipeline.errors import ConfigurationError
from uxpipeline.ingest.funnels import FunnelRules, Step, load_funnels
from uxpipeline_tests.ingest.builders import RULES


def reached(steps: tuple[Step, ...]) -> list[tuple[str, str, int]]:
    return [(step.funnel, step.name, step.order) for step in steps]


@pytest.mark.parametrize("path", ["/product", "/products", "/product/12", "/products/a/b"])
def test_a_star_stands_for_anything(path: str) -> None:
    assert reached(RULES.page(path)) == [("purchase", "product", 1)]


@pytest.mark.parametrize("path", ["/", "/produc", "/my/product", "/Product", "/cart", ""])
def test_a_pattern_matches_the_whole_path(path: str) -> None:
    assert RULES.page(path) == ()


def test_each_trigger_has_its_own_names() -> None:
    assert reached(RULES.event("order_completed")) == [("purchase", "order", 2)]
    assert reached(RULES.form_start("lead-form")) == [("lead_capture", "start", 1)]
    assert reached(RULES.form_submit("lead-form")) == [("lead_capture", "lead", 2)]
    assert RULES.event("lead-form") == RULES.form_start("order_completed") == RULES.form_submit("") == ()


def test_one_observation_can_reach_steps_of_several_funnels() -> None:
    rules = FunnelRules([Step("a", "x", 1, "event", "e"), Step("b", "y", 3, "event", "e")])
    assert reached(rules.event("e")) == [("a", "x", 1), ("b", "y", 3)]


def test_no_rules_match_nothing() -> None:
    assert FunnelRules().page("/") == FunnelRules().event("") == ()


def test_the_order_of_a_list_is_the_order_of_steps() -> None:
    rules = load_funnels(Path(uxpipeline.demo.__path__[0]) / "funnels.yaml")
    assert [(step.funnel, step.order, step.name, step.trigger) for step in rules.steps] == [
        ("purchase", 1, "product", "page"),
        ("purchase", 2, "add_to_cart", "event"),
        ("purchase", 3, "cart", "page"),
        ("purchase", 4, "checkout", "page"),
        ("purchase", 5, "order", "event"),
        ("lead_capture", 1, "start", "form_start"),
        ("lead_capture", 2, "lead", "event"),
        ("newsletter", 1, "newsletter", "event"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("funnels: [", "is not YAML"),
        ("", "there is no `funnels` section"),
        ("funnels: []", "there is no `funnels` section"),
        ("funnel: {a: []}", "there is no `funnels` section"),
        ("funnels: {a: []}", "funnel `a`: it is not a list of steps"),
        ("funnels: {a: {step: x}}", "funnel `a`: it is not a list of steps"),
        ("funnels: {1: [{step: x, page: /}]}", "funnel `1`: its name is not text"),
        ("funnels: {a: [{page: /}]}", "funnel `a`, step 1: `step` must name it"),
        ("funnels: {a: [{step: x, event: e}, {step: y}]}", "funnel `a`, step 2 (`y`): it needs exactly one of"),
        ("funnels: {a: [{step: x, event: e, page: /}]}", "funnel `a`, step 1 (`x`): it needs exactly one of"),
        ("funnels: {a: [{step: x, evnt: e}]}", "funnel `a`, step 1 (`x`): it needs exactly one of"),
        ("funnels: {a: [{step: x, event: e, note: n}]}", "funnel `a`, step 1 (`x`): it needs exactly one of"),
        ("funnels: {a: [{step: x, event: 5}]}", "funnel `a`, step 1 (`x`): `event` must be text"),
        ("funnels: {a: [{step: x, page: cart}]}", "funnel `a`, step 1 (`x`): `page` is a pattern"),
        ("funnels: {a: [{step: x, event: e}, {step: x, page: /}]}", "funnel `a`: step `x` appears more than once"),
        ("{funnels: {}, events: [x]}", "`events` is not a list of `name: type`"),
        ("{funnels: {}, events: {Broken: boom}}", "event `Broken`: its type is none of click,"),
        ("{funnels: {}, events: {Viewed: page_view}}", "event `Viewed`: its type is none of"),
        ("{funnels: {}, events: {5: click}}", "event `5`"),
        ("{funnels: {}, events: {Broken: [click]}}", "event `Broken`"),
    ],
)
def test_mistakes_are_named_with_file_funnel_and_step(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "funnels.yaml"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as error:
        load_funnels(path)
    assert str(path) in error.value.problem
    assert problem in error.value.problem
    assert error.value.remedy


def test_events_of_a_site_are_given_types(tmp_path: Path) -> None:
    path = tmp_path / "funnels.yaml"
    path.write_text("{funnels: {}, events: {Video Stalled: error}}")
    assert load_funnels(path).event_types == {"Video Stalled": "error"}


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_funnels(tmp_path / "nothing.yaml")
