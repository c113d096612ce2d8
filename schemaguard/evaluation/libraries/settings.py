"""Libraries that read settings from the environment: pydantic, decouple, environs, django-environ."""

from collections.abc import Callable, Mapping

from schemaguard.evaluation.host import deployed
from schemaguard.evaluation.host.modelled import module, native
from schemaguard.evaluation.language.settings import MODEL, SETTINGS, VALIDATOR, VALIDATOR_OF_ALL, SettingsField
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Decorated, Modelled, Unknown, Value


def _base(name: str) -> Modelled:
    def find(_: Interpreter, attribute: str) -> Value:
        return NOTHING if attribute.startswith("__") else Unknown(f"{name}.{attribute} isn't modelled")

    return Modelled(name, find)


def _field(_: Interpreter, arguments: Arguments) -> SettingsField:
    default = arguments.get(0, "default", NOTHING)
    given = (arguments.keywords.get(key) for key in ("validation_alias", "alias", "env"))
    names = next((one for one in given if one is not None), ())
    texts = [names] if isinstance(names, str) else names if isinstance(names, list | tuple) else ()
    return SettingsField(
        NOTHING if default is ... else default,
        arguments.keywords.get("default_factory"),
        tuple(one for one in texts if isinstance(one, str)),
    )


def _validator(_: Interpreter, arguments: Arguments) -> Value:
    """`@field_validator("a", "b")`: it may change these fields."""
    fields = ",".join(one for one in arguments.positional if isinstance(one, str)) or "*"
    return native("field_validator", lambda _, given: Decorated(f"{VALIDATOR}:{fields}", given.get(0, "function")))


def _validator_of_all(_: Interpreter, arguments: Arguments) -> Value:
    """`@model_validator(mode="after")`: it may change any field, and one that runs after does so by setting them."""
    if len(arguments.positional) == 1 and not arguments.keywords:
        return Decorated(f"{VALIDATOR_OF_ALL}:before", arguments.positional[0])
    kind = f"{VALIDATOR_OF_ALL}:{arguments.keywords.get('mode')}"
    return native("model_validator", lambda _, given: Decorated(kind, given.get(0, "function")))


def _computed(_: Interpreter, arguments: Arguments) -> Value:
    """`@computed_field` above a property leaves it one."""
    if arguments.positional:
        return arguments.positional[0]
    return native("computed_field", lambda _, given: given.get(0, "function"))


_PYDANTIC: Mapping[str, Value] = {
    SETTINGS: _base(SETTINGS),
    MODEL: _base(MODEL),
    "Field": native("Field", _field),
    "AliasChoices": native("AliasChoices", lambda _, arguments: list(arguments.positional)),
    **dict.fromkeys(
        ("SettingsConfigDict", "ConfigDict"), native("ConfigDict", lambda _, arguments: dict(arguments.keywords))
    ),
    **dict.fromkeys(("field_validator", "validator"), native("field_validator", _validator)),
    **dict.fromkeys(("model_validator", "root_validator"), native("model_validator", _validator_of_all)),
    "computed_field": native("computed_field", _computed),
}


def _of_pydantic(_: Interpreter, name: str) -> Value:
    def find(_: Interpreter, attribute: str) -> Value:
        if attribute in _PYDANTIC:
            return _PYDANTIC[attribute]
        if attribute.startswith("__"):
            return NOTHING
        if attribute.islower():
            return Modelled(f"{name}.{attribute}", find)
        return Unknown(f"{name}.{attribute} isn't modelled", is_code=True)

    return Modelled(name, find)


def _asked(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`config("SCHEMA", default="public")`: the variable as a text, or what `cast` makes of it."""
    second = arguments.get(1, "default", NOTHING)
    default = NOTHING if isinstance(second, type) else arguments.keywords.get("default", second)
    cast = arguments.keywords.get("cast", second if isinstance(second, type) else str)
    found = deployed.variable(interpreter, arguments.get(0, "name"), default)
    return found if cast is str or isinstance(found, Unknown) else interpreter.call_with(cast, found)


def _of_kind(interpreter: Interpreter, arguments: Arguments) -> Value:
    """`env.int("DIMENSIONS", 3)`: what it makes of a text that is said isn't followed."""
    found = deployed.variable(interpreter, arguments.get(0, "name"), arguments.get(1, "default", NOTHING))
    return found if isinstance(found, Unknown) else Unknown("what a reader of the environment makes of a text")


def _of_reader(_: Interpreter, attribute: str) -> Value:
    if attribute in ("str", "get"):
        return native(attribute, _asked)
    return NOTHING if attribute.startswith("__") else native(attribute, _of_kind)


_READER = Modelled("a reader of the environment", _of_reader, _asked)
_MAKES_READER = native("Env", lambda _, __: _READER)
_READERS: Mapping[str, Value] = {
    "config": _READER,
    "env": _READER,
    **dict.fromkeys(("Env", "Config", "AutoConfig", "FileAwareEnv"), _MAKES_READER),
}
_LOADED = native("load_dotenv", lambda _, __: True)
MODULES: Mapping[str, Callable[[Interpreter, str], Value]] = {
    **dict.fromkeys(("pydantic", "pydantic_settings"), _of_pydantic),
    **dict.fromkeys(("decouple", "environs", "environ"), lambda _, name: module(name, _READERS)),
    "dotenv": lambda _, name: module(name, dict.fromkeys(("load_dotenv", "find_dotenv"), _LOADED)),
}
"""First part of a module's name → what gives the module. What a `.env` file says belongs to a deployment, too."""
