"""Objects of pydantic's settings: each field is what its default says, unless a deployment says something else.

So a default is presumed where a statement needs a text, and conditions on it stay open. Sources: pydantic-settings,
"Field value priority" and "Environment variable names".
"""

import ast
from collections.abc import Iterator

from schemaguard.evaluation.host.deployed import presumable
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Class,
    Decorated,
    EvaluatedFunction,
    Instance,
    Modelled,
    Unknown,
    Value,
)

SETTINGS, MODEL = "BaseSettings", "BaseModel"
VALIDATOR, VALIDATOR_OF_ALL = "validator", "model_validator"
_ANY = "*"
_WHY = "a setting isn't known"
_SETS_ANY = {"setattr", "__setattr__", "__dict__", "model_copy"}


class SettingsField:
    """What pydantic's `Field()` gives."""

    def __init__(self, default: Value, factory: Value, names: tuple[str, ...]) -> None:
        self.default = default
        self.factory = factory
        self.names = names
        """Environment variables that are looked at instead of the one that the field's name makes."""


def is_a(cls: Class, base: str) -> bool:
    """Whether a class of the project builds on one of pydantic's."""
    return any(isinstance(one, Modelled) and one.name == base for each in cls.order for one in each.bases)


def fill(interpreter: Interpreter, instance: Instance, arguments: Arguments) -> None:
    """Give an object of settings, or of a plain model of pydantic's, its fields."""
    cls = instance.cls
    is_settings = is_a(cls, SETTINGS)
    changed = _changed_by_validators(cls)
    for name, held in _fields(cls):
        if name in arguments.keywords:
            instance.attributes[name] = arguments.keywords[name]
            continue
        default = _default(interpreter, held)
        if is_settings and (said := _said(interpreter, cls, name, held)) is not NOTHING:
            instance.attributes[name] = said
        elif is_settings or default is NOTHING:
            is_changed = name in changed or _ANY in changed
            instance.attributes[name] = _presumed(f"{cls.name}.{name}", default, is_changed=is_changed)
        else:
            instance.attributes[name] = default


def _fields(cls: Class) -> Iterator[tuple[str, Value]]:
    """The annotated fields, those of the classes above first; constants of the class aren't fields."""
    found: dict[str, Value] = {}
    for one in reversed(cls.order):
        annotations = one.attributes.get("__annotations__")
        for name, annotation in annotations.items() if isinstance(annotations, dict) else ():
            if not name.startswith("_") and "ClassVar" not in _mentioned(annotation):
                found[name] = one.attributes.get(name, NOTHING)
    yield from found.items()


def _mentioned(annotation: Value) -> set[str]:
    if not isinstance(annotation, ast.AST):
        return set()
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(annotation) if isinstance(node, ast.Attribute)}


def _default(interpreter: Interpreter, held: Value) -> Value:
    if not isinstance(held, SettingsField):
        return held
    return held.default if held.factory is None else interpreter.call_with(held.factory)


def _said(interpreter: Interpreter, cls: Class, name: str, held: Value) -> Value:
    """What the user says of the environment variable that the field is read from."""
    variables = held.names if isinstance(held, SettingsField) and held.names else (f"{_prefix(cls)}{name}",)
    for variable in variables:
        if (known := interpreter.deployment.taken_of_environment(variable)) is not None:
            return interpreter.deployment.take(known)
    return NOTHING


def _prefix(cls: Class) -> str:
    """The prefix of the environment variables, from `model_config` or the inner class `Config`."""
    config = cls.find("model_config")
    prefix = config.get("env_prefix") if isinstance(config, dict) else None
    if prefix is None and isinstance(inner := cls.find("Config"), Class):
        prefix = inner.find("env_prefix")
    return prefix if isinstance(prefix, str) else ""


def _presumed(name: str, default: Value, *, is_changed: bool) -> Value:
    if isinstance(default, Instance) and is_a(default.cls, SETTINGS):
        return default  # It has read its own variables already.
    if isinstance(default, Instance):
        for inner, value in default.attributes.items():
            default.attributes[inner] = _presumed(f"{default.cls.name}.{inner}", value, is_changed=is_changed)
        return default
    if isinstance(default, Unknown) and default.name is not None:
        return default
    return presumable(_WHY, name, NOTHING if is_changed else default)


def _changed_by_validators(cls: Class) -> set[str]:
    """The fields that validators may change, `*` for all of them: settings validate their defaults, too."""
    changed: set[str] = set()
    for one in cls.order:
        for held in one.attributes.values():
            kind, _, rest = held.kind.partition(":") if isinstance(held, Decorated) else ("", "", "")
            if kind == VALIDATOR:
                changed.update(rest.split(","))
            elif kind == VALIDATOR_OF_ALL:
                is_after = rest == "after" and isinstance(held.function, EvaluatedFunction)
                changed |= _set_in(held.function) if is_after else {_ANY}
    return changed


def _set_in(function: EvaluatedFunction) -> set[str]:
    """The attributes that a method sets; `*` where it may set any."""
    attributes = [node for node in ast.walk(function.node) if isinstance(node, ast.Attribute)]
    mentioned = {node.attr for node in attributes}
    mentioned |= {node.id for node in ast.walk(function.node) if isinstance(node, ast.Name)}
    if mentioned & _SETS_ANY:
        return {_ANY}
    return {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
