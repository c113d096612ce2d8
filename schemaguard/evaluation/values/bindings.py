"""Which statements of a module bind or change which of its names, so that only those that are asked for are run."""

import ast
from collections.abc import Iterable, Iterator

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
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name for alias in names)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _target(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            yield from _target(target)
        case ast.Delete(targets=targets):
            for target in targets:
                yield from _target(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr=attr))) if attr in _CHANGING:
            yield from _base(value)
        case ast.Expr(value=ast.Constant()):
            return
        case _:
            yield from _inside(node)


def _inside(node: ast.AST) -> Iterator[str]:
    """The names that are bound anywhere in a statement of several parts, those of its expressions among them."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
            case ast.stmt():
                yield from _bound(child)
                continue
            case _:
                pass
        yield from _inside(child)


def _target(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for target in targets:
                yield from _target(target)
        case ast.Starred(value=value):
            yield from _target(value)
        case _:
            yield from _base(node)


def _base(node: ast.AST) -> Iterator[str]:
    """The name that an attribute or item is of."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
