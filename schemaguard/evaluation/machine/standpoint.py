"""Where evaluation stands: what the recorder has to know of it, and nothing of who walks the syntax tree."""

import ast
from dataclasses import dataclass, field

from schemaguard.evaluation.machine.budget import Budget
from schemaguard.evaluation.values.holes import Holes
from schemaguard.evaluation.values.modules import ProjectModule
from schemaguard.history.deployment import Deployment


@dataclass(frozen=True, slots=True)
class CallSite:
    """A place in the source: the module and the node."""

    module: ProjectModule
    node: ast.expr


@dataclass(slots=True)
class Standpoint:
    """The calls that are going on, and how certain it is that what comes next runs."""

    budget: Budget
    deployment: Deployment = field(default_factory=Deployment)
    """What the settings say of values that only a deployment knows, and what of it was of use."""
    holes: Holes = field(default_factory=Holes)
    sites: list[CallSite] = field(default_factory=list)
    """The calls that are going on, outermost first."""
    conditional: int = 0
    """How many unknown conditions decide whether what comes now runs."""
    trying: int = 0
    """How many `try` blocks would catch what the server refuses."""
