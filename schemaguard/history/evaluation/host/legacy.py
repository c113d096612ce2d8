"""SQLAlchemy as older migrations wrote it: `select([…])`, `MetaData(bind=…)`, `autoload=True`, `t.delete(where)`."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from schemaguard.history.evaluation.machine.interpreter import Interpreter
from schemaguard.history.evaluation.values.objects import Arguments, Unknown, Value

METHODS = {"as_scalar": "scalar_subquery"}
"""Methods that have another name by now."""
_TAKE_LISTS = (sa.select, sa.case)
_STATEMENTS = (sa.insert, sa.update, sa.delete)
_TAKEN_LATER = {"insert": ("values",), "update": ("where", "values"), "delete": ("where",), "select": ("where",)}
"""Statement → the methods that take what it was itself once given, in order, behind its table."""
_KEYWORDS = {"whereclause": "where", "values": "values"}


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


def apart(function: Callable[..., Any], arguments: Arguments) -> tuple[Arguments, list[tuple[str, Value]]]:
    """The arguments that a statement takes today, and (method, argument) of those that methods of it take instead."""
    name = getattr(function, "__name__", "")
    is_method = isinstance(getattr(function, "__self__", None), sa.sql.expression.TableClause)
    if name not in _TAKEN_LATER or not (is_method or any(function is one for one in _STATEMENTS)):
        return arguments, []
    kept = 0 if is_method else 1
    methods = _TAKEN_LATER[name]
    taken = list(zip(methods, arguments.positional[kept:], strict=False))
    taken += [(method, arguments.keywords[key]) for key, method in _KEYWORDS.items() if key in arguments.keywords]
    keywords = {key: value for key, value in arguments.keywords.items() if key not in _KEYWORDS}
    wanted = [(method, value) for method, value in taken if value is not None]
    return Arguments(arguments.positional[:kept], keywords, arguments.is_open), wanted


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
