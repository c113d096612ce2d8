"""What a case of the compatibility table is."""

from dataclasses import dataclass
from typing import Any

from schemaguard.catalog.types import parse_type
from schemaguard.contracts.contract import Access, Promise, ReadsThrough

Through = tuple[ReadsThrough, ...]
BOTH: Through = ("table", "view")


def column(name: str, type_: str, **promised: Any) -> Promise:
    """One column of a contract, its type spelled as PostgreSQL does."""
    return Promise(name, parse_type(type_), **promised)


@dataclass(frozen=True, slots=True)
class Case:
    """A change, what a contract promises, what its reader and writer do, and which cause is expected for each.

    Before the change everything must work. `others` is what other clients do, or try to, before the reader reads: a
    loosened column shows only when somebody makes use of it.
    """

    row: str
    """The row of the table that it stands for."""
    what: str
    """The case in words, unlike any other's."""
    setup: str
    change: str
    promises: tuple[Promise, ...]
    reader: str | None = None
    """The cause code, None where it is compatible."""
    writer: str | None = None
    table: str = "t"
    query: str | None = None
    """The reader's query; else it selects the promised columns."""
    written: tuple[Promise, ...] | None = None
    """What the writer promises, where that is something else."""
    insert: str | None = None
    """The writer's statement; else it names the promised columns."""
    sent: tuple[tuple[Any, ...], ...] = ()
    upsert: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    viewed: tuple[str | None, str | None] | None = None
    """The cause codes of (reader, writer) through a contract view, where they are others."""
    through: Through = BOTH
    accesses: tuple[Access, ...] = ("read", "write")

    def expected(self, access: Access, through: ReadsThrough) -> str | None:
        """The cause code for one access."""
        reader, writer = self.viewed if through == "view" and self.viewed is not None else (self.reader, self.writer)
        return reader if access == "read" else writer
