"""Python's built-in functions, as far as they only compute; each goes over values one by one, and never without end."""

import builtins
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from schemaguard.evaluation.data_model import formatting, methods, operators
from schemaguard.evaluation.data_model.subscripts import hashed, keyed
from schemaguard.evaluation.language import classes
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.kinds import is_instance, is_subclass, type_of
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    Class,
    Decorated,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)
from schemaguard.history.deployment import name_in, to_be_said

_MOST_PLACES = 1_000
_NOT_LISTED = Unknown("how many items there are isn't known")


def _listed(interpreter: Interpreter, arguments: Arguments) -> list[Value] | None:
    if not arguments.positional:
        return []
    values = interpreter.iterate(arguments.positional[0])
    return None if values is None else interpreter.budget.listed(values)


def _collection(kind: Callable[[list[Value]], Value]) -> Callable[[Interpreter, Arguments], Value]:
    def make(interpreter: Interpreter, arguments: Arguments) -> Value:
        values = _listed(interpreter, arguments)
        if values is None:
            return _NOT_LISTED
        return keyed(interpreter, lambda: kind(values), *(values if kind in (set, frozenset) else ()))

    return make


def _dict(interpreter: Interpreter, arguments: Arguments) -> Value:
    first = arguments.positional[0] if arguments.positional else {}
    if isinstance(first, dict):
        return {**first, **arguments.keywords}
    values = _listed(interpreter, arguments)
    if values is None or any(isinstance(one, Unknown) for one in values):
        return _NOT_LISTED
    pairs = [interpreter.budget.listed(interpreter.iterate(one) or ()) for one in values]
    keys = [pair[0] for pair in pairs if pair]
    return {**keyed(interpreter, lambda: {key: value for key, value in pairs}, *keys), **arguments.keywords}  # noqa: C416 - a pair that is none is refused


def _str(interpreter: Interpreter, arguments: Arguments) -> Value:
    return formatting.text_of(interpreter, arguments.positional[0]) if arguments.positional else ""


def _repr(interpreter: Interpreter, arguments: Arguments) -> Value:
    return formatting.representation(interpreter, arguments.get(0, "object"))


def _format(interpreter: Interpreter, arguments: Arguments) -> Value:
    return formatting.format_value(interpreter, arguments.get(0, "value"), arguments.get(1, "format_spec", ""))


def _number(kind: type) -> Callable[[Interpreter, Arguments], Value]:
    def make(interpreter: Interpreter, arguments: Arguments) -> Value:
        value = arguments.get(0, "x", 0)
        if isinstance(value, Unknown) and name_in(to_be_said(value.reason, value.name)) is not None:
            is_number = value.default is not None and value.default.isdecimal()
            return replace(value, is_code=False, default=value.default if is_number else None)
        if isinstance(value, Unknown) or has_hole(value):
            return Unknown("a number isn't known")
        if isinstance(value, str):
            interpreter.budget.number(len(value) * 4)
        if not isinstance(value, int | float | str | bool):
            return Unknown("a number isn't known")
        try:
            return kind(value, *(one for one in arguments.positional[1:] if isinstance(one, int)))
        except (ValueError, TypeError, OverflowError) as error:
            raise Raised(error) from error

    return make


def _bool(interpreter: Interpreter, arguments: Arguments) -> Value:
    known = interpreter.truth(arguments.get(0, "x", False))
    return Unknown("a condition isn't known") if known is None else known


def _len(interpreter: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    if isinstance(value, Instance):
        method = value.cls.find("__len__")
        return Unknown("a length isn't known") if method is NOTHING else interpreter.call_with(method, value)
    if has_hole(value):
        return Unknown("a text isn't known")
    if isinstance(value, str | bytes | range):
        return len(value)
    values = interpreter.iterate(value)
    if values is None:
        return Unknown("a length isn't known")
    listed = interpreter.budget.listed(values)
    return Unknown("a length isn't known") if any(isinstance(one, Unknown) for one in listed) else len(listed)


def _range(_: Interpreter, arguments: Arguments) -> Value:
    if not all(isinstance(one, int) for one in arguments.positional):
        return Unknown("a range isn't known")
    return hashed(lambda: range(*arguments.positional))


def _enumerate(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = _listed(interpreter, arguments)
    start = arguments.get(1, "start", 0)
    if values is None or not isinstance(start, int):
        return _NOT_LISTED
    return iter([(at, value) for at, value in builtins.enumerate(values, start)])


def _zip(interpreter: Interpreter, arguments: Arguments) -> Value:
    columns = []
    for one in arguments.positional:
        values = interpreter.iterate(one)
        if values is None:
            return _NOT_LISTED
        columns.append(interpreter.budget.listed(values))
    return iter(list(builtins.zip(*columns, strict=False)))


def _map(interpreter: Interpreter, arguments: Arguments) -> Value:
    function, rest = arguments.positional[0], Arguments(arguments.positional[1:])
    rows = _zip(interpreter, rest)
    if isinstance(rows, Unknown):
        return rows
    return iter([interpreter.call(function, Arguments(list(row))) for row in interpreter.budget.items(rows)])


def _filter(interpreter: Interpreter, arguments: Arguments) -> Value:
    function = arguments.positional[0]
    values = _listed(interpreter, Arguments(arguments.positional[1:]))
    if values is None:
        return _NOT_LISTED
    kept: list[Value] = []
    for value in interpreter.budget.items(values):
        known = interpreter.truth(value if function is None else interpreter.call_with(function, value))
        if known is not False:
            kept.append(value if known else _NOT_LISTED)
    return iter(kept)


def _sorted(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = _listed(interpreter, arguments)
    return _NOT_LISTED if values is None else methods.in_order(interpreter, values, arguments)


def _reversed(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = _listed(interpreter, arguments)
    return _NOT_LISTED if values is None else iter(values[::-1])


def _any_or_all(stops_at: bool) -> Callable[[Interpreter, Arguments], Value]:
    def decide(interpreter: Interpreter, arguments: Arguments) -> Value:
        values = _listed(interpreter, arguments)
        if values is None:
            return Unknown("a condition isn't known")
        results = [interpreter.truth(value) for value in values]
        if stops_at in results:
            return stops_at
        return Unknown("a condition isn't known") if None in results else not stops_at

    return decide


def _extreme(function: Callable[..., Any]) -> Callable[[Interpreter, Arguments], Value]:
    def find(interpreter: Interpreter, arguments: Arguments) -> Value:
        values = _listed(interpreter, arguments) if len(arguments.positional) == 1 else arguments.positional
        if values is None or any(isinstance(one, Unknown) or has_hole(one) for one in values):
            return Unknown("the values aren't known")
        if not values and "default" in arguments.keywords:
            return arguments.keywords["default"]
        key = arguments.keywords.get("key")
        keys = values if key is None else [interpreter.call_with(key, one) for one in values]
        at = keyed(interpreter, lambda: function(builtins.range(builtins.len(keys)), key=keys.__getitem__), *keys)
        return values[at]

    return find


def _sum(interpreter: Interpreter, arguments: Arguments) -> Value:
    import ast

    values = _listed(interpreter, arguments)
    total: Value = arguments.get(1, "start", 0)
    if values is None:
        return Unknown("the values aren't known")
    for value in interpreter.budget.items(values):
        total = operators.apply(interpreter, ast.Add, total, value)
    return total


def _next(interpreter: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterator")
    values = interpreter.iterate(value)
    if values is None:
        return Unknown("what comes next isn't known")
    found = builtins.next(iter(values), NOTHING)
    if found is not NOTHING:
        return found
    if builtins.len(arguments.positional) > 1:
        return arguments.positional[1]
    raise Raised(StopIteration())


def _iter(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "object"))
    return _NOT_LISTED if values is None else iter(values)


def _known(found: bool | None) -> Value:
    return Unknown("what kind a value is isn't known") if found is None else found


def _isinstance(_: Interpreter, arguments: Arguments) -> Value:
    return _known(is_instance(arguments.get(0, "obj"), arguments.get(1, "class_or_tuple")))


def _issubclass(_: Interpreter, arguments: Arguments) -> Value:
    return _known(is_subclass(arguments.get(0, "cls"), arguments.get(1, "class_or_tuple")))


def _type(interpreter: Interpreter, arguments: Arguments) -> Value:
    if builtins.len(arguments.positional) == 1:
        found = type_of(arguments.positional[0])
        return BUILTINS.get(found.__name__, found) if isinstance(found, type) else found
    name, bases, attributes = (arguments.get(at, "") for at in range(3))
    if isinstance(name, str) and isinstance(bases, tuple) and isinstance(attributes, dict):
        return classes.put_together(interpreter, name, bases, dict(attributes))
    return Unknown("which class is made by type() isn't known")


def _getattr(interpreter: Interpreter, arguments: Arguments) -> Value:
    value, name = arguments.get(0, "object"), arguments.get(1, "name")
    if not isinstance(name, str) or has_hole(name):
        return Unknown("which attribute is meant isn't known", is_code=True)
    try:
        return interpreter.attribute(value, name)
    except Raised as raised:
        if builtins.len(arguments.positional) > 2 and isinstance(raised.value, AttributeError):
            return arguments.positional[2]
        raise


def _hasattr(interpreter: Interpreter, arguments: Arguments) -> Value:
    value, name = arguments.get(0, "obj"), arguments.get(1, "name")
    if not isinstance(name, str) or has_hole(name):
        return Unknown("which attribute is meant isn't known")
    try:
        found = interpreter.attribute(value, name)
    except Raised:
        return False
    return Unknown(found.reason) if isinstance(found, Unknown) else True


def _setattr(interpreter: Interpreter, arguments: Arguments) -> None:
    name = arguments.get(1, "name")
    if isinstance(name, str):
        interpreter.language.set_attribute(interpreter, arguments.get(0, "obj"), name, arguments.get(2, "value"))


def _callable(_: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return isinstance(value, EvaluatedFunction | Class | Native | BoundMethod | HostMethod | type) or (
        isinstance(value, Modelled) and value.call is not None
    )


def _decorate(kind: str) -> Callable[[Interpreter, Arguments], Value]:
    return lambda _, arguments: Decorated(kind, arguments.get(0, "function"))


def _plain_math(function: Callable[..., Any]) -> Callable[[Interpreter, Arguments], Value]:
    def compute(_: Interpreter, arguments: Arguments) -> Value:
        if not all(type(one) in (int, float, bool) for one in arguments.positional):
            return Unknown("a number isn't known")
        if function is round and any(abs(places) > _MOST_PLACES for places in arguments.positional[1:]):
            return Unknown(f"a number is rounded to more than {_MOST_PLACES:,} places")
        return hashed(lambda: function(*arguments.positional))

    return compute


def _printed(_: Interpreter, __: Arguments) -> None:
    return


def _import(interpreter: Interpreter, arguments: Arguments) -> Value:
    name = arguments.get(0, "name")
    if not isinstance(name, str) or has_hole(name) or not interpreter.sites:
        return Unknown("which module is imported isn't known", is_code=True)
    is_whole = bool(arguments.get(3, "fromlist"))
    return interpreter.imported(interpreter.sites[-1].module, name if is_whole else name.partition(".")[0])


def _hashed(_: Interpreter, __: Arguments) -> Value:
    return Unknown("a hash or an id isn't known")


_CALLS: dict[str, Callable[[Interpreter, Arguments], Value]] = {
    "len": _len, "range": _range, "enumerate": _enumerate, "zip": _zip, "map": _map, "filter": _filter,
    "sorted": _sorted, "reversed": _reversed, "any": _any_or_all(True), "all": _any_or_all(False),
    "min": _extreme(min), "max": _extreme(max), "sum": _sum, "next": _next, "iter": _iter,
    "isinstance": _isinstance, "issubclass": _issubclass, "type": _type, "getattr": _getattr, "hasattr": _hasattr,
    "setattr": _setattr, "callable": _callable, "repr": _repr, "format": _format,
    "property": _decorate("property"), "classmethod": _decorate("classmethod"),
    "staticmethod": _decorate("staticmethod"), "abs": _plain_math(abs), "round": _plain_math(round),
    "divmod": _plain_math(divmod), "print": _printed, "__import__": _import, "hash": _hashed, "id": _hashed,
    "ord": lambda _, arguments: hashed(lambda: ord(arguments.positional[0])),
    "chr": lambda _, arguments: hashed(lambda: chr(arguments.positional[0])),
}  # fmt: skip
_KINDS: dict[str, tuple[type, Callable[[Interpreter, Arguments], Value]]] = {
    "str": (str, _str), "int": (int, _number(int)), "float": (float, _number(float)), "bool": (bool, _bool),
    "list": (list, _collection(list)), "tuple": (tuple, _collection(tuple)), "set": (set, _collection(set)),
    "frozenset": (frozenset, _collection(frozenset)), "dict": (dict, _dict),
}  # fmt: skip


def _kind(name: str, kind: type, call: Callable[[Interpreter, Arguments], Value]) -> Modelled:
    def find(_: Interpreter, attribute: str) -> Value:
        if attribute in ("__name__", "__qualname__"):
            return name
        if methods.has_method(kind(), attribute):
            # `str.upper`, `dict.fromkeys`: the method, waiting for its object.
            if attribute == "fromkeys":
                return HostMethod({}, "fromkeys")
            return Native(attribute, lambda interpreter, arguments: _unbound(interpreter, attribute, arguments))
        return NOTHING

    return Modelled(name, find, call, kind)


def _unbound(interpreter: Interpreter, name: str, arguments: Arguments) -> Value:
    method = interpreter.attribute(arguments.positional[0], name)
    return interpreter.call(method, Arguments(arguments.positional[1:], arguments.keywords, arguments.is_open))


def _exceptions() -> dict[str, Value]:
    found = {name: value for name, value in vars(builtins).items() if isinstance(value, type)}
    return {name: value for name, value in found.items() if issubclass(value, Exception)}


BUILTINS: Mapping[str, Value] = {
    **{name: Native(name, call) for name, call in _CALLS.items()},
    **{name: _kind(name, kind, call) for name, (kind, call) in _KINDS.items()},
    **_exceptions(),
    "BaseException": BaseException,
    "object": object,
    "bytes": bytes,
    "NotImplemented": Unknown("NotImplemented"),
    "Ellipsis": ...,
    "__debug__": True,
    **{
        name: Unknown(f"{name}() isn't called", is_code=True)
        for name in (
            "eval",
            "exec",
            "compile",
            "input",
            "breakpoint",
            "exit",
            "quit",
            "memoryview",
            "bytearray",
            "dir",
            "vars",
        )
    },
}
"""Name → what it is to evaluated code."""
