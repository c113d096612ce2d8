"""Which revisions a dump says it was taken at: the rows that it puts into Alembic's version table."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from schemaguard.catalog.changes import InsertRows
from schemaguard.history.revision import Step

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
