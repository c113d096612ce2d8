"""Python's own library: what migrations use of it, without its side effects."""

import contextlib
import datetime
import decimal
import enum
import json
import string
import textwrap
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from schemaguard.evaluation.data_model.subscripts import hashed, keyed
from schemaguard.evaluation.host.modelled import decorator, module, native, silent, unknown
from schemaguard.evaluation.language import classes
from schemaguard.evaluation.libraries import paths
from schemaguard.evaluation.libraries.stacks import exit_stack
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    Decorated,
    DefaultDict,
    EvaluatedFunction,
    Instance,
    Modelled,
    Native,
    Raised,
    Unknown,
    Value,
)

_ENVIRONMENT = "what the environment says isn't known"


# contextlib, functools, itertools


def _context_manager(_: Interpreter, arguments: Arguments) -> Value:
    function = arguments.get(0, "func")
    if not isinstance(function, EvaluatedFunction):
        return Unknown("a context manager isn't modelled", is_code=True)
    return EvaluatedFunction(
        function.node, function.scope, function.defaults, function.keyword_defaults, function.owner,
        is_context_manager=True,
    )  # fmt: skip


def _suppress(_: Interpreter, arguments: Arguments) -> Value:
    kinds = [one for one in arguments.positional if isinstance(one, type) and issubclass(one, BaseException)]
    return contextlib.suppress(*(kinds if len(kinds) == len(arguments.positional) else [Exception]))


def _null_context(_: Interpreter, arguments: Arguments) -> Value:
    return contextlib.nullcontext(arguments.get(0, "enter_result"))


def _partial(_: Interpreter, arguments: Arguments) -> Value:
    function, given = arguments.positional[0], arguments.positional[1:]

    def call(interpreter: Interpreter, more: Arguments) -> Value:
        keywords = {**arguments.keywords, **more.keywords}
        return interpreter.call(function, Arguments([*given, *more.positional], keywords, more.is_open))

    return Native("partial", call)


def _wraps(_: Interpreter, __: Arguments) -> Value:
    return decorator("wraps")


def _reduce(interpreter: Interpreter, arguments: Arguments) -> Value:
    function = arguments.positional[0]
    values = interpreter.iterate(arguments.positional[1])
    if values is None:
        return Unknown("what is reduced isn't known")
    listed = [*arguments.positional[2:3], *interpreter.budget.listed(values)]
    if not listed:
        raise Raised(TypeError("reduce() of empty iterable with no initial value"))
    result = listed[0]
    for value in interpreter.budget.items(listed[1:]):
        result = interpreter.call_with(function, result, value)
    return result


def _chain(interpreter: Interpreter, arguments: Arguments) -> Value:
    found: list[Value] = []
    for one in arguments.positional:
        values = interpreter.iterate(one)
        if values is None:
            return Unknown("what is chained isn't known")
        found.extend(interpreter.budget.listed(values))
    return iter(found)


def _chain_of_one(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "iterable"))
    return Unknown("what is chained isn't known") if values is None else _chain(interpreter, Arguments([*values]))


def _of_chain(_: Interpreter, name: str) -> Value:
    return native(name, _chain_of_one) if name == "from_iterable" else NOTHING


def _sliced(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.positional[0])
    bounds = arguments.positional[1:]
    if values is None or not all(one is None or isinstance(one, int) for one in bounds):
        return Unknown("what is sliced isn't known")
    return iter(interpreter.budget.listed(values)[slice(*bounds)])


def _product(interpreter: Interpreter, arguments: Arguments) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for one in arguments.positional:
        values = interpreter.iterate(one)
        if values is None:
            return Unknown("what is combined isn't known")
        listed = interpreter.budget.listed(values)
        interpreter.budget.sized(len(rows) * len(listed))
        rows = [(*row, value) for row in rows for value in listed]
    return iter(rows)


# collections, enum, dataclasses, typing


def _default_dict(_: Interpreter, arguments: Arguments) -> Value:
    made = DefaultDict()
    made.default_factory = arguments.get(0, "default_factory")
    return made


def _keyed_on(interpreter: Interpreter, kind: Callable[[list[Value]], Value], values: list[Value]) -> Value:
    return keyed(interpreter, lambda: kind(values), *values)


def _counted(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "iterable", ()))
    return (
        Unknown("what is counted isn't known")
        if values is None
        else _keyed_on(interpreter, Counter, interpreter.budget.listed(values))
    )


def _ordered(interpreter: Interpreter, arguments: Arguments) -> Value:
    given = arguments.get(0, "items", ())
    if isinstance(given, dict):
        return OrderedDict({**given, **arguments.keywords})
    values = interpreter.iterate(given)
    return (
        Unknown("the items aren't known")
        if values is None
        else _keyed_on(interpreter, OrderedDict, interpreter.budget.listed(values))
    )


def _queue(interpreter: Interpreter, arguments: Arguments) -> Value:
    values = interpreter.iterate(arguments.get(0, "iterable", ()))
    return Unknown("the items aren't known") if values is None else interpreter.budget.listed(values)


def _named_tuple(interpreter: Interpreter, arguments: Arguments) -> Value:
    name, given = arguments.get(0, "typename"), arguments.get(1, "field_names")
    values = given.replace(",", " ").split() if isinstance(given, str) else interpreter.iterate(given)
    if values is None or not isinstance(name, str) or not interpreter.sites:
        return Unknown("the fields of a named tuple aren't known")
    fields = [one for one in interpreter.budget.listed(values) if isinstance(one, str)]
    made = Class(name, (), {"__annotations__": dict.fromkeys(fields)}, interpreter.sites[-1].module)
    made.order = (made,)
    return made


def _field(_: Interpreter, arguments: Arguments) -> Value:
    keywords = arguments.keywords
    if "default" not in keywords and "default_factory" not in keywords:
        return NOTHING
    return classes.FieldDefault(keywords.get("default"), keywords.get("default_factory"))


def _as_dict(_: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    return dict(value.attributes) if isinstance(value, Instance) else Unknown("the fields aren't known")


def _second_argument(_: Interpreter, arguments: Arguments) -> Value:
    return arguments.get(1, "val")


# json, textwrap, re


def _plainly(value: Value) -> bool:
    if isinstance(value, dict):
        return all(_plainly(key) and _plainly(one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return all(_plainly(one) for one in value)
    return isinstance(value, str | int | float | bool | type(None)) and not has_hole(value)


def _dumped(interpreter: Interpreter, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    known = {key: one for key, one in arguments.keywords.items() if key in ("indent", "sort_keys", "ensure_ascii")}
    interpreter.extents.check(value)
    if not _plainly(value) or not all(isinstance(one, bool | int | None) for one in known.values()):
        return Unknown("what is written as JSON isn't known")
    text = str(hashed(lambda: json.dumps(value, **known)))
    interpreter.budget.text(len(text))
    return text


def _loaded(interpreter: Interpreter, arguments: Arguments) -> Value:
    text = arguments.get(0, "s")
    if not isinstance(text, str) or has_hole(text):
        return Unknown("what is read as JSON isn't known")
    interpreter.budget.text(len(text))
    return hashed(lambda: json.loads(text))


def _texts(function: Callable[..., Any]) -> Callable[[Interpreter, Arguments], Value]:
    def call(interpreter: Interpreter, arguments: Arguments) -> Value:
        given = list(arguments.values())
        if not all(isinstance(one, str) for one in given):
            return interpreter.holes.text(Unknown("a text isn't known"))
        interpreter.budget.text(sum(map(len, given)) * 2)
        return function(*arguments.positional, **arguments.keywords)

    return call


def _import_module(interpreter: Interpreter, arguments: Arguments) -> Value:
    name = arguments.get(0, "name")
    if not isinstance(name, str) or has_hole(name) or not interpreter.sites:
        return Unknown("which module is imported isn't known", is_code=True)
    level = len(name) - len(name.lstrip("."))
    return interpreter.imported(interpreter.sites[-1].module, name.lstrip("."), level)


def _exit(_: Interpreter, __: Arguments) -> Value:
    raise Raised(RuntimeError("the process exits"))


_NOTHING_HAPPENS = native("nothing happens", lambda _, __: None)
_LOGGING = module(
    "logging",
    {
        "getLogger": native("getLogger", lambda _, __: silent("a logger")),
        **dict.fromkeys(
            ("debug", "info", "warning", "error", "exception", "critical", "basicConfig", "log"), _NOTHING_HAPPENS
        ),
        **{name: level for level, name in ((10, "DEBUG"), (20, "INFO"), (30, "WARNING"), (40, "ERROR"))},
        "config": silent("logging.config"),
    },
)
_DATETIME = {
    "datetime": datetime.datetime, "date": datetime.date, "time": datetime.time, "timedelta": datetime.timedelta,
    "timezone": datetime.timezone, "UTC": datetime.UTC,
}  # fmt: skip
_GENERIC = silent("typing")
_ENUM = {
    "Enum": enum.Enum, "IntEnum": enum.IntEnum, "StrEnum": enum.StrEnum, "ReprEnum": enum.ReprEnum,
    "Flag": enum.Flag, "IntFlag": enum.IntFlag,
    "auto": native("auto", lambda _, __: classes.Automatic()), "unique": decorator("unique"),
}  # fmt: skip
_ABSTRACT = {
    name: decorator(name)
    for name in ("abstractmethod", "final", "overload", "override", "runtime_checkable", "no_type_check")
}
_TYPING = {
    **_ABSTRACT,
    "TYPE_CHECKING": False,
    "cast": native("cast", _second_argument),
    "NamedTuple": object,
    "Protocol": object,
    "Generic": object,
    "TypedDict": object,
}


def _typing(name: str) -> Modelled:
    def find(_: Interpreter, attribute: str) -> Value:
        return _TYPING.get(attribute, _GENERIC)

    return Modelled(name, find)


_UNMODELLED = """
    re math random secrets hashlib hmac base64 binascii struct zlib gzip csv operator types traceback asyncio
    threading concurrent pickle shelve marshal ctypes subprocess signal shutil tempfile glob weakref gc atexit
    builtins ast code runpy pkgutil multiprocessing http urllib email calendar heapq bisect numbers fractions
    statistics unittest configparser argparse pprint zoneinfo unicodedata select resource fcntl site codecs html
    xml sqlite3 queue
""".split()  # noqa: SIM905 - fifty quoted names would be harder to read than words
_TABLE: Mapping[str, Value] = {
    "typing": _typing("typing"),
    "typing_extensions": _typing("typing_extensions"),
    "abc": module("abc", {"ABC": object, "ABCMeta": object, **_ABSTRACT}),
    "collections": module("collections", {
        "defaultdict": native("defaultdict", _default_dict), "Counter": native("Counter", _counted),
        "OrderedDict": native("OrderedDict", _ordered), "deque": native("deque", _queue),
        "namedtuple": native("namedtuple", _named_tuple), "abc": _typing("collections.abc"),
    }),
    "contextlib": module("contextlib", {
        "contextmanager": native("contextmanager", _context_manager), "suppress": native("suppress", _suppress),
        "asynccontextmanager": native("asynccontextmanager", _context_manager),
        "nullcontext": native("nullcontext", _null_context), "AbstractContextManager": object,
        "closing": native("closing", lambda _, arguments: contextlib.nullcontext(arguments.get(0, "thing"))),
        "ExitStack": native("ExitStack", exit_stack), "AsyncExitStack": native("AsyncExitStack", exit_stack),
    }),
    "functools": module("functools", {
        "partial": native("partial", _partial), "wraps": native("wraps", _wraps), "reduce": native("reduce", _reduce),
        "cache": decorator("cache"), "lru_cache": decorator("lru_cache"), "cached_property": native(
            "cached_property", lambda _, arguments: Decorated("property", arguments.get(0, "func"))
        ),
    }),
    "itertools": module("itertools", {
        "chain": Modelled("chain", _of_chain, _chain),
        "islice": native("islice", _sliced), "product": native("product", _product),
    }),
    "enum": module("enum", _ENUM),
    "dataclasses": module("dataclasses", {
        "dataclass": decorator("dataclass"), "field": native("field", _field), "asdict": native("asdict", _as_dict),
    }),
    "datetime": module("datetime", _DATETIME),
    "decimal": module("decimal", {"Decimal": decimal.Decimal}),
    "uuid": module("uuid", {
        "UUID": uuid.UUID, "uuid5": uuid.uuid5, "uuid3": uuid.uuid3, "NAMESPACE_DNS": uuid.NAMESPACE_DNS,
        "NAMESPACE_URL": uuid.NAMESPACE_URL, "NAMESPACE_OID": uuid.NAMESPACE_OID,
        "uuid4": unknown("a random UUID isn't known"), "uuid1": unknown("a random UUID isn't known"),
    }),
    "json": module("json", {
        "dumps": native("dumps", _dumped), "loads": native("loads", _loaded), "JSONDecodeError": json.JSONDecodeError,
    }),
    "textwrap": module("textwrap", {
        "dedent": native("dedent", _texts(textwrap.dedent)), "indent": native("indent", _texts(textwrap.indent)),
    }),
    "inspect": module("inspect", {"cleandoc": native("cleandoc", _texts(textwrap.dedent))}),
    "string": module("string", {
        "ascii_lowercase": string.ascii_lowercase, "ascii_letters": string.ascii_letters, "digits": string.digits,
        "ascii_uppercase": string.ascii_uppercase,
    }),
    "logging": _LOGGING,
    "warnings": module("warnings", {
        "warn": _NOTHING_HAPPENS, "filterwarnings": _NOTHING_HAPPENS, "simplefilter": _NOTHING_HAPPENS,
        "catch_warnings": native("catch_warnings", lambda _, __: contextlib.nullcontext()),
    }),
    "time": module("time", {
        "sleep": _NOTHING_HAPPENS,
        **{name: unknown("the time isn't known") for name in ("time", "monotonic", "perf_counter")},
    }),
    "importlib": module("importlib", {"import_module": native("import_module", _import_module)}),
    "sys": module("sys", {
        "exit": native("exit", _exit), "maxsize": 2**63 - 1, "version_info": (3, 11, 0), "platform": "linux",
        "stdout": silent("stdout"), "stderr": silent("stderr"), "path": silent("sys.path"),
    }),
    "os": paths.OS,
    "pathlib": paths.PATHLIB,
    "io": module("io", {}),
    "copy": module("copy", {
        "copy": native("copy", lambda _, arguments: _copied(arguments.get(0, "x"))),
        "deepcopy": native("deepcopy", lambda _, arguments: _copied(arguments.get(0, "x"), deep=True)),
    }),
    **{name: module(name, {}, rest=_ENVIRONMENT) for name in ("platform", "getpass", "socket", "locale")},
    **{name: module(name, {}, rest=f"{name} isn't modelled") for name in _UNMODELLED},
    "__future__": module("__future__", {}, rest="a feature of Python"),
}  # fmt: skip


def _copied(value: Value, *, deep: bool = False, depth: int = 0) -> Value:
    if depth > 20:
        return Unknown("a copy goes too deep")
    if isinstance(value, dict):
        made = value.copy()
        for key, one in value.items() if deep else ():
            made[key] = _copied(one, deep=True, depth=depth + 1)
        return made
    if isinstance(value, list):
        return [_copied(one, deep=True, depth=depth + 1) for one in value] if deep else list(value)
    if isinstance(value, set):
        return set(value)
    return Instance(value.cls, dict(value.attributes)) if isinstance(value, Instance) else value


def _find(interpreter: Interpreter, name: str) -> Value:
    first, *rest = name.split(".")
    found = _TABLE[first]
    for part in rest:
        found = found.find(interpreter, part) if isinstance(found, Modelled) else found
    return found


MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = dict.fromkeys(_TABLE, _find)
"""First part of a module's name → what gives the module."""
