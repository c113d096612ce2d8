"""Classes of the project: defining them, and making objects of them."""

import ast
from enum import Enum, IntEnum, StrEnum
from typing import Any

from sqlalchemy.types import TypeDecorator, TypeEngine

from schemaguard.evaluation.host import tables
from schemaguard.evaluation.language import settings, types
from schemaguard.evaluation.language.assignment import set_name
from schemaguard.evaluation.language.functions import call_function
from schemaguard.evaluation.machine import sending
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    Class,
    Decorated,
    EvaluatedFunction,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)
from schemaguard.evaluation.values.scope import Scope

_MEMBERS_A_UNIT = 8
_PLAIN = (str, int, float, bool, tuple, bytes, type(None))


class Automatic:
    """What `enum.auto()` gives, until its member gets a value."""


def define(interpreter: Interpreter, node: ast.ClassDef, scope: Scope) -> None:
    """`class`."""
    bases = []
    for base in node.bases:
        value = interpreter.evaluate(base.value if isinstance(base, ast.Starred) else base, scope)
        bases.append(value)
    made = make(interpreter, node.name, tuple(bases), scope, node.body)
    metaclass = [interpreter.evaluate(keyword.value, scope) for keyword in node.keywords]
    runs_more = any(map(sending.sends, metaclass)) or any(map(_has_a_say, made.order[1:])) or _holds_descriptors(made)
    if runs_more and interpreter.is_watched:
        interpreter.recorder.opaque(f"making the class {node.name} runs code that isn't followed", None)
    value = made
    for decorator in reversed(node.decorator_list):
        decorated = interpreter.call_with(interpreter.evaluate(decorator, scope), value)
        # A decorator that isn't known hardly ever makes a class into something else.
        value = value if isinstance(decorated, Unknown) or decorated is None else decorated
    set_name(interpreter, node.name, value, scope)


def make(interpreter: Interpreter, name: str, bases: tuple[Value, ...], scope: Scope, body: list[ast.stmt]) -> Class:
    """A class with its body run."""
    made = Class(name, bases, {}, scope.module, _host(bases))
    made.order = _order(made)
    inside = Scope(scope.module, scope.around, made.attributes, owner=made, is_class=True)
    interpreter.execute(body, inside)
    return _finished(interpreter, made)


def put_together(interpreter: Interpreter, name: str, bases: tuple[Value, ...], attributes: dict[str, Value]) -> Value:
    """A class as `type(name, bases, attributes)` makes it."""
    if not interpreter.sites:
        return Unknown("a class is made outside of any module")
    made = Class(name, bases, attributes, interpreter.sites[-1].module, _host(bases))
    made.order = _order(made)
    return _finished(interpreter, made)


def _finished(interpreter: Interpreter, made: Class) -> Class:
    # Each of those above it is looked at, and a loop may put class upon class.
    interpreter.budget.spend(len(made.order))
    if made.host is not None and issubclass(made.host, Enum):
        # Python takes as long to make an enum as SQLAlchemy a column.
        interpreter.budget.labour(1 + len(made.attributes) // _MEMBERS_A_UNIT)
        made.made = _enum(made)
    elif made.host is tables.Declarative:
        tables.define(interpreter, made)
    return made


def _host(bases: tuple[Value, ...]) -> type | None:
    found = [host for host in map(_host_of, bases) if host is not None]
    special = [host for host in found if issubclass(host, Enum) or host is tables.Declarative]
    return next(iter((*special, *found)), None)


def _host_of(base: Value) -> type | None:
    match base:
        case type():
            return base
        case Class():
            return base.host
        case Modelled(kind=kind) if kind is TypeEngine:
            return TypeDecorator
        case _:
            return None


def _order(cls: Class) -> tuple[Class, ...]:
    """The class and those above it, the nearest first, each behind all that build on it."""
    found: list[Class] = []
    for base in cls.bases:
        if isinstance(base, Class):
            found = [one for one in found if one not in base.order] + list(base.order)
    return (cls, *found)


def _enum(cls: Class) -> type[Enum] | None:
    """The real enum with the same members; None where a value isn't plain."""
    members: dict[str, Value] = {}
    for one in reversed(cls.order):
        for name, value in one.attributes.items():
            if name.startswith("_") or isinstance(value, EvaluatedFunction | Decorated | Class | BoundMethod | Native):
                continue
            if isinstance(value, Automatic):
                is_text = cls.host is not None and issubclass(cls.host, StrEnum)
                members[name] = name.lower() if is_text else len(members) + 1
            elif isinstance(value, _PLAIN):
                members[name] = value
            else:
                return None
    if not members:
        return None
    # The functional form of an enum makes a class, which no type checker can see.
    kind: Any = cls.host if cls.host in (IntEnum, StrEnum) else Enum
    bases = [base for one in cls.order for base in one.bases]
    mixin = next((base.kind for base in bases if isinstance(base, Modelled) and base.kind in (str, int)), None)
    keywords = {"type": mixin} if kind is Enum and mixin is not None else {}
    try:
        made: type[Enum] = kind(cls.name, members, **keywords)
    except (TypeError, ValueError):
        return None
    return made


def instantiate(interpreter: Interpreter, cls: Class, arguments: Arguments) -> Value:
    """An object of a class: a real type where it is one of SQLAlchemy's, a member where it is an enum."""
    if cls.host is not None and issubclass(cls.host, TypeEngine):
        return types.make(interpreter, cls, arguments)
    if isinstance(cls.made, type) and issubclass(cls.made, Enum):
        return interpreter.call(cls.made, arguments)
    if interpreter.is_watched and (sending.sends_unseen(cls) or any(map(_holds_descriptors, cls.order))):
        interpreter.recorder.opaque(f"special methods of {cls.name} may run, and aren't followed", None)
    instance = Instance(cls)
    initialiser = cls.find("__init__")
    if isinstance(initialiser, EvaluatedFunction):
        call_function(interpreter, initialiser, arguments.behind(instance))
    elif cls.host is tables.Declarative:
        # SQLAlchemy's own constructor takes whatever has a name in the class.
        instance.attributes.update(arguments.keywords)
    elif settings.is_a(cls, settings.SETTINGS) or settings.is_a(cls, settings.MODEL):
        settings.fill(interpreter, instance, arguments)
    elif cls.find("__annotations__") is not NOTHING:
        _fill_fields(interpreter, instance, arguments)
    else:
        instance.attributes.update(arguments.keywords)
    if cls.host is not None and issubclass(cls.host, BaseException):
        instance.attributes.setdefault("args", tuple(arguments.positional))
    return instance


def _fill_fields(interpreter: Interpreter, instance: Instance, arguments: Arguments) -> None:
    """The fields of a dataclass, a named tuple or the like, as their annotations list them."""
    fields: dict[str, Value] = {}
    for one in reversed(instance.cls.order):
        annotations = one.attributes.get("__annotations__")
        for name in annotations if isinstance(annotations, dict) else ():
            fields[name] = one.attributes.get(name, NOTHING)
    given = dict(zip(fields, arguments.positional, strict=False)) | arguments.keywords
    for name, default in fields.items():
        if name in given:
            instance.attributes[name] = given[name]
        elif isinstance(default, FieldDefault):
            instance.attributes[name] = (
                default.value if default.factory is None else interpreter.call_with(default.factory)
            )
        elif default is not NOTHING:
            instance.attributes[name] = default
        elif arguments.is_open:
            instance.attributes[name] = Unknown(f"the field {name} isn't known")
        else:
            raise Raised(TypeError(f"{instance.cls.name}() misses the argument {name!r}"))
    after = instance.cls.find("__post_init__")
    if isinstance(after, EvaluatedFunction):
        call_function(interpreter, after, Arguments([instance]))


def _has_a_say(cls: Class) -> bool:
    """Whether a class above another one may send statements when that is made."""
    return sending.sends(cls.attributes.get("__init_subclass__"))


def _holds_descriptors(cls: Class) -> bool:
    """Whether attributes of a class are objects that may send statements when they are read, set or named."""
    return any(isinstance(held, Instance) and sending.sends_unseen(held.cls) for held in cls.attributes.values())


class FieldDefault:
    """What `dataclasses.field()` gives."""

    def __init__(self, value: Value, factory: Value) -> None:
        self.value = value
        self.factory = factory
