"""Quality suites as data: one YAML file per relation in `suites/`, read without importing Great Expectations.

Asset checks are declared from these at definition time, so loading them must stay cheap.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from uxpipeline.errors import ConfigurationError

FOLDER = Path(__file__).parent / "suites"
Severity = Literal["critical", "warning"]

_NAME = re.compile("[a-z][a-z0-9_]*")
_SUITE_KEYS = {"relation", "schema", "expectations"}
_RULE_KEYS = {"name", "expectation", "kwargs", "severity", "description"}
_QUERY = "unexpected_rows_query"


@dataclass(frozen=True)
class Rule:
    """One thing that must be true of a relation.

    Attributes:
        name: what must be true, unique within the relation.
        expectation: type of the Great Expectations expectation, in snake case.
        kwargs: arguments of the expectation.
        severity: `critical` rules block a run, `warning` rules are reported.
        description: one sentence for people.
    """

    name: str
    expectation: str
    kwargs: Mapping[str, Any]
    severity: Severity
    description: str


@dataclass(frozen=True)
class Suite:
    """All rules of one relation.

    Attributes:
        schema: the relation's schema.
        relation: its name.
        reads: qualified name of what is queried: the relation, or a view of the rows worth judging on each run.
        rules: in the order of the file.
    """

    schema: str
    relation: str
    reads: str
    rules: tuple[Rule, ...]

    def select(self, names: Collection[str] | None) -> tuple[Rule, ...]:
        """The rules of these names, in suite order; all for None.

        Raises:
            ConfigurationError: the suite has no rule of a given name.
        """
        if names is None:
            return self.rules
        if unknown := set(names) - {rule.name for rule in self.rules}:
            raise ConfigurationError(f"The suite of `{self.relation}` has no rule `{min(unknown)}`")
        return tuple(rule for rule in self.rules if rule.name in names)


def load_suites(folder: Path = FOLDER) -> tuple[Suite, ...]:
    """Every suite of a folder, by file name.

    Raises:
        ConfigurationError: a file is not a suite.
    """
    return tuple(load_suite(path) for path in sorted(folder.glob("*.yaml")))


def load_suite(path: Path) -> Suite:
    """Read one suite; its file is named after the relation.

    Raises:
        ConfigurationError: the file is not a suite.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _suite(content, path.stem)
    except yaml.YAMLError:
        raise ConfigurationError(f"`{path.name}` is not YAML") from None
    except ValueError as error:
        raise ConfigurationError(f"`{path.name}` is not a suite: {error}") from None


def _suite(content: object, stem: str) -> Suite:
    fields = _mapping(content, "the file", _SUITE_KEYS, optional={"reads"})
    if fields["relation"] != stem:
        raise ValueError(f"`relation` must be `{stem}`, as the file is named")
    if not isinstance(fields["expectations"], list) or not fields["expectations"]:
        raise ValueError("`expectations` must be a list with at least one rule")
    rules = tuple(_rule(entry, number) for number, entry in enumerate(fields["expectations"], start=1))
    names = [rule.name for rule in rules]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two rules are named `{min(repeated)}`")
    reads = fields.get("reads", f"{fields['schema']}.{stem}")
    if not isinstance(reads, str) or reads.count(".") != 1:
        raise ValueError("`reads` must be written as schema.relation")
    return Suite(fields["schema"], stem, reads, rules)


def _rule(entry: object, number: int) -> Rule:
    fields = _mapping(entry, f"rule {number}", _RULE_KEYS)
    name = fields["name"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"rule {number}: `name` must be snake_case")
    if fields["severity"] not in get_args(Severity):
        raise ValueError(f"`{name}`: `severity` must be one of {', '.join(get_args(Severity))}")
    if not isinstance(fields["kwargs"], dict):
        raise ValueError(f"`{name}`: `kwargs` must be a mapping")  # noqa: TRY004  # malformed data, not a wrong call
    _check_query(name, fields["kwargs"].get(_QUERY))
    return Rule(**fields)


def _check_query(name: str, query: str | None) -> None:
    # Great Expectations fetches every row such a query returns, and asks the whole server if it names no batch.
    if query is not None and ("{batch}" not in query or not re.search(r"\blimit \d+\s*$", query)):
        raise ValueError(f"`{name}`: the query must read {{batch}} and end in a limit")


def _mapping(
    value: object, what: str, required: Collection[str], optional: Collection[str] = frozenset()
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a mapping")  # noqa: TRY004  # malformed data, not a wrong call
    if missing := set(required) - set(value):
        raise ValueError(f"{what} lacks `{min(missing)}`")
    if unknown := {str(key) for key in value} - set(required) - set(optional):
        raise ValueError(f"{what} has an unknown key `{min(unknown)}`")
    return value
