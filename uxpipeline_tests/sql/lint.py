"""Rules about our DDL, read from its syntax tree: they hold before any server sees the file."""

from collections.abc import Callable, Iterator

from pglast import ast, parse_sql
from pglast.enums import AlterTableType
from pglast.stream import RawStream
from pglast.visitors import Visitor

Rule = Callable[[ast.Node], bool]
"""Whether a node breaks the rule."""


def offences(text: str) -> list[str]:
    """The rules that a file breaks, in its order."""
    return [name for node in _nodes(text) for name, breaks in RULES.items() if breaks(node)]


def statements(text: str) -> list[ast.Node]:
    return [raw.stmt for raw in parse_sql(text) if raw.stmt is not None]


def _nodes(text: str) -> Iterator[ast.Node]:
    found: list[ast.Node] = []

    class Collector(Visitor):
        def visit(self, _ancestors: object, node: ast.Node) -> None:
            found.append(node)

    Collector()(parse_sql(text))
    yield from found


def _policy_for_everybody(node: ast.Node) -> bool:
    return isinstance(node, ast.CreatePolicyStmt) and any(
        role.roletype.name == "ROLESPEC_PUBLIC" for role in node.roles or ()
    )


def _restrictive_policy(node: ast.Node) -> bool:
    return isinstance(node, ast.CreatePolicyStmt) and not node.permissive


def _view_of_its_owner(node: ast.Node) -> bool:
    return isinstance(node, ast.ViewStmt) and "security_invoker" not in _names(node.options)


def _function_without_search_path(node: ast.Node) -> bool:
    if not isinstance(node, ast.CreateFunctionStmt):
        return False
    return "search_path" not in [option.arg.name for option in node.options or () if option.defname == "set"]


def _unqualified_object(node: ast.Node) -> bool:
    if isinstance(node, ast.CreateFunctionStmt):
        return len(node.funcname or ()) != 2
    relation = {
        ast.CreateStmt: "relation", ast.ViewStmt: "view", ast.IndexStmt: "relation", ast.AlterTableStmt: "relation",
        ast.CreatePolicyStmt: "table", ast.CreateTrigStmt: "relation", ast.CreateSeqStmt: "sequence",
    }.get(type(node))  # fmt: skip
    return relation is not None and getattr(node, relation).schemaname is None


def _of_the_platform(node: ast.Node) -> bool:
    if isinstance(node, ast.RangeVar):
        return node.schemaname == "auth"
    if isinstance(node, ast.FuncCall):
        return [part.sval for part in node.funcname or ()][:-1] == ["auth"]
    # Bodies are text to the parser.
    return isinstance(node, ast.CreateFunctionStmt) and "auth." in RawStream()(node)


def _owner_changed(node: ast.Node) -> bool:
    return isinstance(node, ast.AlterOwnerStmt) or (
        isinstance(node, ast.AlterTableCmd) and node.subtype == AlterTableType.AT_ChangeOwner
    )


def _extension(node: ast.Node) -> bool:
    return isinstance(node, ast.CreateExtensionStmt)


def _names(options: tuple[ast.DefElem, ...] | None) -> set[str]:
    return {str(option.defname) for option in options or ()}


RULES: dict[str, Rule] = {
    "policy without TO": _policy_for_everybody,
    "restrictive policy": _restrictive_policy,
    "view without security_invoker": _view_of_its_owner,
    "function without search_path": _function_without_search_path,
    "name without schema": _unqualified_object,
    "schema auth": _of_the_platform,
    "owner changed": _owner_changed,
    "extension": _extension,
}
