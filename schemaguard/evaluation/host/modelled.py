"""How a modelled module is put together."""

from collections.abc import Callable, Mapping

from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Native, Unknown, Value

Call = Callable[[Interpreter, Arguments], Value]


def module(name: str, names: Mapping[str, Value], *, rest: str | None = None) -> Modelled:
    """A module with these names; any other is unknown, and `rest` says why."""

    def find(_: Interpreter, attribute: str) -> Value:
        if attribute in names:
            return names[attribute]
        if attribute.startswith("__"):
            return NOTHING
        return Unknown(rest or f"{name}.{attribute} isn't modelled")

    return Modelled(name, find)


def native(name: str, call: Call) -> Native:
    """A function of a library."""
    return Native(name, call)


def unknown(reason: str) -> Native:
    """A function whose result depends on the moment, the machine or the process."""
    return Native(reason, lambda _, __: Unknown(reason))


def silent(name: str) -> Modelled:
    """An object that may be asked for anything and does nothing, as a logger."""
    made: list[Modelled] = []

    def find(_: Interpreter, attribute: str) -> Value:
        return made[0] if not attribute.startswith("__") else NOTHING

    made.append(Modelled(name, find, lambda _, __: made[0]))
    return made[0]


def first_argument(_: Interpreter, arguments: Arguments) -> Value:
    """What decorates something and leaves it as it is gives that."""
    return arguments.positional[0] if arguments.positional else None


def decorator(name: str) -> Native:
    """A decorator that changes nothing that is seen here, with or without arguments of its own."""

    def call(_: Interpreter, arguments: Arguments) -> Value:
        if len(arguments.positional) == 1 and not arguments.keywords:
            return arguments.positional[0]
        return Native(name, first_argument)

    return Native(name, call)
