"""The methods of texts, lists, dicts and sets, each bounded before it is run."""

from collections.abc import Callable, Mapping
from typing import Any

from schemaguard.evaluation.data_model import formatting
from schemaguard.evaluation.data_model.operators import compare_values
from schemaguard.evaluation.data_model.subscripts import get_item, hashed, keyed
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Raised, Unknown, Value

_TEXT = frozenset(
    {
        "lower", "upper", "strip", "lstrip", "rstrip", "capitalize", "title", "casefold", "swapcase", "startswith",
        "endswith", "split", "rsplit", "splitlines", "partition", "rpartition", "find", "rfind", "index", "rindex",
        "count", "isdigit", "isalpha", "isalnum", "isnumeric", "isidentifier", "isupper", "islower", "isspace",
        "removeprefix", "removesuffix", "encode", "isascii", "isdecimal",
    }
)  # fmt: skip
_KEEPS_HOLES = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "join", "format", "removeprefix", "removesuffix"}
)
_READ_ONLY = frozenset(
    {
        "count", "index", "copy", "union", "difference", "intersection", "symmetric_difference", "issubset",
        "issuperset", "isdisjoint", "bit_length", "is_integer", "hex", "decode", "as_integer_ratio",
    }
)  # fmt: skip
_WIDEST = 1_000

Method = Callable[[Interpreter, Any, Arguments], Value]


def methods_of(value: Value) -> Mapping[str, Method]:
    """The methods of a built-in value that may be called."""
    for kind, methods in _METHODS:
        if isinstance(value, kind):
            return methods
    return {}


def has_method(value: Value, name: str) -> bool:
    """Whether a built-in value has a method that may be called; numbers and tuples share a list, but no methods."""
    return name in methods_of(value) and hasattr(value, name)


def call(interpreter: Interpreter, value: Value, name: str, arguments: Arguments) -> Value:
    """What a method of a built-in value gives."""
    return methods_of(value)[name](interpreter, value, arguments)


def _real(name: str) -> Method:
    """The method itself, for those that make nothing much larger than what they are given."""

    def method(interpreter: Interpreter, value: Any, arguments: Arguments) -> Value:
        unknown = next((one for one in arguments.values() if isinstance(one, Unknown)), None)
        if unknown is not None or arguments.is_open:
            return Unknown(unknown.reason if unknown else "the arguments aren't known")
        if (has_hole(value) or any(map(has_hole, arguments.values()))) and name not in _KEEPS_HOLES:
            return Unknown("a text isn't known")
        if isinstance(value, str | bytes):
            interpreter.budget.text(len(value))
        given = [_known(interpreter, one) for one in arguments.positional]
        keywords = {key: _known(interpreter, one) for key, one in arguments.keywords.items()}
        if not isinstance(value, str | bytes):
            interpreter.extents.check(value, *given)
        try:
            found = getattr(value, name)(*given, **keywords)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise Raised(error) from error
        if isinstance(found, list | set | tuple):
            interpreter.budget.sized(len(found))
        return found

    return method


def _known(interpreter: Interpreter, value: Value) -> Value:
    """An argument as a real method takes it: an iterator of ours becomes a list."""
    if isinstance(value, str | bytes | int | float | type(None) | tuple | list | dict | set | frozenset):
        return value
    values = interpreter.iterate(value)
    return value if values is None else interpreter.budget.listed(values)


# Texts


def _join(interpreter: Interpreter, value: str, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "iterable"))
    if values is None:
        return interpreter.holes.text(Unknown("what is joined isn't known"))
    parts = interpreter.budget.listed(values)
    texts = [interpreter.holes.text(part) if isinstance(part, Unknown) else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise Raised(TypeError("sequence item: expected str instance"))
    interpreter.budget.text(sum(map(len, texts)) + len(value) * len(texts))
    return value.join(texts)


def _replace(interpreter: Interpreter, value: str, arguments: Arguments) -> Value:
    old, new, count = arguments.get(0, "old"), arguments.get(1, "new"), arguments.get(2, "count", -1)
    if isinstance(new, Unknown):
        new = interpreter.holes.text(new)
    if not isinstance(old, str) or not isinstance(new, str) or not isinstance(count, int) or has_hole(old):
        return Unknown("what is replaced isn't known")
    interpreter.budget.text(len(value) + value.count(old) * len(new))
    return value.replace(old, new, count)


def _format(interpreter: Interpreter, value: str, arguments: Arguments) -> Value:
    if arguments.is_open:
        return interpreter.holes.text(Unknown("the arguments of format() aren't known"))
    return formatting.format_text(interpreter, value, arguments.positional, arguments.keywords)


def _format_map(interpreter: Interpreter, value: str, arguments: Arguments) -> Value:
    mapping = arguments.get(0, "mapping")
    if not isinstance(mapping, dict):
        return Unknown("the mapping of format_map() isn't known")
    return formatting.format_text(interpreter, value, [], mapping)


def _padded(name: str) -> Method:
    def method(_: Interpreter, value: str, arguments: Arguments) -> Value:
        width = arguments.get(0, "width")
        if not isinstance(width, int) or width > _WIDEST or has_hole(value):
            return Unknown("the width isn't modelled")
        return hashed(lambda: getattr(value, name)(*arguments.positional))

    return method


# Lists


def _append(interpreter: Interpreter, value: list[Value], arguments: Arguments) -> None:
    interpreter.heap.touch(value)
    value.append(arguments.get(0, "object"))
    interpreter.budget.sized(len(value))


def _extend(interpreter: Interpreter, value: list[Value], arguments: Arguments) -> None:
    values = interpreter.iterate(arguments.get(0, "iterable"))
    interpreter.heap.touch(value)
    value.extend([Unknown("what was added isn't known")] if values is None else interpreter.budget.listed(values))
    interpreter.budget.sized(len(value))


def _insert(interpreter: Interpreter, value: list[Value], arguments: Arguments) -> None:
    at = arguments.get(0, "index")
    interpreter.heap.touch(value)
    value.insert(at if isinstance(at, int) else len(value), arguments.get(1, "object"))
    interpreter.budget.sized(len(value))


def _changing(name: str) -> Method:
    """A method that changes the container in place and makes it no larger."""

    def method(interpreter: Interpreter, value: Any, arguments: Arguments) -> Value:
        if any(isinstance(one, Unknown) for one in arguments.values()):
            return Unknown("what was changed isn't known")
        interpreter.heap.touch(value)
        given = () if name in ("clear", "reverse", "popitem") else (value, *arguments.values())
        return keyed(interpreter, lambda: getattr(value, name)(*arguments.positional, **arguments.keywords), *given)

    return method


def _sort(interpreter: Interpreter, value: list[Value], arguments: Arguments) -> None:
    interpreter.heap.touch(value)
    value[:] = in_order(interpreter, value, arguments)


def in_order(interpreter: Interpreter, values: list[Value], arguments: Arguments) -> list[Value]:
    """The values sorted, by a key where one is given; as they are where that isn't known."""
    key, backwards = arguments.keywords.get("key"), arguments.keywords.get("reverse", False)
    keys = [value if key is None else interpreter.call_with(key, value) for value in values]
    interpreter.budget.spend(len(keys) * max(len(keys).bit_length(), 1))
    if any(isinstance(one, Unknown) or has_hole(one) for one in keys):
        return list(values)
    indexes = range(len(keys))
    order = keyed(interpreter, lambda: sorted(indexes, key=keys.__getitem__, reverse=backwards is True), *keys)
    return [values[at] for at in order]


def _copy(_: Interpreter, value: Any, __: Arguments) -> Value:
    return value.copy()


# Dicts and sets


def _get(interpreter: Interpreter, value: dict[Value, Value], arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    default = arguments.get(1, "default")
    held = keyed(interpreter, lambda: value.get(key, NOTHING), key) if not isinstance(key, Unknown) else NOTHING
    if held is not NOTHING:
        return held
    return default if _is_known_key(value, key) else Unknown("which keys there are isn't known")


def _is_known_key(value: dict[Value, Value], key: Value) -> bool:
    return not isinstance(key, Unknown) and not has_hole(key) and not any(isinstance(one, Unknown) for one in value)


def _pop(interpreter: Interpreter, value: Any, arguments: Arguments) -> Value:
    interpreter.heap.touch(value)
    if isinstance(value, dict):
        key = arguments.get(0, "key")
        if not _is_known_key(value, key):
            return Unknown("which key was taken isn't known")
        if len(arguments.positional) > 1:
            return keyed(interpreter, lambda: value.pop(key, arguments.positional[1]), key)
        return keyed(interpreter, lambda: value.pop(key), key)
    return hashed(lambda: value.pop(*arguments.positional))


def _setdefault(interpreter: Interpreter, value: dict[Value, Value], arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    if isinstance(key, Unknown):
        return Unknown("which key was set isn't known")
    interpreter.heap.touch(value)
    interpreter.budget.sized(len(value) + 1)
    return keyed(interpreter, lambda: value.setdefault(key, arguments.get(1, "default")), key)


def _update(interpreter: Interpreter, value: Any, arguments: Arguments) -> None:
    interpreter.heap.touch(value)
    for given in arguments.positional:
        values = interpreter.iterate(given)
        if isinstance(given, dict) and isinstance(value, dict):
            value.update(given)
        elif values is None:
            unknown = Unknown("what was added isn't known")
            value.update({unknown: unknown} if isinstance(value, dict) else {unknown})
        else:
            listed = interpreter.budget.listed(values)
            _take_in(interpreter, value, listed)
    if isinstance(value, dict):
        value.update(arguments.keywords)
    interpreter.budget.sized(len(value))


def _take_in(interpreter: Interpreter, value: Any, listed: list[Value]) -> None:
    keyed(interpreter, lambda: value.update(listed), *listed)


def _add(interpreter: Interpreter, value: set[Value], arguments: Arguments) -> None:
    interpreter.heap.touch(value)
    keyed(interpreter, lambda: value.add(arguments.get(0, "elem")), arguments.get(0, "elem"))
    interpreter.budget.sized(len(value))


def _view(name: str) -> Method:
    def method(interpreter: Interpreter, value: dict[Value, Value], _: Arguments) -> Value:
        interpreter.budget.sized(len(value))
        return list(getattr(value, name)())

    return method


def _fromkeys(interpreter: Interpreter, _: Any, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "iterable"))
    if values is None:
        return Unknown("which keys there are isn't known")
    default = arguments.get(1, "value")
    keys = interpreter.budget.listed(values)
    return keyed(interpreter, lambda: dict.fromkeys(keys, default), *keys)


def _count(interpreter: Interpreter, value: Any, arguments: Arguments) -> Value:
    return get_item(interpreter, value, arguments.get(0, "key"))


def _equal(interpreter: Interpreter, value: Any, arguments: Arguments) -> Value:
    import ast

    return compare_values(interpreter, ast.Eq(), value, arguments.get(0, "other"))


_STR: dict[str, Method] = {
    **{name: _real(name) for name in _TEXT},
    **{name: _padded(name) for name in ("ljust", "rjust", "center", "zfill")},
    "join": _join, "replace": _replace, "format": _format, "format_map": _format_map, "__eq__": _equal,
}  # fmt: skip
_LIST: dict[str, Method] = {
    "append": _append, "extend": _extend, "insert": _insert, "pop": _pop, "sort": _sort, "copy": _copy,
    "remove": _changing("remove"), "clear": _changing("clear"), "reverse": _changing("reverse"),
    "count": _real("count"), "index": _real("index"),
}  # fmt: skip
_DICT: dict[str, Method] = {
    "get": _get, "pop": _pop, "setdefault": _setdefault, "update": _update, "copy": _copy, "fromkeys": _fromkeys,
    "items": _view("items"), "keys": _view("keys"), "values": _view("values"), "clear": _changing("clear"),
    "popitem": _changing("popitem"), "__getitem__": _count,
}  # fmt: skip
_SET: dict[str, Method] = {
    "add": _add, "update": _update, "pop": _pop, "copy": _copy,
    "discard": _changing("discard"), "remove": _changing("remove"), "clear": _changing("clear"),
    **{name: _real(name) for name in _READ_ONLY},
}  # fmt: skip
_OTHER: dict[str, Method] = {name: _real(name) for name in ("count", "index", *sorted(_READ_ONLY))}
_METHODS: tuple[tuple[type | tuple[type, ...], Mapping[str, Method]], ...] = (
    (str, _STR),
    (list, _LIST),
    (dict, _DICT),
    (set, _SET),
    ((tuple, frozenset, bytes, int, float, range), _OTHER),
)
