"""What evaluated code works with: real Python values, the project's own functions and classes, and the unknown.

A number, a list or a `sqlalchemy.Column` is the real thing. What would run the project's code is a value of ours that
the interpreter calls, and what can't be known is `Unknown` with its reason.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemaguard.catalog.objects import Name

if TYPE_CHECKING:
    from schemaguard.evaluation.machine.interpreter import Interpreter
    from schemaguard.evaluation.values.modules import ProjectModule
    from schemaguard.evaluation.values.scope import Scope

Value = Any
"""A real Python value, or one of the classes below."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that can't be known. With `is_code` it is something to call that may send statements by itself.

    With `sends` it may be one of several values, and one of these certainly is a way to send statements.
    """

    reason: str
    is_code: bool = False
    sends: bool = False
    name: str | None = None
    """What the settings may call it to say its value; None where nobody could say it."""
    default: str | None = None
    """What the code gives where the deployment says nothing else. Conditions on it stay open: it may be overridden."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded(Unknown):
    """Objects that a session has read, one or many: what they are isn't known, but whose rows they are may be.

    To give them other values updates their rows.
    """

    names: frozenset[Name] | None = None
    """The tables whose rows they may be, None where it could be any."""
    table: Value = None
    """The one table whose rows they certainly are, as SQLAlchemy has it."""
    cls: Value = None
    """The class of the project that they are objects of."""


@dataclass(frozen=True, slots=True, eq=False)
class MadeOfUnknown(Unknown):
    """Objects that the revision makes of something unknown: how many isn't known, but what each of them is."""

    one: Value = None
    """One of them."""


@dataclass(slots=True)
class Arguments:
    """The arguments of one call; `is_open` says that there are more, which aren't known."""

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    is_open: bool = False

    def values(self) -> Iterator[Value]:
        """All of them, in order."""
        yield from self.positional
        yield from self.keywords.values()

    def get(self, position: int, name: str, default: Value = None) -> Value:
        """The argument at a position or of that name."""
        return self.positional[position] if position < len(self.positional) else self.keywords.get(name, default)

    def behind(self, first: Value) -> "Arguments":
        """These arguments behind another one, as a bound method passes itself."""
        return Arguments([first, *self.positional], self.keywords, self.is_open)


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True, eq=False)
class EvaluatedFunction:
    """A function of the project, with the scope that it was defined in."""

    node: FunctionNode
    scope: "Scope"
    defaults: list[Value]
    keyword_defaults: list[Value]
    owner: "Class | None" = None
    is_context_manager: bool = False
    attributes: dict[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def module(self) -> "ProjectModule":
        """The module that it stands in."""
        return self.scope.module


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A callable of ours that stands for one of a library."""

    name: str
    call: "Callable[[Interpreter, Arguments], Value]"


@dataclass(frozen=True, slots=True, eq=False)
class BoundMethod:
    """A callable together with the first argument that it gets."""

    function: Value
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Decorated:
    """A `property`, `classmethod` or `staticmethod` around a function in a class."""

    kind: str
    function: Value


@dataclass(slots=True, eq=False)
class Class:
    """A class of the project; `host` is the real class that it builds on, or None."""

    name: str
    bases: tuple[Value, ...]
    attributes: dict[str, Value]
    module: "ProjectModule"
    host: type | None = None
    order: tuple["Class", ...] = ()
    """The class and all of the project's own above it, in the order in which attributes are looked up."""
    made: Value = None
    """What stands for the class where a real one is needed: an enum, or a table."""

    def find(self, name: str, after: "Class | None" = None) -> Value:
        """The attribute of the class or of one above it, behind `after` in their order; NOTHING where there is none."""
        classes = self.order if after is None else self.order[self.order.index(after) + 1 :]
        for one in classes:
            if name in one.attributes:
                return one.attributes[name]
        return NOTHING


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the project."""

    cls: Class
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """What `super()` gives: an object seen from above one of its classes."""

    receiver: Value
    after: Class


class DefaultDict(dict[Any, Any]):
    """A `defaultdict` whose factory the interpreter calls."""

    default_factory: Value = None


class _Nothing:
    """No value at all, where None would be one."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = _Nothing()


class Raised(Exception):  # noqa: N818 - it carries an exception of the evaluated code
    """The evaluated code raises: `value` is a real exception, or an instance of a class of the project."""

    def __init__(self, value: Value) -> None:
        super().__init__(value)
        self.value = value

    @property
    def message(self) -> str:
        """The exception in one line."""
        value = self.value
        if isinstance(value, Instance):
            return value.cls.name
        if isinstance(value, BaseException):
            text = " ".join(str(value).split())
            return f"{type(value).__name__}: {text[:200]}" if text else type(value).__name__
        return "an exception"


class Unsupported(Exception):  # noqa: N818 - it becomes a finding where it is raised
    """The evaluated code does something that isn't modelled; the message says what."""


@dataclass(frozen=True, slots=True, eq=False)
class Modelled:
    """A module, class or object of a library that isn't used itself: what it has is told by `find`.

    `find` gives NOTHING where there is no such name. `call` is what calling it gives, None where it can't be called.
    """

    name: str
    find: "Callable[[Interpreter, str], Value]"
    call: "Callable[[Interpreter, Arguments], Value] | None" = None
    kind: type | None = None
    """The real class whose instances `isinstance` takes this for."""


@dataclass(frozen=True, slots=True, eq=False)
class HostMethod:
    """A method of a real object that may be called."""

    receiver: Value
    name: str
