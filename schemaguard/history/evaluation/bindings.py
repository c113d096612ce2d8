"""Which statements of a module bind or change which of its names, so that only those that are asked for are run."""

import ast
from collections.abc import Iterable, Iterator

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_CHANGING = frozenset(
    {
        "append", "extend", "insert", "add", "update", "remove", "discard", "pop", "clear", "setdefault", "sort",
        "reverse", "append_column", "append_constraint",
    }
)  # fmt: skip


def bindings(body: Iterable[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Name → the top-level statements that bind it, or change what it is bound to, in order."""
    found: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for name in bound(statement):
            found.setdefault(name, []).append(statement)
    return found


def bound(statement: ast.stmt) -> tuple[str, ...]:
    """The names that a statement binds, or changes the values of."""
    return tuple(dict.fromkeys(_bound(statement)))


def star_imports(body: Iterable[ast.stmt]) -> tuple[ast.ImportFrom, ...]:
    """The `from … import *` of a module."""
    return tuple(
        statement
        for statement in body
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names)
    )


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Import(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield from _base(node)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _CHANGING:
            yield from _base(value)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _NESTED) or isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _bound(child)


def _base(node: ast.AST) -> Iterator[str]:
    """The name that an attribute or item is of."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
