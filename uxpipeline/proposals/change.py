"""What a proposed change may look like: a JSON Schema, an allow-list of types, a size."""

import json
from typing import Any, Literal

import jsonschema

ChangeType = Literal["copy", "attribute", "css_token", "order", "validation_rule", "flag_value"]
MOST_BYTES = 4096

# Plain words only: no markup, no URL, no script, nothing invisible.
_WORDS = {"type": "string", "pattern": r"^(?!.*//)[A-Za-z0-9 ,.;:'_/-]{1,200}\Z"}
_SURFACE = {"type": "string", "pattern": r"^(?!.*//)[A-Za-z0-9_#.:/>=\[\]\"' -]{1,160}\Z"}


def _change(*names: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict.fromkeys(names, _WORDS),
        "required": list(names),
        "additionalProperties": False,
    }


CHANGES: dict[ChangeType, dict[str, Any]] = {
    "copy": _change("slot", "intent"),
    "attribute": _change("attribute", "value", "while"),
    "css_token": _change("token", "from", "to"),
    "order": _change("item", "before"),
    "validation_rule": _change("rule", "scope", "to"),
    "flag_value": _change("flag", "from", "to"),
}
"""Schema of `change` by type."""
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "change_type": {"enum": list(CHANGES)},
        "target": {
            "type": "object",
            "properties": {"level": {"enum": ["element", "component", "page", "site"]}, "surface": _SURFACE},
            "required": ["level", "surface"],
            "additionalProperties": False,
        },
        "change": {"type": "object"},
        "rollback": _WORDS,
    },
    "required": ["change_type", "target", "change", "rollback"],
    "additionalProperties": False,
    "allOf": [
        {
            "if": {"properties": {"change_type": {"const": name}}},
            "then": {"properties": {"change": schema}},
        }
        for name, schema in CHANGES.items()
    ],
}
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def fault(proposed_changes: object) -> str | None:
    """Where a change breaks the schema, without repeating what it holds; None where it does not."""
    if len(json.dumps(proposed_changes)) > MOST_BYTES:
        return f"it is larger than {MOST_BYTES} bytes"
    error = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(proposed_changes))
    if error is None:
        return None
    known = {"change_type", "target", "change", "rollback", "level", "surface"}
    place = ".".join(str(part) for part in error.absolute_path if part in known)
    return f"`{place or 'the object'}` breaks `{error.validator}`"
