"""Which change answers which friction: a small table, applied to numbers and keys only, never to visitors' text."""

from dataclasses import dataclass
from typing import Any

from uxpipeline.proposals.change import ChangeType

CLICKABLE = frozenset({"a", "button", "input", "label", "select", "summary"})


@dataclass(frozen=True)
class Rule:
    """One answer to one kind of friction.

    Attributes:
        name: stable name, part of a proposal's identity.
        signal: friction signal it answers.
        level: surface level it applies to.
        clickable: only elements of the kinds that are made to be clicked (True), only others (False), or any (None).
        change_type: kind of change, from the allow-list.
        change: the typed change itself.
        rollback: how to take it back.
        friction: what is wrong, with `{surface}`.
        description: what to do, with `{surface}`.
    """

    name: str
    signal: str
    level: str
    clickable: bool | None
    change_type: ChangeType
    change: dict[str, Any]
    rollback: str
    friction: str
    description: str

    def fits(self, level: str, signal: str, element_type: str | None) -> bool:
        """Whether the rule answers this friction on a surface of this kind."""
        if (level, signal) != (self.level, self.signal):
            return False
        return self.clickable is None or self.clickable == (element_type in CLICKABLE)


RULES = (
    Rule(
        name="acknowledge_click",
        signal="rage_click",
        level="element",
        clickable=True,
        change_type="attribute",
        change={"attribute": "aria-busy", "value": "true", "while": "the action it starts is pending"},
        rollback="Remove the attribute.",
        friction="Repeated fast clicks on {surface}",
        description="Show at once that a click on {surface} was received, and what came of it: a busy state while its"
        " action is pending, a visible message when it fails.",
    ),
    Rule(
        name="looks_clickable",
        signal="rage_click",
        level="element",
        clickable=False,
        change_type="css_token",
        change={"token": "affordance", "from": "interactive", "to": "static"},
        rollback="Restore the token.",
        friction="Repeated fast clicks on {surface}, which is not made to be clicked",
        description="Visitors click {surface} again and again though it is no control: make it do what it looks like it"
        " does, or make it look inert.",
    ),
    Rule(
        name="say_what_happens",
        signal="hesitation",
        level="element",
        clickable=None,
        change_type="copy",
        change={"slot": "label", "intent": "say what happens next"},
        rollback="Restore the previous wording.",
        friction="Hesitation before {surface}",
        description="Visitors wait before they use {surface}: let its label say what happens next.",
    ),
    Rule(
        name="error_fallback",
        signal="error",
        level="page",
        clickable=None,
        change_type="flag_value",
        change={"flag": "failing_feature", "from": "on", "to": "off"},
        rollback="Turn the flag on again.",
        friction="Script errors on page {surface}",
        description="Scripts fail on {surface}: find the failing feature, put it behind a flag and serve the page"
        " without it.",
    ),
    Rule(
        name="ease_form",
        signal="form_leak",
        level="element",
        clickable=None,
        change_type="validation_rule",
        change={"rule": "required", "scope": "fields not needed to fulfil the request", "to": "optional"},
        rollback="Make the fields required again.",
        friction="Started and abandoned form {surface}",
        description="Visitors start form {surface} and leave it unfinished: ask only for what is needed, and validate"
        " each field as it is filled in.",
    ),
)
