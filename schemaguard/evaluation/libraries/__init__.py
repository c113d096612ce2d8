"""Modules of Python's library, of Alembic and of SQLAlchemy, as evaluated code sees them."""

from collections.abc import Callable, Mapping

from schemaguard.evaluation.libraries import alembic_names, flask, settings, sqlalchemy_names, standard, third_party
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Value

_MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {
    **standard.MODULES,
    **alembic_names.MODULES,
    **sqlalchemy_names.MODULES,
    **third_party.MODULES,
    **flask.MODULES,
    **settings.MODULES,
}


def host_module(interpreter: Interpreter, name: str) -> Value:
    """The module of that dotted name; NOTHING where it is none of these libraries'."""
    first = name.partition(".")[0]
    make = _MODULES.get(first)
    return NOTHING if make is None else make(interpreter, name)
