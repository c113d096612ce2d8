"""SQLAlchemy as older migrations wrote it: `select([…])`, `MetaData(bind=…)`, `Table(…, autoload=True)`."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from schemaguard.history.evaluation.machine.interpreter import Interpreter
from schemaguard.history.evaluation.values.objects import Arguments, Unknown

METHODS = {"as_scalar": "scalar_subquery"}
"""Methods that have another name by now."""
_TAKE_LISTS = (sa.select, sa.case)


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
