"""Who a revision is: its identifiers, read from the assignments of its module without importing it."""

import ast
import re
from collections.abc import Callable, Iterator
from posixpath import basename

from schemaguard.finding import Place
from schemaguard.frozen import dataclass, replace
from schemaguard.history.declared import declared
from schemaguard.history.parsing import parse
from schemaguard.history.revision import Problem, Revision

ReadIdentity = Callable[[str, str], Revision | Problem]
"""(text, file) → the revision that it is, or why that can't be told."""

_FIELDS = ("revision", "down_revision", "depends_on", "branch_labels", "replaces")
_LEGACY_NAME = re.compile(r"([a-f0-9]+)\.py$")
_MOST_CHARACTERS = 8_000_000
"""Beyond this no parser is tried: a text of that size is not a migration, and parsing it costs gigabytes."""


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A value that can't be told without running the module, and where it stands."""

    line: int


def read_identity(text: str, file: str) -> Revision | Problem:
    """The revision that a module declares, or why it can't be told.

    Literals, tuples, lists, sets, sums of them and names of constants assigned before are understood, annotated or
    not. Where a name is assigned several times the last one counts, as it does for Alembic. Of a file that can't be
    parsed only plain assignments are read, and the revision says what is `broken`.
    """
    if len(text) > _MOST_CHARACTERS:
        return _without_parser(text, _unreadable(file, 1, f"the file is too long to be read: {len(text):,} characters"))
    try:
        module = parse(text)
        values = _assignments(module)
    except SyntaxError as error:
        return _without_parser(text, _unreadable(file, error.lineno or 1, f"not valid Python: {error.msg}"))
    except (ValueError, RecursionError, MemoryError) as error:
        return _without_parser(text, _unreadable(file, 1, f"not valid Python: {error or type(error).__name__}"))
    return _revision(values, file, ast.get_docstring(module) or "")


def _without_parser(text: str, problem: Problem) -> Revision | Problem:
    """The revision that a file which can't be parsed says it is: one bad file leaves the others their order."""
    values = declared(text, _FIELDS)
    found = _revision(values, problem.place.file, "") if values is not None and "revision" in values else problem
    if isinstance(found, Problem):
        return problem
    return replace(found, broken=replace(problem, revisions=(found.id,)))


def _revision(values: dict[str, object], file: str, doc: str) -> Revision | Problem:
    if isinstance(values.get("branch_labels"), _Unknown):
        # Labels only name revisions for people and for `depends_on`, where one that is missing is found out.
        values = {**values, "branch_labels": None}
    for name in _FIELDS:
        value = values.get(name)
        if isinstance(value, _Unknown):
            return _unreadable(
                file, value.line, f"{name} is not a literal, so its value can't be known without running the code"
            )
    identifier = values.get("revision")
    if "revision" not in values:
        legacy = _LEGACY_NAME.match(basename(file))
        identifier = legacy.group(1) if legacy else None
    if not isinstance(identifier, str) or not identifier:
        return _unreadable(file, 1, "no revision identifier: `revision = …` is missing")
    if "down_revision" not in values:
        return _unreadable(file, 1, f"`down_revision = …` is missing in revision {identifier}")
    names = {field: _names(values.get(field)) for field in _FIELDS[1:]}
    for field, value in names.items():
        if value is None:
            return _unreadable(file, 1, f"{field} of revision {identifier} is neither a string nor a sequence of them")
    return Revision(
        id=identifier,
        down=names["down_revision"] or (),
        file=file,
        depends_on=names["depends_on"] or (),
        branch_labels=names["branch_labels"] or (),
        replaces=names["replaces"] or (),
        message=" ".join(doc.strip().split("\n\n")[0].split()),
    )


def _names(value: object) -> tuple[str, ...] | None:
    match value:
        case None:
            return ()
        case str():
            return (value,) if value else ()
        case list() | tuple() | set() | frozenset():
            inner = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            names = tuple(name for name in inner if name is not None)
            return names if all(isinstance(name, str) for name in names) else None
        case _:
            return None


def _assignments(module: ast.Module) -> dict[str, object]:
    values: dict[str, object] = {}
    for statement in module.body:
        for target, value in _targets(statement):
            values[target] = _value(value, values) if value is not None else _Unknown(statement.lineno)
    return values


def _targets(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """(name, value) of each name that the statement binds; None where its value is not one expression."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _unpacked(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, None
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            # Which branch runs isn't known here: a name that is bound in any of them can't be told.
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _FIELDS:
                    yield node.id, None
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0], None
        case _:
            return


def _unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr | None]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), (ast.Tuple(elts=parts) | ast.List(elts=parts))) if len(
            names
        ) == len(parts):
            for inner, part in zip(names, parts, strict=True):
                yield from _unpacked(inner, part)
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), _):
            for inner in names:
                if isinstance(inner, ast.Name):
                    yield inner.id, None
        case _:
            return


def _value(node: ast.expr, known: dict[str, object]) -> object:
    """The value of a literal, of a constant assigned before, or of a sum of such; else _Unknown."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            parts = tuple(_value(element, known) for element in elements)
            unknown = next((part for part in parts if isinstance(part, _Unknown)), None)
            return unknown or (frozenset(parts) if isinstance(node, ast.Set) else parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = _value(left, known), _value(right, known)
            if isinstance(first, str) and isinstance(second, str):
                return first + second
            if isinstance(first, tuple) and isinstance(second, tuple):
                return first + second
        case _:
            pass
    return _Unknown(node.lineno)


def _unreadable(file: str, line: int, why: str) -> Problem:
    return Problem(
        rule="broken-history",
        kind="unreadable",
        message=f"{basename(file)} can't be read as a revision: {why}",
        place=Place(file, line),
        instead="correct the file, or move it out of the folder of revisions",
    )
