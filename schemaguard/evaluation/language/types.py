"""Types that the project defines: what they are in the database is told by their `impl`, or their methods."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from schemaguard.evaluation.host import allowed, conversion
from schemaguard.evaluation.language.functions import call_function
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    EvaluatedFunction,
    Instance,
    Modelled,
    Unknown,
    Value,
)


def make(interpreter: Interpreter, cls: Class, arguments: Arguments) -> TypeEngine[Any]:
    """The real type that an object of the class stands for; one with an unknown spelling where that isn't known."""
    host = cls.host
    assert host is not None
    assert issubclass(host, TypeEngine)
    instance = Instance(cls)
    initialiser = cls.find("__init__")
    kept = arguments
    if isinstance(initialiser, EvaluatedFunction):
        call_function(interpreter, initialiser, arguments.behind(instance))
        kept = instance.attributes.get("__arguments__", Arguments())
    made: Value
    if issubclass(host, TypeDecorator):
        made = _decorated(interpreter, host, instance, kept)
    elif issubclass(host, UserDefinedType):
        made = _spelled(interpreter, instance)
    else:
        made = conversion.make_type(interpreter, _compiled_as(cls, host), kept)
    if isinstance(made, TypeEngine):
        return made
    return conversion.unknown_type(interpreter, Unknown(f"what {cls.name} is in the database isn't known"))


def _compiled_as(cls: Class, host: type[TypeEngine[Any]]) -> type[TypeEngine[Any]]:
    """The type that a class with a `__visit_name__` of its own is compiled as."""
    name = cls.find("__visit_name__")
    found: Any = getattr(postgresql, name, None) if isinstance(name, str) else None
    chosen: type[TypeEngine[Any]] = found if allowed.is_type(found) else host
    return chosen


def _decorated(
    interpreter: Interpreter, host: type[TypeEngine[Any]], instance: Instance, arguments: Arguments
) -> Value:
    chooser = instance.cls.find("load_dialect_impl")
    if isinstance(chooser, EvaluatedFunction):
        chosen = call_function(interpreter, chooser, Arguments([instance, interpreter.recorder.dialect]))
        if isinstance(chosen, type | Class):
            chosen = conversion.as_type(interpreter, chosen)
        if isinstance(chosen, TypeEngine):
            return chosen
    impl = instance.attributes.get("impl", instance.cls.find("impl"))
    if impl is NOTHING and host is not TypeDecorator:
        return conversion.make_type(interpreter, host, arguments)
    if isinstance(impl, TypeEngine):
        return impl
    if isinstance(impl, type) and issubclass(impl, TypeEngine):
        return conversion.make_type(interpreter, impl, _taken(impl, arguments))
    if isinstance(impl, Class) or (isinstance(impl, Modelled) and impl.kind is TypeEngine):
        return conversion.as_type(interpreter, impl)
    above = (base for cls in instance.cls.order for base in cls.bases)
    modelled = next((one for one in above if isinstance(one, Modelled) and one.kind is TypeEngine), None)
    return interpreter.call(modelled, arguments) if modelled is not None and impl is NOTHING else NOTHING


def _taken(impl: type[TypeEngine[Any]], arguments: Arguments) -> Arguments:
    """The arguments that a type takes which is made without the project's own."""
    if issubclass(impl, sa.String | sa.Numeric | sa.Enum | sa.DateTime | sa.LargeBinary | sa.Time | sa.ARRAY):
        return arguments
    return Arguments()


def _spelled(interpreter: Interpreter, instance: Instance) -> Value:
    speller = instance.cls.find("get_col_spec")
    if not isinstance(speller, EvaluatedFunction):
        return NOTHING
    spelling = call_function(interpreter, speller, Arguments([instance]))
    if isinstance(spelling, Unknown):
        return conversion.unknown_type(interpreter, spelling)
    return conversion.SpelledType(spelling) if isinstance(spelling, str) else NOTHING
