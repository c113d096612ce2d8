"""What values have: their attributes, their items when they are gone over, and whether they count as true."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, column
from sqlalchemy.engine import Connection

from schemaguard.evaluation.data_model import methods
from schemaguard.evaluation.effects import rows
from schemaguard.evaluation.effects.driver import driver, set_on_driver
from schemaguard.evaluation.effects.orm import ORM
from schemaguard.evaluation.effects.queries import query_of
from schemaguard.evaluation.host import objects, tables
from schemaguard.evaluation.host.deployed import CONFIG
from schemaguard.evaluation.host.mapped import table_of
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.evaluation.values.objects import (
    NOTHING,
    BoundMethod,
    Class,
    Decorated,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Loaded,
    Modelled,
    Native,
    Raised,
    Super,
    Unknown,
    Value,
)
from schemaguard.evaluation.values.scope import Scope

_ITERABLE = (str, bytes, list, tuple, dict, set, frozenset, range, Iterator, MappingProxyType)
_PLAIN = (str, bytes, int, float, list, tuple, dict, set, frozenset, range)


def attribute(interpreter: Interpreter, value: Value, name: str) -> Value:
    """The attribute of a value; raises Raised with an AttributeError where it certainly has none."""
    match value:
        case Unknown():
            return _of_unknown(interpreter, value, name)
        case Modelled():
            found = value.find(interpreter, name)
        case ProjectModule():
            found = _of_module(interpreter, value, name)
        case Instance():
            found = _of_instance(interpreter, value, name)
        case Class():
            found = of_class(interpreter, value, name)
        case Super():
            found = _of_super(interpreter, value, name)
        case EvaluatedFunction() | BoundMethod() | Native() | HostMethod():
            found = _of_function(value, name) if isinstance(value, EvaluatedFunction) else NOTHING
        case Connection() if name in ("connection", "_dbapi_connection"):
            return driver(interpreter)
        case MigrationContext() if name == "config":
            return CONFIG
        case MetaData() if tables.is_partial(value):
            return tables.of_metadata(interpreter, value, name)
        case _ if isinstance(value, _PLAIN) and methods.has_method(value, name):
            return HostMethod(value, name)
        case _:
            return objects.attribute(value, name)
    if found is NOTHING:
        raise Raised(AttributeError(f"{_said(value)} has no attribute {name!r}"))
    return found


def _of_unknown(interpreter: Interpreter, value: Unknown, name: str) -> Value:
    if value.is_code and name == "session":
        # `db.session`: whoever made `db`, it is SQLAlchemy's session.
        return interpreter.call_with(ORM["Session"])
    if isinstance(value, Loaded):
        return rows.attribute(value, name)
    return Unknown(value.reason, is_code=value.is_code, sends=value.sends)


def _said(value: Value) -> str:
    return str(getattr(value, "name", type(value).__name__))


def _of_module(interpreter: Interpreter, module: ProjectModule, name: str) -> Value:
    found = interpreter.module_name(module, name)
    if found is not NOTHING:
        return found
    match name:
        case "__name__":
            return module.name
        case "__file__":
            return module.file
        case "__dict__":
            return module.names
    below = interpreter.modules.find(f"{module.name}.{name}")
    if below is not None:
        return below
    getter = interpreter.module_name(module, "__getattr__") if "__getattr__" in module.index else NOTHING
    if getter is not NOTHING:
        return interpreter.call_with(getter, name)
    return NOTHING if module.file else Unknown(f"{module.name}.{name} isn't part of the project", is_code=True)


def _of_instance(interpreter: Interpreter, instance: Instance, name: str) -> Value:
    if name in instance.attributes:
        return instance.attributes[name]
    if name == "__class__":
        return instance.cls
    if name == "__dict__":
        return instance.attributes
    found = instance.cls.find(name)
    if found is NOTHING:
        getter = instance.cls.find("__getattr__")
        if getter is not NOTHING:
            return interpreter.call_with(getter, instance, name)
        if any(isinstance(base, Unknown) or _hides_methods(base) for cls in instance.cls.order for base in cls.bases):
            return Unknown(f"what a {instance.cls.name} inherits isn't known", is_code=True)
        return NOTHING
    if isinstance(found, Column):
        return Unknown(f"what a row has in {name} isn't known")
    return _seen(interpreter, found, instance, instance.cls)


def _hides_methods(base: Value) -> bool:
    """Whether a class of a library has methods that aren't modelled, so that an object has more than is seen."""
    return isinstance(base, Modelled) and base.name in ("BaseSettings", "BaseModel")


def of_class(interpreter: Interpreter, cls: Class, name: str) -> Value:
    """The attribute of a class of the project."""
    if cls.made is not None:
        found = tables.attribute(cls, name)
        if found is not NOTHING:
            return found
    found = cls.find(name)
    if found is not NOTHING:
        return _seen(interpreter, found, None, cls)
    match name:
        case "__name__" | "__qualname__":
            return cls.name
        case "__module__":
            return cls.module.name
        case "__dict__":
            return cls.attributes
        case "query" if table_of(cls) is not None or _inherits_unknown(cls):
            # Flask-SQLAlchemy: `Item.query` is `db.session.query(Item)`.
            return query_of(interpreter, cls)
        case _ if _is_annotated(cls, name) and table_of(cls) is not None:
            return column(name)
    return Unknown(f"what {cls.name} inherits isn't known", is_code=True) if _inherits_unknown(cls) else NOTHING


def _inherits_unknown(cls: Class) -> bool:
    return any(isinstance(base, Unknown) for one in cls.order for base in one.bases)


def _is_annotated(cls: Class, name: str) -> bool:
    held = (one.attributes.get("__annotations__") for one in cls.order)
    return any(isinstance(annotations, dict) and name in annotations for annotations in held)


def _of_super(interpreter: Interpreter, value: Super, name: str) -> Value:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    if not isinstance(cls, Class):
        return Unknown("super() of something unknown")
    found = cls.find(name, after=value.after)
    if found is not NOTHING:
        return _seen(interpreter, found, receiver if isinstance(receiver, Instance) else None, cls)
    if name == "__init__" and isinstance(receiver, Instance):
        return Native("__init__", lambda _, arguments: objects.initialise(receiver, arguments))
    if name in ("__init_subclass__", "__setattr__", "__new__"):
        return Native(name, lambda _, __: None)
    return Unknown(f"what {cls.name} inherits isn't known", is_code=True)


def _seen(interpreter: Interpreter, found: Value, instance: Instance | None, cls: Class) -> Value:
    """An attribute that was found in a class, as it is seen through an instance or the class."""
    match found:
        case EvaluatedFunction() | Native() if instance is not None:
            return BoundMethod(found, instance)
        case Decorated(kind="staticmethod", function=function):
            return function
        case Decorated(kind="classmethod", function=function):
            return BoundMethod(function, cls)
        case Decorated(kind="declared_attr", function=function):
            return interpreter.call_with(function, cls)
        case Decorated(kind="property", function=function) if instance is not None:
            return interpreter.call_with(function, instance)
        case _:
            return found


def _of_function(function: EvaluatedFunction, name: str) -> Value:
    if name in function.attributes:
        return function.attributes[name]
    match name:
        case "__name__" | "__qualname__":
            return function.name
        case "__module__":
            return function.module.name
        case "__doc__":
            return None
    return NOTHING


def set_attribute(interpreter: Interpreter, value: Value, name: str, held: Value) -> None:
    """`value.name = held`; of what isn't the project's own nothing is changed."""
    match value:
        case Instance() | Class():
            interpreter.heap.touch(value.attributes)
            value.attributes[name] = held
        case EvaluatedFunction():
            value.attributes[name] = held
        case ProjectModule():
            interpreter.heap.touch(value.names)
            value.names[name] = held
        case Loaded():
            rows.set_attribute(interpreter, value, name)
        case Unknown():
            rows.set_of_unknown(interpreter, name)
            if name != "bind" and interpreter.may_send(held):
                interpreter.recorder.opaque(f"{value.reason}, and it is given the connection", None)
        case Modelled(name="connection"):
            set_on_driver(interpreter, name, held)
        case _:
            objects.set_attribute(interpreter, value, name, held)


def iterate(interpreter: Interpreter, value: Value) -> Iterable[Value] | None:
    """The items of a value, None where they aren't known; Raised with a TypeError where it certainly has none."""
    match value:
        case Unknown() | Modelled():
            return None
        case str() if has_hole(value):
            return None
        case Class() if value.made is not None:
            return objects.iterate(value.made)
        case Instance():
            return _iterate_instance(interpreter, value)
        case dict():
            return list(value)
        case _ if isinstance(value, _ITERABLE):
            return value
        case None | bool() | int() | float():
            raise Raised(TypeError(f"{type(value).__name__!r} object is not iterable"))
        case _:
            return objects.iterate(value)


def _iterate_instance(interpreter: Interpreter, value: Instance) -> Iterable[Value] | None:
    method = value.cls.find("__iter__")
    return None if method is NOTHING else interpreter.iterate(interpreter.call_with(method, value))


def truth(interpreter: Interpreter, value: Value) -> bool | None:
    """Whether a value counts as true, None where that isn't known."""
    match value:
        case bool():
            return value
        case None:
            return False
        case Unknown():
            return None
        case str():
            return None if has_hole(value) and not _has_text(value) else bool(value)
        case int() | float() | tuple() | bytes() | range():
            return bool(value)
        case Mapping() | set() | frozenset() | list():
            return None if value and all(isinstance(one, Unknown) for one in value) else bool(value)
        case Instance():
            return _truth_of_instance(interpreter, value)
        case (
            EvaluatedFunction()
            | Class()
            | BoundMethod()
            | Native()
            | Modelled()
            | ProjectModule()
            | HostMethod()
            | Scope()
        ):
            return True
        case Enum() | type() | BaseException() | Iterator():
            return True
        case _:
            return objects.truth(value)


def _has_text(value: str) -> bool:
    return not value.startswith("\ue000") or not value.endswith("\ue001")


def _truth_of_instance(interpreter: Interpreter, value: Instance) -> bool | None:
    for name in ("__bool__", "__len__"):
        method = value.cls.find(name)
        if method is not NOTHING:
            return interpreter.truth(interpreter.call_with(method, value))
    return True
