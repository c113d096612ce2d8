"""Values that only a deployment knows: which name they get, and where the settings say them.

`settings.DB.SCHEMA` isn't known where nobody can tell what `settings` is. It gets the name that it has in the code,
so that a finding can say which line would make it known; where the settings have that line it is known.
"""

import ast
from dataclasses import replace
from functools import lru_cache

from schemaguard.config import is_sayable
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Instance, Unknown, Value
from schemaguard.evaluation.values.scope import Scope
from schemaguard.history.deployment import name_in, to_be_said, without_name

_OWN = ("self", "cls")


def of_name(interpreter: Interpreter, node: ast.Name, scope: Scope, value: Value) -> Value:
    """The value of a name; where it isn't known and belongs to a module, the one that the settings say."""
    if not isinstance(value, Unknown) or (scope.find(node.id) is not NOTHING and scope.names is not scope.module.names):
        return value
    return _settled(interpreter, value, node.id)


def of_attribute(interpreter: Interpreter, node: ast.Attribute, container: Value, value: Value) -> Value:
    """The value of an attribute; where it isn't known, the one that the settings say, else with its name."""
    if not isinstance(value, Unknown):
        return value
    text = text_of(node)
    found = _settled(interpreter, value, text)
    if found is not value:
        return found
    if isinstance(container, Unknown) and container.name is not None:
        return _named(value, f"{container.name}.{node.attr}")
    if text is not None and text.split(".")[0] not in _OWN and _is_field(container, node.attr, value):
        return replace(value, reason=to_be_said(without_name(value.reason), text), name=text)
    return value


def _is_field(container: Value, attribute: str, value: Unknown) -> bool:
    """Whether a value is a field of an object of settings, which is called as the code reaches it."""
    return isinstance(container, Instance) and value.name in {f"{cls.name}.{attribute}" for cls in container.cls.order}


def of_item(interpreter: Interpreter, node: ast.Subscript, container: Value, value: Value) -> Value:
    """The value of an item; where it isn't known, the one that the settings say, else with its name."""
    if not isinstance(value, Unknown):
        return value
    found = _settled(interpreter, value, text_of(node))
    is_plain = isinstance(node.slice, ast.Constant) and isinstance(container, Unknown) and container.name is not None
    if found is not value or not is_plain:
        return found
    return _named(value, f"{container.name}[{ast.unparse(node.slice)}]")


def of_call(interpreter: Interpreter, node: ast.Call, function: Value) -> Value:
    """What the settings say of a call of something unknown, before it is made; NOTHING where they say nothing."""
    if not interpreter.deployment.values or not isinstance(function, Unknown):
        return NOTHING
    text = text_of(node)
    if text is None:
        return NOTHING
    named = f"{function.name}{text.removeprefix(text_of(node.func) or '')}"
    for name in (text, named):
        if interpreter.deployment.says(name):
            return interpreter.deployment.take(name)
    return NOTHING


def of_result(interpreter: Interpreter, node: ast.Call, function: Value, value: Value) -> Value:
    """What a call gave; where it isn't known, what the settings say, else with its name."""
    if not isinstance(value, Unknown):
        return value
    text = text_of(node)
    found = _settled(interpreter, value, text)
    if found is not value or text is None or not isinstance(function, Unknown) or function.name is None:
        return found
    return _named(value, f"{function.name}{text.removeprefix(text_of(node.func) or '')}")


def bound_to(name: str, value: Value) -> Value:
    """A value that an import or an assignment at the top of a module binds: code that isn't known is called so."""
    if isinstance(value, Unknown) and (value.is_code or value.name is None) and name_in(value.reason) is None:
        return replace(value, name=name)
    return value


def _settled(interpreter: Interpreter, value: Unknown, text: str | None) -> Value:
    deployment = interpreter.deployment
    if deployment.values:
        for name in (value.name, text):
            if name is not None and deployment.says(name):
                return deployment.take(name)
    return value


def _named(value: Unknown, name: str) -> Unknown:
    return value if name_in(value.reason) is not None and value.default is None else replace(value, name=name)


@lru_cache(maxsize=4096)
def text_of(node: ast.expr) -> str | None:
    """An expression as an assumption names it; None for one that none can name."""
    return ast.unparse(node) if is_sayable(node) else None
