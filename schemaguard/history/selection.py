"""Which revisions are judged: all, or those that are new or changed since the base of a branch."""

import ast
import re
from collections.abc import Mapping
from typing import Literal

from schemaguard.finding import Place
from schemaguard.frozen import dataclass
from schemaguard.history import graph
from schemaguard.history.history import History
from schemaguard.history.parsing import parse
from schemaguard.history.revision import Problem

_MARK = re.compile(
    r"migrate:|\+goose|\+migrate|flyway:|create above /"
    r"|--[\s-]*(?:up|down)\s+migration\b|--\s*(?:depends|transactional)\s*:",
    re.IGNORECASE,
)
"""A comment that a tool reads."""
_STRICT_IN_ORDER = ("alembic", "flyway", "golang-migrate", "sqitch", "drizzle", "node-pg-migrate", "tern")
"""Tools that refuse or skip a migration that stands before an applied one; the others run it late."""

FileState = Literal["added", "changed", "reworded", "renamed", "deleted"]
"""`reworded`: only comments or layout differ, and its code does what it did."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happened to a file since the base; `before` is its path there."""

    path: str
    state: FileState
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """The point that a branch is compared with, and every file that differs from it, by its path now."""

    ref: str
    commit: str
    changes: Mapping[str, FileChange]


@dataclass(frozen=True, slots=True)
class Selection:
    """The revisions that are judged; `edited` are those of them that the base had already, with other content."""

    judged: frozenset[str]
    edited: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    base: Base | None = None
    with_ways_back: bool = True
    """Whether what is judged is run on its way back, too."""


def select(history: History, base: Base | None) -> Selection:
    """What is to be judged of a history on a branch.

    New are the revisions whose file wasn't there at the base. A file that was there with other content may have been
    applied already: its revision is judged again and said to be edited. One that was only moved or reworded is
    neither. Without a base everything is judged.
    """
    if base is None:
        return Selection(frozenset(history.graph.revisions))
    judged: set[str] = set()
    edited: set[str] = set()
    for revision in history.graph.revisions.values():
        states = {base.changes[file].state for file in _files_of(history, revision.id) if file in base.changes}
        if states <= {"renamed", "reworded"}:
            continue
        judged.add(revision.id)
        own = base.changes.get(revision.file)
        if own is not None and own.state == "changed" and not _is_repeatable(revision.id):
            edited.add(revision.id)
    problems = (*_edited(history, edited, base), *_removed(history, base), *_out_of_order(history, judged - edited))
    return Selection(frozenset(judged), frozenset(edited), problems, base)


def is_same_code(path: str, before: str, now: str) -> bool:
    """Whether two texts of a file do the same, whatever their comments, docstring and layout are."""
    if path.endswith(".py"):
        try:
            return _code(before) == _code(now)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return _sql_lines(before) == _sql_lines(now)


def _code(text: str) -> str:
    module = parse(text)
    body = module.body[1:] if ast.get_docstring(module, clean=False) is not None else module.body
    return ast.dump(ast.Module(body=body, type_ignores=[]))


def _sql_lines(text: str) -> list[str]:
    """The lines that count: none that are blank or only a comment, but the marks that migration tools read."""
    lines = (line.rstrip() for line in text.splitlines())
    return [line for line in lines if line and (not line.lstrip().startswith("--") or _MARK.search(line))]


def _files_of(history: History, revision: str) -> tuple[str, ...]:
    script = history.scripts.get(revision)
    own = history.graph.revisions[revision].file
    return (own, script.down.file) if script is not None and script.down is not None else (own,)


def _is_repeatable(revision: str) -> bool:
    """Whether the migration is meant to be edited and run again (Flyway's `R__`)."""
    return revision.startswith("R__")


def _edited(history: History, edited: set[str], base: Base) -> list[Problem]:
    return [
        Problem(
            rule="broken-history",
            kind="edited",
            message=f"revision {revision} was edited after it was merged ({base.ref}): "
            "databases that ran it won't run it again",
            place=Place(history.graph.revisions[revision].file, 1),
            revisions=(revision,),
            instead="undo the edit and put the change into a new revision",
        )
        for revision in history.graph.revisions
        if revision in edited
    ]


def _removed(history: History, base: Base) -> list[Problem]:
    """Revision files that the base had and that are gone."""
    folders = {_folder(revision.file) for revision in history.graph.revisions.values()}
    suffix = ".py" if history.kind == "alembic" else ".sql"
    return [
        Problem(
            rule="broken-history",
            kind="removed",
            message=f"{change.path} existed at {base.ref} and is gone; databases that ran it can't upgrade",
            place=Place(change.path, 1),
            instead="restore the file; undo what it did in a new revision",
        )
        for change in base.changes.values()
        if change.state == "deleted"
        and change.path.endswith(suffix)
        and _folder(change.path) in folders
        and not change.path.endswith("__init__.py")
    ]


def _out_of_order(history: History, new: set[str]) -> list[Problem]:
    """New revisions that stand before merged ones: a database that has the merged ones would never run them."""
    if not new or history.tool not in _STRICT_IN_ORDER:
        return []
    problems = []
    for revision in history.graph.order:
        if revision not in new:
            continue
        after = [r for r in graph.descendants(history.graph, (revision,)) if r not in new]
        if after:
            later = min(after, key=history.graph.order.index)
            problems.append(
                Problem(
                    rule="broken-history",
                    kind="out-of-order",
                    message=f"revision {revision} is new, but {later}, which was merged before, follows it",
                    place=Place(history.graph.revisions[revision].file, 1),
                    revisions=(revision,),
                    instead="put it after the last merged revision",
                )
            )
    return problems


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
