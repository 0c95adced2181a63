"""Funnel rules: which pages, events and forms are steps of which conversion path.

The file names them in order; `step_order` counts from 1::

    funnels:
      purchase:
        - {step: product, page: "/product*"}
        - {step: order, event: order_completed}
      lead_capture:
        - {step: start, form_start: lead-form}
        - {step: lead, form_submit: lead-form}

A page rule is a shell pattern for the path of a URL, where `*` stands for any characters, slashes too.

Beside them `events` may say what a site's own events are in our words: `{Broken Link Clicked: error}`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from uxpipeline.errors import ConfigurationError
from uxpipeline.ingest.records import JsonObject

Trigger = Literal["page", "event", "form_start", "form_submit"]
_TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
_MAX_NAME_BYTES = 200
_NAMEABLE = sorted(
    {"click", "rage_click", "hover", "hesitation", "form_start", "form_submit", "form_abandon", "error"}
    | {"scroll", "scroll_depth", "time_on_element"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One configured step of a funnel and what reaches it."""

    funnel: str
    name: str
    order: int
    trigger: Trigger
    value: str


class FunnelRules:
    """All configured steps, answering which of them an observation reaches."""

    def __init__(self, steps: Iterable[Step] = (), event_types: Mapping[str, str] | None = None) -> None:
        """Take `event_types`, what a site's own events are in our words, beside the steps."""
        self.steps = tuple(steps)
        self.event_types = dict(event_types or {})
        self._pages = tuple(
            (re.compile(translate(step.value)).match, step) for step in self.steps if step.trigger == "page"
        )
        self._named: dict[tuple[Trigger, str], tuple[Step, ...]] = {}
        for step in self.steps:
            key = (step.trigger, step.value)
            self._named[key] = (*self._named.get(key, ()), step)

    def page(self, path: str) -> tuple[Step, ...]:
        """Return the steps that viewing a page reaches; `path` is the path of its URL."""
        return tuple(step for matches, step in self._pages if matches(path))

    def event(self, name: str) -> tuple[Step, ...]:
        """Return the steps that an event of this name reaches."""
        return self._named.get(("event", name), ())

    def named_event(self, name: str) -> tuple[Step, ...]:
        """Return the steps of an event that people named: a rule for `order_completed` sees `Order Completed` too."""
        return self.event(name) or self.event(_snake_case(name))

    def form_start(self, form_id: str) -> tuple[Step, ...]:
        """Return the steps that touching this form reaches."""
        return self._named.get(("form_start", form_id), ())

    def form_submit(self, form_id: str) -> tuple[Step, ...]:
        """Return the steps that submitting this form reaches."""
        return self._named.get(("form_submit", form_id), ())


def load_funnels(path: Path) -> FunnelRules:
    """Return the rules of a YAML file.

    Raises:
        ConfigurationError: the file cannot be read, or a funnel or step in it is not as described above.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The funnel file `{path}` cannot be read: {error.strerror}", "Check UXPIPELINE_FUNNELS"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigurationError(f"The funnel file `{path}` is not YAML", "Check its indentation and quotes") from None
    try:
        return FunnelRules(_steps(content), _event_types(content))
    except _MistakeError as mistake:
        raise ConfigurationError(
            f"In the funnel file `{path}`, {mistake}", "docs/configuration.md shows how funnels are written"
        ) from None


class _MistakeError(Exception):
    """What is wrong with the content of a file, and where in it."""


def _steps(content: Any) -> list[Step]:  # noqa: ANN401 - whatever YAML holds
    if not isinstance(content, dict) or not isinstance(content.get("funnels"), dict):
        raise _MistakeError("there is no `funnels` section")
    return [step for funnel, entries in content["funnels"].items() for step in _funnel(funnel, entries)]


def _event_types(content: JsonObject) -> dict[str, str]:
    named = content.get("events", {})
    if not isinstance(named, dict):
        raise _MistakeError("`events` is not a list of `name: type`")
    for name, event_type in named.items():
        if not _is_name(name) or event_type not in _NAMEABLE:
            raise _MistakeError(f"event `{name}`: its type is none of {', '.join(_NAMEABLE)}")
    return named


def _funnel(funnel: Any, entries: Any) -> list[Step]:  # noqa: ANN401 - whatever YAML holds
    where = f"funnel `{funnel}`"
    if not _is_name(funnel):
        raise _MistakeError(f"{where}: its name is not text of 1 to {_MAX_NAME_BYTES} bytes")
    if not isinstance(entries, list) or not entries:
        raise _MistakeError(f"{where}: it is not a list of steps")
    steps = [_step(f"{where}, step {order}", funnel, order, entry) for order, entry in enumerate(entries, start=1)]
    names = [step.name for step in steps]
    for name in names:
        if names.count(name) > 1:
            raise _MistakeError(f"{where}: step `{name}` appears more than once")
    return steps


def _step(where: str, funnel: str, order: int, entry: Any) -> Step:  # noqa: ANN401 - whatever YAML holds
    if not isinstance(entry, dict) or not _is_name(entry.get("step")):
        raise _MistakeError(f"{where}: `step` must name it in 1 to {_MAX_NAME_BYTES} bytes")
    where = f"{where} (`{entry['step']}`)"
    triggers = [trigger for trigger in _TRIGGERS if trigger in entry]
    if len(triggers) != 1 or len(entry) != 2:
        raise _MistakeError(f"{where}: it needs exactly one of " + ", ".join(f"`{name}`" for name in _TRIGGERS))
    trigger, value = triggers[0], entry[triggers[0]]
    if not isinstance(value, str) or not value:
        raise _MistakeError(f"{where}: `{trigger}` must be text")
    if trigger == "page" and value[0] not in "/*":
        raise _MistakeError(f"{where}: `page` is a pattern for the path, so it starts with `/`")
    return Step(funnel, entry["step"], order, trigger, value)


def _snake_case(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.encode()) <= _MAX_NAME_BYTES
