"""SQLAlchemy as older migrations wrote it: `select([…])`, `MetaData(bind=…)`, `autoload=True`, `t.delete(where)`."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import Arguments, Unknown

METHODS = {"as_scalar": "scalar_subquery"}
"""Methods that have another name by now."""
_TAKE_LISTS = (sa.select, sa.case)
_STATEMENTS = (sa.insert, sa.update, sa.delete, sa.select)
_CLAUSES: dict[str, tuple[str, ...]] = {
    "insert": ("values",),
    "update": ("whereclause", "values"),
    "delete": ("whereclause",),
    "select": ("whereclause", "from_obj"),
}
"""Statement → what it was itself once given behind its table or columns, in order."""
_TAKEN_BY = {
    "whereclause": "where", "values": "values", "from_obj": "select_from", "order_by": "order_by",
    "group_by": "group_by", "having": "having", "limit": "limit", "offset": "offset",
}  # fmt: skip
"""What a statement was itself once given → the method that takes it."""


def modernised(interpreter: Interpreter, function: Callable[..., Any], arguments: Arguments) -> Arguments:
    """The arguments as SQLAlchemy takes them today."""
    if function is sa.MetaData:
        return _without(arguments, "bind")
    if function is sa.Table:
        return _reflected(interpreter, arguments)
    # By identity: some of SQLAlchemy's own functions have a way of their own to be equal.
    if (
        any(function is one for one in _TAKE_LISTS)
        and arguments.positional
        and isinstance(arguments.positional[0], list)
    ):
        first, *rest = arguments.positional
        return Arguments([*first, *rest], arguments.keywords, arguments.is_open)
    return arguments


def apart(function: Callable[..., Any], arguments: Arguments) -> tuple[Arguments, list[tuple[str, Arguments]]]:
    """The arguments that a statement takes today, and (method, arguments) of those that methods of it take instead."""
    name = getattr(function, "__name__", "")
    is_method = isinstance(getattr(function, "__self__", None), sa.FromClause)
    if name not in _CLAUSES or not (is_method or any(function is one for one in _STATEMENTS)):
        return arguments, []
    columns = arguments.get(0, "columns")
    if function is sa.select and not isinstance(columns, list):
        return arguments, []
    kept = 0 if is_method else 1
    taken = dict(zip(_CLAUSES[name], arguments.positional[kept:], strict=False))
    taken |= {key: value for key, value in arguments.keywords.items() if key in _TAKEN_BY}
    keywords = {key: value for key, value in arguments.keywords.items() if key not in (*_TAKEN_BY, "columns")}
    positional = [columns] if function is sa.select else arguments.positional[:kept]
    wanted = [
        (_TAKEN_BY[key], Arguments(value if isinstance(value, list) and key != "values" else [value]))
        for key, value in taken.items()
        if value is not None
    ]
    return Arguments(positional, keywords, arguments.is_open), wanted


def _reflected(interpreter: Interpreter, arguments: Arguments) -> Arguments:
    """Whatever a table is to be read with, there is one database."""
    keywords = dict(arguments.keywords)
    wanted = keywords.pop("autoload", None) is True
    reader = keywords.pop("autoload_with", None)
    if wanted or isinstance(reader, Connection | Engine | Unknown):
        keywords["autoload_with"] = interpreter.recorder.connection
    elif reader is not None:
        keywords["autoload_with"] = reader
    return Arguments(arguments.positional, keywords, arguments.is_open)


def _without(arguments: Arguments, name: str) -> Arguments:
    keywords = {key: value for key, value in arguments.keywords.items() if key != name}
    return Arguments(arguments.positional, keywords, arguments.is_open)
