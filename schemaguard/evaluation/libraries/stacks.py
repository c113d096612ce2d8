"""`contextlib.ExitStack`: context managers that are entered one by one, and left in reverse at the end."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress

from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Instance, Modelled, Native, Unknown, Value

_Leave = Callable[[], object]


def exit_stack(interpreter: Interpreter, _: Arguments) -> Value:
    """A stack that nothing is on yet."""
    leaving: list[_Leave] = []

    def enter_context(inner: Interpreter, arguments: Arguments) -> Value:
        value, leave = _entered(inner, arguments.get(0, "cm"))
        leaving.append(leave)
        return value

    def callback(inner: Interpreter, arguments: Arguments) -> Value:
        function, given = arguments.get(0, "callback"), Arguments(arguments.positional[1:], arguments.keywords)
        leaving.append(lambda: inner.call(function, given))
        return function

    def close(_: Interpreter, __: Arguments) -> None:
        while leaving:
            leaving.pop()()

    def find(_: Interpreter, name: str) -> Value:
        match name:
            case "enter_context" | "enter_async_context":
                return Native(name, enter_context)
            case "callback":
                return Native(name, callback)
            case "close" | "aclose" | "__exit__":
                return Native(name, close)
            case _ if name.startswith("__"):
                return NOTHING
            case _:
                return Unknown(f"{name} of an ExitStack isn't modelled", is_code=True)

    interpreter.budget.spend()
    return Modelled("ExitStack", find)


def _entered(interpreter: Interpreter, manager: Value) -> tuple[Value, _Leave]:
    """What entering gives, and what is done when it is left."""
    match manager:
        case suppress():
            return None, _nothing
        case nullcontext():
            return manager.enter_result, _nothing
        case Instance(cls=cls):
            entering, leaving = cls.find("__enter__"), cls.find("__exit__")
            value = interpreter.call_with(entering, manager) if entering is not NOTHING else manager
            return value, lambda: leaving is NOTHING or interpreter.call_with(leaving, manager, None, None, None)
        case Modelled():
            entering = manager.find(interpreter, "__enter__")
            return (interpreter.call(entering, Arguments()) if entering is not NOTHING else manager), _nothing
        case AbstractContextManager():
            value = interpreter.recorder.guarded(manager.__enter__)
            interpreter.recorder.entered(value)
            return value, lambda: interpreter.recorder.left(manager, value)
        case _:
            interpreter.recorder.opaque("a context manager is put on an ExitStack, and what it does isn't known", None)
            return Unknown("a context manager isn't modelled"), _nothing


def _nothing() -> None:
    return
