"""Which revisions a dump holds already: by the rows that it puts into Alembic's version table, else by what it has."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import TypeGuard

from schemaguard.catalog.changes import InsertRows, Opaque
from schemaguard.history.folding import is_refusal
from schemaguard.history.revision import Run, Step

_ALREADY_THERE = ("(42P07)", "(42701)", "(42710)")
"""What the server says of a table, column or object that it has already."""
_VERSION_TABLE = "alembic_version"
_LITERAL = re.compile(r"'([^']+)'")


def stamped(steps: Iterable[Step], text: str) -> tuple[str, ...]:
    """The revisions that the dump holds as applied, none where it says nothing of them."""
    return tuple(dict.fromkeys(_rows(steps, text)))


def _rows(steps: Iterable[Step], text: str) -> Iterator[str]:
    for step in steps:
        for change in step.changes:
            if isinstance(change, InsertRows) and change.table.name == _VERSION_TABLE:
                if change.is_copy:
                    lines = text.splitlines()[step.statement.place.line :]
                    yield from (line.strip() for line in takewhile(lambda line: line != "\\.", lines))
                else:
                    _, _, values = step.statement.sql.partition(")") if change.columns else ("", "", step.statement.sql)
                    yield from _LITERAL.findall(values)


def held_already(runs: Sequence[Run], run: Callable[[str], Run]) -> str | None:
    """The last revision whose work a dump without version rows has evidently done; None where it is from before all.

    `runs` are the revisions replayed on the dump, `run` tells what a single one would do to it. Where the server would
    refuse one because what it makes is there, the dump isn't one from before the first; then every revision that would
    be refused like that is in it, and so are those before.
    """
    if not any(map(_makes_what_is_there, runs)):
        return None
    ids = (done.revision.id for done in reversed(runs))
    return next((one for one in ids if _makes_what_is_there(run(one))), None)


def _makes_what_is_there(run: Run) -> bool:
    reasons = (change.reason for step in run.steps for change in step.changes if _is_refused(change))
    return any(reason.endswith(_ALREADY_THERE) for reason in reasons)


def _is_refused(change: object) -> TypeGuard[Opaque]:
    return isinstance(change, Opaque) and is_refusal(change)
