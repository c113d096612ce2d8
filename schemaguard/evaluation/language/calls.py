"""Calls: their arguments, and what is called."""

import ast

from schemaguard.evaluation.data_model import methods
from schemaguard.evaluation.effects import calls as effects
from schemaguard.evaluation.effects import orm
from schemaguard.evaluation.host import objects
from schemaguard.evaluation.language import classes, said
from schemaguard.evaluation.language.functions import call_function
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.standpoint import CallSite
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    BoundMethod,
    Class,
    EvaluatedFunction,
    HostMethod,
    Instance,
    Native,
    Raised,
    Super,
    Unknown,
    Value,
)
from schemaguard.evaluation.values.scope import Scope


def call(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Value:
    """A call."""
    if isinstance(node.func, ast.Name) and node.func.id in _SCOPED and scope.find(node.func.id) is NOTHING:
        return _SCOPED[node.func.id](interpreter, scope)
    function = interpreter.evaluate(node.func, scope)
    if (known := said.of_call(interpreter, node, function)) is not NOTHING:
        return known
    arguments = evaluate_arguments(interpreter, node, scope)
    if isinstance(function, Unknown) and isinstance(node.func, ast.Attribute) and node.func.attr in _SESSIONS:
        # `db.Session(bind=…)`: whoever made `db`, it is SQLAlchemy's session.
        function = orm.ORM[node.func.attr]
    interpreter.sites.append(CallSite(scope.module, node))
    try:
        return said.of_result(interpreter, node, function, call_value(interpreter, function, arguments))
    finally:
        interpreter.sites.pop()


def evaluate_arguments(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Arguments:
    """The arguments of a call, with starred ones taken apart."""
    found = Arguments()
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            values = interpreter.iterate(interpreter.evaluate(argument.value, scope))
            if values is None:
                found.is_open = True
            else:
                found.positional.extend(interpreter.budget.listed(values))
        else:
            found.positional.append(interpreter.evaluate(argument, scope))
    for keyword in node.keywords:
        value = interpreter.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            found.keywords[keyword.arg] = value
        elif isinstance(value, dict) and all(isinstance(key, str) for key in value):
            found.keywords.update(value)
        else:
            found.is_open = True
    return found


def call_value(interpreter: Interpreter, function: Value, arguments: Arguments) -> Value:
    """What calling a value gives."""
    interpreter.budget.spend()
    match function:
        case Native():
            return function.call(interpreter, arguments)
        case EvaluatedFunction():
            return call_function(interpreter, function, arguments)
        case BoundMethod(function=inner, receiver=receiver):
            return call_value(interpreter, inner, arguments.behind(receiver))
        case Class():
            return classes.instantiate(interpreter, function, arguments)
        case Unknown():
            return _call_unknown(interpreter, function, arguments)
        case Instance(cls=cls):
            method = cls.find("__call__")
            if method is NOTHING:
                raise Raised(TypeError(f"{cls.name!r} object is not callable"))
            return call_value(interpreter, method, arguments.behind(function))
        case HostMethod(receiver=receiver, name=name) if methods.has_method(receiver, name):
            return methods.call(interpreter, receiver, name, arguments)
        case _:
            return effects.call(interpreter, function, arguments)


def _call_unknown(interpreter: Interpreter, function: Unknown, arguments: Arguments) -> Unknown:
    """Something that can't be read is called; it may send statements where it gets the means to."""
    if interpreter.may_send(function) or any(map(interpreter.may_send, arguments.values())):
        said = "calling it may send statements" if function.sends else "it is given the connection"
        interpreter.recorder.opaque(f"{function.reason}, and {said}", None)
        return Unknown(function.reason)
    for value in arguments.values():
        if isinstance(value, list | dict | set):
            objects.forget(interpreter, value, function.reason)
    return Unknown(function.reason, is_code=function.is_code)


def _super(_: Interpreter, scope: Scope) -> Value:
    inner: Scope | None = scope
    while inner is not None and inner.function is None:
        inner = inner.parent
    if inner is None or inner.owner is None or inner.function is None:
        return Unknown("super() outside of a method")
    parameters = inner.function.node.args
    first = (*parameters.posonlyargs, *parameters.args)
    return Super(inner.names[first[0].arg], inner.owner) if first else Unknown("super() outside of a method")


def _globals(interpreter: Interpreter, scope: Scope) -> Value:
    for name in scope.module.index:
        interpreter.module_name(scope.module, name)
    return scope.module.names


def _locals(_: Interpreter, scope: Scope) -> Value:
    return dict(scope.names)


_SESSIONS = frozenset({"Session", "sessionmaker", "scoped_session"})
_SCOPED = {"super": _super, "globals": _globals, "locals": _locals}
