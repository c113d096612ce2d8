"""Items: `a[b]`, slices, and what is stored under a key."""

import ast
from collections.abc import Callable
from typing import TypeVar

from schemaguard.evaluation.host import objects
from schemaguard.evaluation.machine import sending
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Class, Instance, Loaded, Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope

T = TypeVar("T")
_INDEXED = (list, tuple, str, bytes, range)


def evaluate_key(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """The value between the brackets."""
    if not isinstance(node, ast.Slice):
        return interpreter.evaluate(node, scope)
    parts = [
        None if part is None else interpreter.evaluate(part, scope) for part in (node.lower, node.upper, node.step)
    ]
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    return unknown if unknown is not None else slice(*parts)


def get_item(interpreter: Interpreter, container: Value, key: Value) -> Value:
    """The item of a container; raises Raised as Python would."""
    if isinstance(container, Loaded):
        return container
    if isinstance(container, Unknown):
        return Unknown(container.reason)
    if isinstance(container, dict):
        return _of_dict(interpreter, container, key)
    if isinstance(key, Unknown):
        # A generic class with a parameter is that class, whatever the parameter.
        if isinstance(container, type | Class):
            return container
        return Unknown(key.reason, sends=isinstance(container, list | tuple) and sending.sends(container))
    if isinstance(container, _INDEXED):
        if has_hole(container):
            return Unknown(interpreter.holes.reason(str(container)))
        try:
            return container[key]
        except (IndexError, TypeError, ValueError) as error:
            if (
                isinstance(error, IndexError)
                and isinstance(container, list | tuple)
                and Unknown in map(type, container)
            ):
                return Unknown("how many items there are isn't known")
            raise Raised(error) from error
    if isinstance(container, Class):
        return _of_class(interpreter, container, key)
    if isinstance(container, Instance):
        method = container.cls.find("__getitem__")
        if method is not NOTHING:
            return interpreter.call_with(method, container, key)
    return objects.get_item(interpreter, container, key)


def _of_dict(interpreter: Interpreter, container: dict[Value, Value], key: Value) -> Value:
    if isinstance(key, Unknown) or has_hole(key):
        return Unknown("which key is meant isn't known", sends=sending.sends(container))
    interpreter.extents.check(key)
    if key in container if _is_hashable(key) else False:
        return container[key]
    if any(isinstance(one, Unknown) for one in container):
        return Unknown("which keys there are isn't known")
    factory = getattr(container, "default_factory", None)
    if factory is not None:
        interpreter.heap.touch(container)
        container[key] = interpreter.call_with(factory)
        return container[key]
    raise Raised(KeyError(key))


def _of_class(interpreter: Interpreter, container: Class, key: Value) -> Value:
    if container.made is not None:
        return get_item(interpreter, container.made, key)
    return container  # a generic class with its parameters


def set_item(interpreter: Interpreter, container: Value, key: Value, value: Value) -> None:
    """`a[b] = value`."""
    if isinstance(container, Unknown):
        if interpreter.may_send(value):
            interpreter.recorder.opaque(f"{container.reason}, and it is given the connection", None)
        return
    if isinstance(container, dict | list):
        interpreter.heap.touch(container)
        interpreter.budget.spend()
        if isinstance(container, dict) and (isinstance(key, Unknown) or has_hole(key)):
            objects.forget(interpreter, container, "which key was set isn't known")
        elif isinstance(key, Unknown):
            objects.forget(interpreter, container, "which item was set isn't known")
        elif isinstance(key, slice):
            values = interpreter.iterate(value)
            hashed(lambda: container.__setitem__(key, interpreter.budget.listed(values or ())))
        else:
            keyed(interpreter, lambda: container.__setitem__(key, value), key)
        interpreter.budget.sized(len(container))
    elif isinstance(container, Instance):
        method = container.cls.find("__setitem__")
        if method is not NOTHING:
            interpreter.call_with(method, container, key, value)


def delete_item(interpreter: Interpreter, container: Value, key: Value) -> None:
    """`del a[b]`."""
    if isinstance(container, dict | list) and not isinstance(key, Unknown):
        interpreter.heap.touch(container)
        keyed(interpreter, lambda: container.__delitem__(key), key)


def keyed(interpreter: Interpreter, act: Callable[[], T], *keys: Value) -> T:
    """Do something that hashes or compares these values, after a look at how much there is behind them."""
    interpreter.extents.check(*keys)
    return hashed(act)


def set_key(interpreter: Interpreter, container: dict[Value, Value], key: Value, value: Value) -> None:
    """Put a value into a dict that nobody else has yet."""
    keyed(interpreter, lambda: container.__setitem__(key, value), key)


def hashed(act: Callable[[], T]) -> T:
    """Do something that Python may refuse for the type of a key or its absence; Raised then, as in the code."""
    try:
        return act()
    except (TypeError, KeyError, IndexError, ValueError) as error:
        raise Raised(error) from error


def _is_hashable(key: Value) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True
