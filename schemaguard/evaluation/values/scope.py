"""Where names are looked up."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from schemaguard.evaluation.values.objects import NOTHING, Class, EvaluatedFunction, Value

if TYPE_CHECKING:
    from schemaguard.evaluation.values.modules import ProjectModule


class Scope:
    """The names of one function call, class body, comprehension or module."""

    __slots__ = (
        "declared", "function", "is_class", "is_journaled", "kept_returns", "may_have_left", "module", "names",
        "on_yield", "owner", "parent",
    )  # fmt: skip

    def __init__(
        self,
        module: "ProjectModule",
        parent: "Scope | None" = None,
        names: dict[str, Value] | None = None,
        *,
        function: EvaluatedFunction | None = None,
        owner: Class | None = None,
        is_class: bool = False,
        is_journaled: bool = True,
    ) -> None:
        self.module = module
        self.parent = parent
        self.names: dict[str, Value] = {} if names is None else names
        self.function = function
        self.owner = owner
        self.is_class = is_class
        self.is_journaled = is_journaled
        self.declared: dict[str, Scope] | None = None
        """Names declared `global` or `nonlocal`, and the scope that they live in."""
        self.on_yield: Callable[[Value], Value] | None = None
        """What a `yield` of the function does."""
        self.kept_returns: list[Value] = []
        """What the function may have returned already, where that depends on something unknown."""
        self.may_have_left = False
        """Whether the loop that is going on may have been left already."""

    def find(self, name: str) -> Value:
        """The value of a name in this scope and those around it; NOTHING where only the module may know it."""
        if self.declared and name in self.declared:
            return self.declared[name].find(name)
        if name in self.names:
            return self.names[name]
        scope = self.parent
        while scope is not None:
            if not scope.is_class and name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return NOTHING

    def home(self, name: str) -> "Scope":
        """The scope that an assignment to the name changes."""
        return self.declared[name] if self.declared and name in self.declared else self

    def declare_global(self, name: str) -> None:
        """Let assignments to the name change the module."""
        self.declared = {**(self.declared or {}), name: Scope(self.module, None, self.module.names)}

    def declare_nonlocal(self, name: str) -> None:
        """Let assignments to the name change the nearest function around this one that has it."""
        outer = self.parent
        while outer is not None and (outer.is_class or name not in outer.names):
            outer = outer.parent
        if outer is not None:
            self.declared = {**(self.declared or {}), name: outer}

    @property
    def around(self) -> "Scope | None":
        """What a function that is defined here sees around itself; the module's names are looked up in the module."""
        scope: Scope | None = self
        while scope is not None and scope.is_class:
            scope = scope.parent
        return None if scope is None or scope.names is scope.module.names else scope
