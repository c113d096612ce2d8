"""Finds out what a revision written for Alembic does, without importing or running it."""

import ast
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.evaluation import compilers, environment
from schemaguard.evaluation.data_model import attributes
from schemaguard.evaluation.host.modelled import native
from schemaguard.evaluation.language import calls
from schemaguard.evaluation.language.expressions import EXPRESSIONS
from schemaguard.evaluation.language.statements import STATEMENTS
from schemaguard.evaluation.libraries import host_module
from schemaguard.evaluation.libraries.alembic_names import OP
from schemaguard.evaluation.libraries.builtins import BUILTINS
from schemaguard.evaluation.libraries.paths import open_file
from schemaguard.evaluation.machine.budget import Budget, Exhausted
from schemaguard.evaluation.machine.interpreter import Interpreter, Language
from schemaguard.evaluation.machine.recorder import Recorder
from schemaguard.evaluation.machine.standpoint import CallSite, Standpoint
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
from schemaguard.finding import Place
from schemaguard.history.deployment import Deployment, Sayable
from schemaguard.history.replay import Outcome
from schemaguard.history.revision import Direction, Revision, Run
from schemaguard.history.sources import Files

_FRAMES = 5_000
"""Python frames that one evaluation may use: each call of evaluated code takes about fifteen."""
FAULT = "its evaluation stopped: a bug in schemaguard, please report it"
LANGUAGE = Language(
    expressions=EXPRESSIONS,
    statements=STATEMENTS,
    call=calls.call_value,
    attribute=attributes.attribute,
    set_attribute=attributes.set_attribute,
    iterate=attributes.iterate,
    truth=attributes.truth,
    host_module=host_module,
    builtins={**BUILTINS, "open": native("open", open_file)},
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says about evaluating."""

    postgresql: int = 16
    database: str | None = None
    """The database whose name env.py hands over to the revisions; None where it hands over none that is known."""
    assume: Mapping[str, Sayable] = field(default_factory=dict)
    """What the settings say of values that only a deployment knows."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What alembic.ini says, by the names of its options."""


@dataclass(slots=True)
class Evaluator:
    """Runs the revisions of an Alembic history over their syntax trees.

    `roots` are the folders that imports are looked up in, nearest first.
    """

    files: Files
    roots: tuple[str, ...]
    settings: Settings
    env_file: str | None = None
    modules: Modules = field(init=False)
    _options: Mapping[str, Any] | None = None
    _option_sources: frozenset[str] = frozenset()
    _options_used: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.modules = Modules(self.files, self.roots)

    def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
        """What the revision does in one direction to a database that looks like the catalog."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _FRAMES))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self._run(revision, direction, catalog)
        finally:
            sys.setrecursionlimit(limit)

    def _run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
        options = self._of_environment(catalog)
        self.modules.sources = {revision.file, *self._option_sources}
        self.modules.forget()
        deployment = self._deployment()
        recorder = Recorder(catalog, self.settings.postgresql, options, Standpoint(Budget(), deployment))
        interpreter = Interpreter(LANGUAGE, self.modules, recorder)
        is_empty, comments = self._evaluate(interpreter, revision, direction)
        run = Run(
            revision,
            direction,
            tuple(recorder.steps),
            catalog,
            recorder.catalog,
            file_comments=comments,
            is_empty=is_empty and not recorder.steps,
            assumed=tuple(sorted(deployment.used | self._options_used)),
            presumed=tuple(sorted(deployment.presumed)),
        )
        return Outcome(run, frozenset(self.modules.sources))

    def _evaluate(
        self, interpreter: Interpreter, revision: Revision, direction: Direction
    ) -> tuple[bool, tuple[tuple[Place, str], ...]]:
        """Evaluate one function of a revision: whether it does nothing at all, and the comments of its file."""
        recorder = interpreter.recorder
        module = ProjectModule(revision.id, revision.file, "", [])
        interpreter.sites.append(CallSite(module, _placed(1)))
        comments: tuple[tuple[Place, str], ...] = ()
        try:
            module = self.modules.revision(revision.file)
            interpreter.sites[0] = CallSite(module, _placed(_line_of(module, direction)))
            comments = tuple((Place(module.file, line), text) for line, text in module.comments.items())
            function = interpreter.module_name(module, direction)
            if function is NOTHING:
                return True, comments
            if isinstance(function, EvaluatedFunction) and _does_nothing(function):
                return True, comments
            compilers.say(interpreter, module)
            interpreter.call(function, _handed_over(function, self.settings.database))
            for used in [one for one in self.modules.found.values() if one is not None]:
                compilers.say(interpreter, used)
        except Raised as raised:
            _stopped(recorder, f"the revision raises {raised.message}")
        except Unsupported as reason:
            _stopped(recorder, f"it can't be evaluated: {reason}")
        except Exhausted as reason:
            _stopped(recorder, f"its evaluation stopped: {reason}")
        except RecursionError:
            _stopped(recorder, "its evaluation stopped: it is nested too deeply")
        except Exception as error:
            _stopped(recorder, f"{FAULT} ({type(error).__name__}: {error})")
        return False, comments

    def _deployment(self) -> Deployment:
        return Deployment(self.settings.assume, self.settings.options)

    def _of_environment(self, catalog: Catalog) -> Mapping[str, Any]:
        if self._options is None:
            deployment = self._deployment()
            recorder = Recorder(catalog, self.settings.postgresql, {}, Standpoint(Budget(), deployment))
            interpreter = Interpreter(LANGUAGE, self.modules, recorder)
            self._options = environment.options(interpreter, self.env_file)
            self._option_sources = frozenset(self.modules.sources)
            self._options_used = frozenset(deployment.used)
        return self._options


def _placed(line: int) -> ast.Call:
    node = ast.Call(ast.Name("upgrade", ast.Load()), [], [])
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = line, 0, line, 0
    return node


def _line_of(module: ProjectModule, name: str) -> int:
    return next((statement.lineno for statement in module.index.get(name, ())), 1)


def _handed_over(function: Value, database: str | None) -> Arguments:
    """What `run_migrations()` in env.py hands over to the function of a revision, where that takes something."""
    if not isinstance(function, EvaluatedFunction):
        return Arguments()
    parameters = function.node.args
    taken = [*parameters.posonlyargs, *parameters.args]
    if database is not None and taken:
        return Arguments([database])
    needed = taken[: len(taken) - len(parameters.defaults)]
    unknown = Unknown("what env.py hands over to the revision isn't known")
    return Arguments([OP if one.arg == "op" else unknown for one in needed])


def _does_nothing(function: EvaluatedFunction) -> bool:
    body = function.node.body if isinstance(function.node, ast.FunctionDef) else []
    return bool(body) and all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)) for one in body
    )


def _stopped(recorder: Recorder, reason: str) -> None:
    """What comes after this in the revision isn't known."""
    recorder.standpoint.trying = recorder.standpoint.conditional = 0
    recorder.is_stopped = True
    recorder.opaque(reason, None)
