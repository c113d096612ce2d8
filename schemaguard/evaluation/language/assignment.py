"""Assignments: what names, attributes and items are bound to."""

import ast
from dataclasses import replace

from schemaguard.evaluation.data_model import operators
from schemaguard.evaluation.data_model.subscripts import delete_item, evaluate_key, set_item
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.machine.standpoint import CallSite
from schemaguard.evaluation.values.objects import NOTHING, Class, Instance, Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope


def assign(interpreter: Interpreter, node: ast.Assign, scope: Scope) -> None:
    """`a = b = value`."""
    value = interpreter.evaluate(node.value, scope)
    for target in node.targets:
        bind(interpreter, target, _of_module(target, value, scope), scope)


def _of_module(target: ast.expr, value: Value, scope: Scope) -> Value:
    """The value that a target gets: at the top of a module what is made by code that isn't known is called so.

    What has a plain name keeps it: `schema = settings.SCHEMA` is said as `settings.SCHEMA`.
    """
    is_name = isinstance(target, ast.Name) and scope.names is scope.module.names
    if (
        is_name
        and isinstance(target, ast.Name)
        and isinstance(value, Unknown)
        and value.is_code
        and (value.name or ")").endswith(")")
    ):
        return replace(value, name=target.id)
    return value


def assign_annotated(interpreter: Interpreter, node: ast.AnnAssign, scope: Scope) -> None:
    """`a: T = value`; a class remembers the order of its annotations, for it may be a dataclass."""
    if scope.is_class and isinstance(node.target, ast.Name):
        annotations = scope.names.setdefault("__annotations__", {})
        # After a branch on something unknown, or where the code binds the name itself, it may be anything.
        if isinstance(annotations, dict):
            annotations[node.target.id] = node.annotation
    if node.value is not None:
        value = interpreter.evaluate(node.value, scope)
        bind(interpreter, node.target, _of_module(node.target, value, scope), scope)


def assign_augmented(interpreter: Interpreter, node: ast.AugAssign, scope: Scope) -> None:
    """`a += value`; a list, set or dict is changed in place."""
    target = node.target
    old = interpreter.evaluate(_loaded(target), scope)
    value = interpreter.evaluate(node.value, scope)
    if isinstance(node.op, ast.Add) and type(old) is list:
        items = interpreter.iterate(value)
        interpreter.heap.touch(old)
        old.extend(interpreter.budget.listed(items) if items is not None else [value])
        interpreter.budget.sized(len(old))
        bind(interpreter, target, old, scope)
        return
    if isinstance(node.op, ast.BitOr) and type(old) in (dict, set) and type(value) is type(old):
        interpreter.heap.touch(old)
        old.update(value)
        interpreter.budget.sized(len(old))
        bind(interpreter, target, old, scope)
        return
    bind(interpreter, target, operators.apply(interpreter, type(node.op), old, value), scope)


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=value, attr=attr):
            return ast.copy_location(ast.Attribute(value, attr, ast.Load()), target)
        case ast.Subscript(value=value, slice=key):
            return ast.copy_location(ast.Subscript(value, key, ast.Load()), target)
        case _:
            return target


def bind(interpreter: Interpreter, target: ast.expr, value: Value, scope: Scope) -> None:
    """Bind a target to a value."""
    match target:
        case ast.Name(id=name):
            set_name(interpreter, name, value, scope)
        case ast.Attribute(value=owner):
            _set_attribute(interpreter, target, interpreter.evaluate(owner, scope), value, scope)
        case ast.Subscript(value=owner, slice=key):
            container = interpreter.evaluate(owner, scope)
            set_item(interpreter, container, evaluate_key(interpreter, key, scope), value)
        case ast.Starred(value=inner):
            bind(interpreter, inner, value, scope)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(interpreter, targets, value, scope)
        case _:
            return


def _set_attribute(interpreter: Interpreter, target: ast.Attribute, owner: Value, value: Value, scope: Scope) -> None:
    if not isinstance(owner, Unknown):
        interpreter.language.set_attribute(interpreter, owner, target.attr, value)
        return
    # It may be an object of a session, which then writes: that is said where it is set.
    interpreter.sites.append(CallSite(scope.module, target))
    try:
        interpreter.language.set_attribute(interpreter, owner, target.attr, value)
    finally:
        interpreter.sites.pop()


def set_name(interpreter: Interpreter, name: str, value: Value, scope: Scope) -> None:
    """Bind a name in the scope that it belongs to."""
    home = scope.home(name)
    if home.is_journaled:
        interpreter.heap.touch(home.names)
    home.names[name] = value


def _unpack(interpreter: Interpreter, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    items = interpreter.iterate(value)
    if items is None:
        unknown = value if isinstance(value, Unknown) else Unknown("it can't be told apart")
        for target in targets:
            bind(interpreter, target, unknown, scope)
        return
    values = interpreter.budget.listed(items)
    star = next((at for at, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if star is not None and len(values) >= len(targets) - 1:
        behind = len(targets) - star - 1
        end = len(values) - behind
        values = [*values[:star], values[star:end], *values[end:]]
    if len(values) != len(targets):
        raise Raised(ValueError(f"{len(values)} values for {len(targets)} names"))
    for target, one in zip(targets, values, strict=True):
        bind(interpreter, target, one, scope)


def delete(interpreter: Interpreter, node: ast.Delete, scope: Scope) -> None:
    """`del`."""
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                names = scope.home(name).names
                interpreter.heap.touch(names)
                names.pop(name, None)
            case ast.Subscript(value=owner, slice=key):
                container = interpreter.evaluate(owner, scope)
                delete_item(interpreter, container, evaluate_key(interpreter, key, scope))
            case ast.Attribute(value=owner, attr=attr):
                holder = interpreter.evaluate(owner, scope)
                if isinstance(holder, Instance | Class):
                    interpreter.heap.touch(holder.attributes)
                    holder.attributes.pop(attr, NOTHING)
            case _:
                continue
