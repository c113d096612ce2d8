"""Imports: from the project's own source, from modelled libraries, or of something unknown."""

import ast

from schemaguard.evaluation.language import said
from schemaguard.evaluation.language.assignment import set_name
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Raised, Unknown
from schemaguard.evaluation.values.scope import Scope


def import_modules(interpreter: Interpreter, node: ast.Import, scope: Scope) -> None:
    """`import a.b`, `import a.b as c`."""
    for alias in node.names:
        if alias.asname is not None:
            found = interpreter.imported(scope.module, alias.name)
            set_name(interpreter, alias.asname, said.bound_to(alias.asname, found), scope)
        else:
            first = alias.name.partition(".")[0]
            set_name(interpreter, first, said.bound_to(first, interpreter.imported(scope.module, first)), scope)


def import_names(interpreter: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    """`from a import b`; a name that the module doesn't have may be a module below it."""
    source = interpreter.imported(scope.module, node.module or "", node.level)
    for alias in node.names:
        if alias.name == "*":
            continue
        found = interpreter.attribute_of_module(source, alias.name)
        if found is NOTHING or isinstance(found, Unknown):
            below = _below(interpreter, node, alias.name, scope)
            found = below if below is not NOTHING else found
        if found is NOTHING:
            if interpreter.trying:
                raise Raised(ImportError(f"cannot import name {alias.name!r} from {node.module or '.'!r}"))
            # Code that is in use imports what is there: the module makes the name in a way that isn't seen here.
            found = Unknown(f"{node.module}.{alias.name} is made in a way that isn't modelled", is_code=True)
        name = alias.asname or alias.name
        set_name(interpreter, name, said.bound_to(name, found), scope)


def _below(interpreter: Interpreter, node: ast.ImportFrom, name: str, scope: Scope) -> object:
    below = interpreter.imported(scope.module, f"{node.module}.{name}" if node.module else name, node.level)
    return NOTHING if isinstance(below, Unknown) else below
