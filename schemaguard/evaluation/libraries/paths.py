"""Paths and files: only files of the project are read, through the same window as its modules."""

from collections.abc import Callable, Mapping
from posixpath import basename, dirname, join, normpath, splitext
from typing import Any

from schemaguard.evaluation.host import deployed
from schemaguard.evaluation.host.modelled import module, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Native, Unknown, Value


def read(interpreter: Interpreter, path: str) -> Value:
    """The text of a file of the project."""
    text = interpreter.modules.read(path)
    if text is None:
        return Unknown(f"{path} isn't a file of the project")
    interpreter.budget.text(len(text))
    return text


def as_path(value: Value) -> str | None:
    """The path that a value is, None where it isn't known to be one."""
    if isinstance(value, Modelled) and isinstance(value.kind, type) and issubclass(value.kind, _Path):
        return value.name
    return value if isinstance(value, str) and not has_hole(value) else None


class _Path:
    """The kind of a modelled path."""


def path(text: str) -> Modelled:
    """A `pathlib.Path`."""

    def find(_: Interpreter, name: str) -> Value:
        if name in _VALUES:
            return _VALUES[name](text)
        if name in _CALLS:
            return Native(name, lambda interpreter, arguments: _CALLS[name](interpreter, text, arguments))
        return NOTHING if name.startswith("__") else Unknown(f"Path.{name} isn't modelled")

    return Modelled(text, find, None, _Path)


def _parents(text: str) -> list[Modelled]:
    found = []
    while text not in ("", ".", "/"):
        text = dirname(text) or "."
        found.append(path(text))
    return found


_VALUES: Mapping[str, Callable[[str], Value]] = {
    "parent": lambda text: path(dirname(text) or "."),
    "parents": _parents,
    "name": basename,
    "stem": lambda text: splitext(basename(text))[0],
    "suffix": lambda text: splitext(text)[1],
}
_CALLS: Mapping[str, Callable[[Interpreter, str, Arguments], Value]] = {
    **dict.fromkeys(("resolve", "absolute", "expanduser"), lambda _, text, __: path(text)),
    **dict.fromkeys(("as_posix", "__str__", "__fspath__"), lambda _, text, __: text),
    **dict.fromkeys(
        ("joinpath", "__truediv__"),
        lambda _, text, arguments: _joined(Arguments([text, *arguments.positional]), path),
    ),
    "with_suffix": lambda _, text, arguments: path(splitext(text)[0] + str(arguments.get(0, "suffix"))),
    "with_name": lambda _, text, arguments: path(join(dirname(text), str(arguments.get(0, "name")))),
    "read_text": lambda interpreter, text, _: read(interpreter, text),
    "open": lambda interpreter, text, arguments: _opened(interpreter, text, arguments.get(0, "mode", "r")),
    **dict.fromkeys(("exists", "is_file"), lambda interpreter, text, _: interpreter.modules.read(text) is not None),
}


def _joined(arguments: Arguments, make: Callable[[str], Any]) -> Value:
    parts = [as_path(one) for one in arguments.positional]
    if any(part is None for part in parts):
        return Unknown("a path isn't known")
    return make(join(*(part for part in parts if part is not None)))


def _make_path(_: Interpreter, arguments: Arguments) -> Value:
    return _joined(arguments, path) if arguments.positional else path(".")


def open_file(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`open()`: of a file of the project, to read."""
    where = as_path(arguments.get(0, "file"))
    if where is None:
        return Unknown("which file is opened isn't known")
    return _opened(interpreter, where, arguments.get(1, "mode", "r"))


def _opened(interpreter: Interpreter, where: str, mode: Value) -> Value:
    if not isinstance(mode, str) or set(mode) - set("rt"):
        return Unknown(f"{where} is opened for something else than reading text")
    text = read(interpreter, where)

    def find(_: Interpreter, name: str) -> Value:
        match name:
            case "read":
                return Native(name, lambda _, __: text)
            case "readlines":
                return Native(name, lambda _, __: text.splitlines(keepends=True) if isinstance(text, str) else text)
            case "__enter__":
                return Native(name, lambda _, __: opened)
            case "close" | "__exit__":
                return Native(name, lambda _, __: None)
            case _:
                return Unknown(f"{name}() of a file isn't modelled")

    opened = Modelled("a file", find)
    return opened


def _of_path(function: Callable[[str], Any]) -> Native:
    def call(_: Interpreter, arguments: Arguments) -> Value:
        where = as_path(arguments.get(0, "path"))
        return Unknown("a path isn't known") if where is None else function(where)

    return native(function.__name__, call)


def _is_there(interpreter: Interpreter, arguments: Arguments) -> Value:
    where = as_path(arguments.get(0, "path"))
    return Unknown("a path isn't known") if where is None else interpreter.modules.read(where) is not None


_OS_PATH = module(
    "os.path",
    {
        "join": native("join", lambda _, arguments: _joined(arguments, str)),
        "dirname": _of_path(dirname),
        "basename": _of_path(basename),
        "splitext": _of_path(splitext),
        "normpath": _of_path(normpath),
        "abspath": _of_path(str),
        "realpath": _of_path(str),
        "exists": native("exists", _is_there),
        "isfile": native("isfile", _is_there),
    },
)


OS = module(
    "os",
    {
        "path": _OS_PATH,
        "environ": deployed.ENVIRON,
        "getenv": deployed.GETENV,
        "sep": "/",
        "linesep": "\n",
    },
    rest="what the operating system does isn't modelled",
)
PATHLIB = module(
    "pathlib", {name: native(name, _make_path) for name in ("Path", "PurePath", "PosixPath", "PurePosixPath")}
)
