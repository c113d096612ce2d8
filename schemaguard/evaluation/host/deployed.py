"""Where code asks for what only a deployment knows: environment variables, options of alembic.ini, `-x` arguments."""

from collections.abc import Callable, Mapping

from schemaguard.evaluation.host.modelled import module, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Unknown, Value
from schemaguard.history.deployment import in_group, to_be_said

OF_ENVIRONMENT = "what the environment says isn't known"
_OF_OPTIONS = "what the configuration says isn't known"
_OF_ARGUMENTS = "what alembic -x is given isn't known"


def presumable(reason: str, name: str, default: Value) -> Unknown:
    """A value that only a deployment knows; a default that is plain is what it is where nothing else is said."""
    told = to_be_said(reason, name)
    if isinstance(default, Unknown):
        return Unknown(told, name=name, default=default.default)
    is_plain = isinstance(default, str | int | float) and not isinstance(default, bool) and not has_hole(default)
    return Unknown(told, name=name, default=str(default) if is_plain else None)


def _told(interpreter: Interpreter, group: str, key: Value, default: Value, reason: str) -> Value:
    if not isinstance(key, str) or has_hole(key):
        return Unknown(reason)
    name = in_group(group, key)
    if interpreter.deployment.says(name):
        return interpreter.deployment.take(name)
    return presumable(reason, name, default)


def variable(interpreter: Interpreter, key: Value, default: Value = NOTHING) -> Value:
    """The environment variable of that name."""
    return _told(interpreter, "env", key, default, OF_ENVIRONMENT)


def option(interpreter: Interpreter, key: Value, default: Value = NOTHING) -> Value:
    """The option of that name in alembic.ini, whose value there may be overridden by env.py."""
    written = interpreter.deployment.options.get(key.lower(), default) if isinstance(key, str) else default
    return _told(interpreter, "option", key, written, _OF_OPTIONS)


def _argument(interpreter: Interpreter, key: Value, default: Value = NOTHING) -> Value:
    return _told(interpreter, "x", key, default, _OF_ARGUMENTS)


Ask = Callable[..., Value]


def _asking(ask: Ask, position: int = 0, names: tuple[str, str] = ("key", "default")) -> Value:
    """A function that takes a key, then perhaps a default."""

    def call(interpreter: Interpreter, arguments: Arguments) -> Value:
        key = arguments.get(position, names[0])
        return ask(interpreter, key, arguments.get(position + 1, names[1], NOTHING))

    return native("get", call)


def _mapping(name: str, ask: Ask, reason: str) -> Modelled:
    """A mapping that is asked for keys and never gone over."""
    known: Mapping[str, Value] = {
        **dict.fromkeys(("get", "__getitem__", "setdefault", "pop"), _asking(ask)),
        "copy": native("copy", lambda _, __: made),
    }

    def find(_: Interpreter, attribute: str) -> Value:
        return known.get(attribute, NOTHING if attribute.startswith("__") else Unknown(reason))

    made = Modelled(name, find)
    return made


ENVIRON = _mapping("os.environ", variable, OF_ENVIRONMENT)
GETENV = _asking(variable)
_OPTIONS = _mapping("a section of alembic.ini", option, _OF_OPTIONS)
_ARGUMENTS = _mapping("the -x arguments", _argument, _OF_ARGUMENTS)
CONFIG = module(
    "context.config",
    {
        "get_main_option": _asking(option, names=("name", "default")),
        "get_alembic_option": _asking(option, names=("name", "default")),
        "get_section_option": _asking(option, 1, ("name", "default")),
        "get_section": native("get_section", lambda _, __: _OPTIONS),
        "attributes": _mapping("config.attributes", option, _OF_OPTIONS),
        **dict.fromkeys(
            ("set_main_option", "set_section_option", "print_stdout"), native("set_main_option", lambda _, __: None)
        ),
    },
    rest=_OF_OPTIONS,
)


def get_x_argument(_: Interpreter, arguments: Arguments) -> Value:
    """`context.get_x_argument()`: as a dictionary it can be asked for names, as a list nothing of it is known."""
    return _ARGUMENTS if arguments.get(0, "as_dictionary") is True else Unknown(_OF_ARGUMENTS)
