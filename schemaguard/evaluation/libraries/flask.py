"""Flask-SQLAlchemy: `db` has SQLAlchemy's names and a session, and `db.Model` names tables after their classes.

Source: https://flask-sqlalchemy.readthedocs.io/en/stable/models/
"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from schemaguard.evaluation.effects.orm import ORM
from schemaguard.evaluation.host import conversion, tables
from schemaguard.evaluation.host.modelled import native
from schemaguard.evaluation.libraries import sqlalchemy_names
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Class, Modelled, Unknown, Value


def _extension(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`SQLAlchemy(…)`: what projects call `db`."""
    metadata = arguments.keywords.get("metadata")
    home = interpreter.sites[-1].module if interpreter.sites else None
    model = arguments.keywords.get("model_class")
    if not isinstance(model, Class):
        model = tables.base(home, metadata)
    shared = model.find("metadata")
    if isinstance(shared, sa.MetaData):
        shared.info[tables.NAMED_AFTER_CLASSES] = True

    def find(inner: Interpreter, name: str) -> Value:
        match name:
            case "Model":
                return model
            case "metadata":
                return shared if shared is not NOTHING else Unknown("the metadata isn't known")
            case "session":
                return inner.call_with(ORM["Session"])
            case "Table":
                return native(name, lambda _, given: _table(inner, shared, given))
            case "init_app":
                return native(name, lambda _, __: None)
            case _ if name.startswith("__"):
                return NOTHING
        found = ORM.get(name, NOTHING)
        if found is NOTHING:
            found = sqlalchemy_names.name_in("sqlalchemy", name)
        return found if found is not NOTHING else Unknown(f"db.{name} isn't modelled", is_code=True)

    return Modelled("SQLAlchemy", find)


def _table(interpreter: Interpreter, metadata: Value, arguments: Arguments) -> Value:
    """`db.Table("t", …)`, which needs no metadata."""
    given = arguments.positional
    if isinstance(metadata, sa.MetaData) and not any(isinstance(one, sa.MetaData) for one in given):
        arguments = Arguments([*given[:1], metadata, *given[1:]], arguments.keywords, arguments.is_open)
    return conversion.construct(interpreter, sa.Table, arguments)


_NAMES: Mapping[str, Value] = {"SQLAlchemy": native("SQLAlchemy", _extension)}


def _find(_: Interpreter, name: str) -> Value:
    def find(_: Interpreter, attribute: str) -> Value:
        if attribute.startswith("__"):
            return NOTHING
        return _NAMES.get(attribute, Unknown(f"{name}.{attribute} isn't modelled", is_code=True))

    return Modelled(name, find)


MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {"flask_sqlalchemy": _find}
