"""Finds out what a revision written for Alembic does, without importing or running it."""

import ast
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Place
from schemaguard.frozen import dataclass, field
from schemaguard.history.evaluation import compilers, environment
from schemaguard.history.evaluation.data_model import attributes
from schemaguard.history.evaluation.host.modelled import native
from schemaguard.history.evaluation.language import calls
from schemaguard.history.evaluation.language.expressions import EXPRESSIONS
from schemaguard.history.evaluation.language.statements import STATEMENTS
from schemaguard.history.evaluation.libraries import host_module
from schemaguard.history.evaluation.libraries.builtins import BUILTINS
from schemaguard.history.evaluation.libraries.paths import open_file
from schemaguard.history.evaluation.machine.budget import Exhausted
from schemaguard.history.evaluation.machine.interpreter import Interpreter, Language, Site
from schemaguard.history.evaluation.machine.recorder import Recorder
from schemaguard.history.evaluation.values.modules import Modules, ProjectModule
from schemaguard.history.evaluation.values.objects import (
    NOTHING,
    Arguments,
    Function,
    Raised,
    Unknown,
    Unsupported,
    Value,
)
from schemaguard.history.replay import Outcome
from schemaguard.history.revision import Direction, Revision, Run
from schemaguard.history.sources import Files

_FRAMES = 5_000
"""Python frames that one evaluation may use: each call of evaluated code takes about fifteen."""
FAULT = "it isn't evaluated to its end: a fault of schemaguard's own, please report it"
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
        recorder = Recorder(catalog, self.settings.postgresql, options)
        interpreter = Interpreter(LANGUAGE, self.modules, recorder)
        recorder.interpreter = interpreter
        is_empty, comments = self._evaluate(interpreter, revision, direction)
        run = Run(
            revision,
            direction,
            tuple(recorder.steps),
            catalog,
            recorder.catalog,
            file_comments=comments,
            is_empty=is_empty and not recorder.steps,
        )
        return Outcome(run, frozenset(self.modules.sources))

    def _evaluate(
        self, interpreter: Interpreter, revision: Revision, direction: Direction
    ) -> tuple[bool, tuple[tuple[Place, str], ...]]:
        """Evaluate one function of a revision: whether it does nothing at all, and the comments of its file."""
        recorder = interpreter.recorder
        module = ProjectModule(revision.id, revision.file, "", [])
        interpreter.sites.append(Site(module, _placed(1)))
        comments: tuple[tuple[Place, str], ...] = ()
        try:
            module = self.modules.revision(revision.file)
            interpreter.sites[0] = Site(module, _placed(_line_of(module, direction)))
            comments = tuple((Place(module.file, line), text) for line, text in module.comments.items())
            function = interpreter.module_name(module, direction)
            if function is NOTHING:
                return True, comments
            if isinstance(function, Function) and _does_nothing(function):
                return True, comments
            compilers.say(interpreter, module)
            interpreter.call(function, _handed_over(function))
            for used in [one for one in self.modules.found.values() if one is not None]:
                compilers.say(interpreter, used)
        except Raised as raised:
            _stopped(recorder, f"the revision raises {raised.message}")
        except Unsupported as reason:
            _stopped(recorder, f"it can't be evaluated: {reason}")
        except Exhausted as reason:
            _stopped(recorder, f"it isn't evaluated to its end: {reason}")
        except RecursionError:
            _stopped(recorder, "it isn't evaluated to its end: it is nested too deeply")
        except Exception as error:
            _stopped(recorder, f"{FAULT} ({type(error).__name__}: {error})")
        return False, comments

    def _of_environment(self, catalog: Catalog) -> Mapping[str, Any]:
        if self._options is None:
            recorder = Recorder(catalog, self.settings.postgresql, {})
            interpreter = Interpreter(LANGUAGE, self.modules, recorder)
            recorder.interpreter = interpreter
            self._options = environment.options(interpreter, self.env_file)
            self._option_sources = frozenset(self.modules.sources)
        return self._options


def _placed(line: int) -> ast.Call:
    node = ast.Call(ast.Name("upgrade", ast.Load()), [], [])
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = line, 0, line, 0
    return node


def _line_of(module: ProjectModule, name: str) -> int:
    return next((statement.lineno for statement in module.index.get(name, ())), 1)


def _handed_over(function: Value) -> Arguments:
    """What `run_migrations()` in env.py hands over to the function of a revision, where that takes something."""
    if not isinstance(function, Function):
        return Arguments()
    parameters = function.node.args
    taken = [*parameters.posonlyargs, *parameters.args]
    needed = taken[: len(taken) - len(parameters.defaults)]
    unknown = Unknown("what env.py hands over to the revision isn't known")
    return Arguments([unknown] * len(needed))


def _does_nothing(function: Function) -> bool:
    body = function.node.body if isinstance(function.node, ast.FunctionDef) else []
    return bool(body) and all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)) for one in body
    )


def _stopped(recorder: Recorder, reason: str) -> None:
    """What comes after this in the revision isn't known."""
    interpreter = recorder.interpreter
    if interpreter is not None:
        interpreter.trying = interpreter.conditional = 0
    recorder.is_stopped = True
    recorder.opaque(reason, None)
