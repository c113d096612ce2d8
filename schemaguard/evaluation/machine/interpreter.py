"""The interpreter: walks the syntax tree of a revision and never runs its code.

What it does with each kind of node stands in the files beside it; this one holds the state that they share, and leads
from one to the other.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from schemaguard.evaluation.machine import sending
from schemaguard.evaluation.machine.budget import MOST_STEPS_OF_IMPORTS, OutOfReach
from schemaguard.evaluation.machine.extent import Extents
from schemaguard.evaluation.machine.heap import Heap, join
from schemaguard.evaluation.machine.recorder import Recorder
from schemaguard.evaluation.values.bindings import bound
from schemaguard.evaluation.values.modules import Modules, ProjectModule
from schemaguard.evaluation.values.objects import (
    NOTHING,
    Arguments,
    EvaluatedFunction,
    Raised,
    Unknown,
    Unsupported,
    Value,
)
from schemaguard.evaluation.values.scope import Scope
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Completion:
    """How a block ended early."""

    kind: Literal["return", "break", "continue"]
    value: Value = None


_FAIR_STEPS = 1_000
"""Whoever needs more than these for one name needs too many for the next revision, too."""
Evaluate = Callable[["Interpreter", Any, Scope], Value]
Execute = Callable[["Interpreter", Any, Scope], Completion | None]


@dataclass(frozen=True, slots=True)
class Language:
    """What the interpreter does with each kind of node, and with what values are asked for."""

    expressions: Mapping[type, Evaluate]
    statements: Mapping[type, Execute]
    call: Callable[["Interpreter", Value, Arguments], Value]
    attribute: Callable[["Interpreter", Value, str], Value]
    set_attribute: Callable[["Interpreter", Value, str, Value], None]
    iterate: Callable[["Interpreter", Value], Iterable[Value] | None]
    truth: Callable[["Interpreter", Value], bool | None]
    host_module: Callable[["Interpreter", str], Value]
    builtins: Mapping[str, Value]


class Interpreter:
    """One evaluation of one revision."""

    def __init__(self, language: Language, modules: Modules, recorder: Recorder) -> None:
        self.language = language
        self.modules = modules
        self.recorder = recorder
        standpoint = self.standpoint = recorder.standpoint
        self.budget, self.holes, self.sites = standpoint.budget, standpoint.holes, standpoint.sites
        self.extents = Extents(self.budget)
        self.heap = Heap(self.budget.spend)
        self.deployment = standpoint.deployment
        self.importing = 0
        """How many modules are being evaluated for one of their names: what they do besides isn't looked at."""
        self.is_in_application = False
        """Whether a function of the application is running, which may only take so many steps."""
        self.importing_others = 0
        """How many of those aren't the revision's own."""
        self.running: list[tuple[object, int]] = []
        """The functions that are running, outermost first, and how conditional each call was."""
        self.handled: list[Value] = []
        """The exceptions that are being handled, for a bare `raise`."""

    @property
    def conditional(self) -> int:
        """How many unknown conditions decide whether what comes now runs."""
        return self.standpoint.conditional

    @conditional.setter
    def conditional(self, count: int) -> None:
        self.standpoint.conditional = count

    @property
    def trying(self) -> int:
        """How many `try` blocks would catch what the server refuses."""
        return self.standpoint.trying

    @trying.setter
    def trying(self, count: int) -> None:
        self.standpoint.trying = count

    # Nodes

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """The value of an expression."""
        self.budget.spend()
        handler = self.language.expressions.get(type(node))
        if handler is None:
            return Unknown(f"{type(node).__name__} isn't modelled")
        return handler(self, node, scope)

    def execute(self, body: Iterable[ast.stmt], scope: Scope) -> Completion | None:
        """Run statements; how they ended where they didn't run through."""
        for statement in body:
            self.budget.spend()
            handler = self.language.statements.get(type(statement))
            if handler is None:
                raise Unsupported(f"{type(statement).__name__} isn't modelled")
            completion = handler(self, statement, scope)
            if completion is not None:
                return completion
        return None

    # Values

    def call(self, function: Value, arguments: Arguments) -> Value:
        """What calling something gives."""
        return self.language.call(self, function, arguments)

    def call_with(self, function: Value, *arguments: Value) -> Value:
        """What calling something with these arguments gives."""
        return self.language.call(self, function, Arguments(list(arguments)))

    def attribute(self, value: Value, name: str) -> Value:
        """The attribute of a value; raises Raised with an AttributeError where it certainly has none."""
        return self.language.attribute(self, value, name)

    def iterate(self, value: Value) -> Iterable[Value] | None:
        """The items of a value, None where they aren't known."""
        return self.language.iterate(self, value)

    def truth(self, value: Value) -> bool | None:
        """Whether a value counts as true, None where that isn't known."""
        return self.language.truth(self, value)

    @property
    def is_watched(self) -> bool:
        """Whether code is running that could use Alembic by itself, and not only for the sake of a name."""
        if self.importing or not self.sites:
            return False
        module = self.sites[-1].module
        return module.is_revision or module.knows_alembic

    def may_send(self, value: Value) -> bool:
        """Whether unknown code that gets the value could send statements with it: for certain, or in watched code."""
        return sending.can_send(value) or (self.is_watched and sending.sends(value))

    def recurs_unknowingly(self, function: EvaluatedFunction) -> bool:
        """Whether a function calls itself for the third time, and only something unknown decides how often it will."""
        calls = [conditional for node, conditional in self.running if node is function.node]
        return len(calls) > 1 and calls[0] < self.conditional

    # Names

    def name(self, name: str, scope: Scope) -> Value:
        """The value of a name; raises Raised with a NameError where it is defined nowhere."""
        found = scope.find(name)
        if found is NOTHING:
            found = self.module_name(scope.module, name)
        if found is NOTHING:
            found = self.language.builtins.get(name, NOTHING)
        if found is NOTHING and name in ("__file__", "__name__"):
            return scope.module.file if name == "__file__" else scope.module.name
        if found is NOTHING:
            raise Raised(NameError(f"name {name!r} is not defined"))
        return found

    def module_name(self, module: ProjectModule, name: str) -> Value:
        """The value of a name at the top of a module; NOTHING where it has none."""
        for statement in module.index.get(name, ()):
            if id(statement) not in module.done:
                module.done.add(id(statement))
                self._bind(module, statement, name)
        if name in module.names:
            return module.names[name]
        for star in module.stars if name not in self.language.builtins else ():
            source = self.imported(module, star.module or "", star.level)
            # A module's `__getattr__` has no say in what a star brings.
            is_own = isinstance(source, ProjectModule)
            found = self.module_name(source, name) if is_own else self.attribute_of_module(source, name)
            if found is not NOTHING:
                return found
        return NOTHING

    def evaluate_classes(self) -> None:
        """Evaluate all classes at the top of the modules that calls are going on in."""
        for module in {id(site.module): site.module for site in self.sites}.values():
            for statement in module.body:
                if isinstance(statement, ast.ClassDef):
                    self.module_name(module, statement.name)

    def _bind(self, module: ProjectModule, statement: ast.stmt, name: str) -> None:
        """Run one top-level statement, for the sake of one of the names that it binds."""
        scope = Scope(module, None, module.names, is_journaled=False)
        if (why := self.modules.known_out_of_reach(statement)) is not None:
            self._leave_unknown(module, statement, name, why)
            return
        depth, fence, was_in_application = self.budget.depth, self.budget.fence, self.is_in_application
        self.is_in_application = False
        # What an import leads to gets half of what is left to the import: its name may be told without it.
        allowance = self.budget.within_fence // 2 if self.importing_others else MOST_STEPS_OF_IMPORTS
        if not module.is_revision:
            self.budget.fenced(allowance)
        self.importing += 1
        self.importing_others += not module.is_revision
        try:
            self.budget.enter()
            self.execute((statement,), scope)
        except (Raised, Unsupported, OutOfReach, RecursionError) as reason:
            # What an application does when it is imported isn't worth giving up the revision for.
            why = reason.message if isinstance(reason, Raised) else str(reason)
            self._leave_unknown(module, statement, name, why)
            if isinstance(reason, OutOfReach) and allowance >= _FAIR_STEPS:
                self.modules.keep_out_of_reach(statement, why)
        finally:
            self.budget.depth, self.budget.fence = depth, fence
            self.is_in_application = was_in_application
            self.importing -= 1
            self.importing_others -= not module.is_revision

    def _leave_unknown(self, module: ProjectModule, statement: ast.stmt, name: str, why: str) -> None:
        for missing in (name, *bound(statement)):
            module.names.setdefault(missing, Unknown(f"{module.name}.{missing} can't be told: {why}"))

    def attribute_of_module(self, module: Value, name: str) -> Value:
        """A name of a project's or a library's module; NOTHING where it has none."""
        try:
            return self.attribute(module, name)
        except Raised:
            return NOTHING

    def imported(self, module: ProjectModule, name: str, level: int = 0) -> Value:
        """The module that an import in another one names: the project's, a modelled library's, or unknown."""
        if level:
            package = module.package.split(".") if module.package else []
            parts = package[: len(package) - (level - 1)] if level > 1 else package
            name = ".".join((*parts, name) if name else parts)
        else:
            host = self.language.host_module(self, name)
            if host is not NOTHING:
                return host
        try:
            found = self.modules.find(name)
        except Unsupported as reason:
            return Unknown(str(reason), is_code=True)
        return found if found is not None else Unknown(f"{name} isn't part of the project", is_code=True)

    # Branches

    def fork(
        self,
        first: Callable[[], Completion | None],
        second: Callable[[], Completion | None],
        scope: Scope,
        reason: str,
    ) -> Completion | None:
        """Run both sides of a branch that can't be decided, and go on from where they meet."""
        raised: list[Raised] = []

        def side(act: Callable[[], Completion | None]) -> Callable[[], Value]:
            def run() -> Value:
                try:
                    return act()
                except Raised as error:
                    raised.append(error)
                    return NOTHING

            return run

        self.conditional += 1
        try:
            left, right = self.heap.fork(*self.recorder.fork(side(first), side(second)), reason, _goes_on)
        finally:
            self.conditional -= 1
        if left is NOTHING and right is NOTHING:
            raise raised[-1]
        if left is NOTHING or right is NOTHING:
            found: Completion | None = right if left is NOTHING else left
            return found
        return self._met(left, right, scope, reason)

    def _met(self, left: Completion | None, right: Completion | None, scope: Scope, reason: str) -> Completion | None:
        """How a branch ended whose sides may have ended differently."""
        if left is not None and right is not None and left.kind == right.kind:
            return Completion(left.kind, join(left.value, right.value, reason))
        if left is None and right is None:
            return None
        # One side goes on and the other doesn't: all that follows depends on the condition.
        self.conditional += 1
        kinds = set()
        for side in (left, right):
            kinds.add(None if side is None else side.kind)
            if side is not None and side.kind == "return":
                scope.kept_returns.append(side.value)
        scope.may_have_left |= "break" in kinds
        for kind in ("continue", "break"):
            if None not in kinds and kind in kinds:
                return Completion(kind)
        return None


def _goes_on(result: Value) -> bool:
    """Whether what stands behind a branch runs after a side of it that ended like this."""
    return result is not NOTHING and not (isinstance(result, Completion) and result.kind == "return")
