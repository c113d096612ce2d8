"""What tracing a query finds: what it returns, and what it reads."""

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass

_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})
Source = tuple[Name, str]
"""A relation and one of its columns."""


class Untraceable(Exception):  # noqa: N818 - an answer: what a query reads can't be shown
    """What the query reads can't be shown; the message says why, and line and column where in the text."""

    def __init__(self, why: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(why)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Output:
    """One column that a query returns."""

    name: str
    type: Type
    """`unknown` where only the server's functions and operators could say."""
    sources: frozenset[Source]
    """The base columns that its value is made of."""
    is_direct: bool = False
    """Whether it is exactly one base column, unchanged."""
    may_be_null: bool = True
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a query returns and reads."""

    outputs: tuple[Output, ...]
    reads: frozenset[Source]
    """Every base column that is named anywhere, views followed to their tables."""
    conditions: frozenset[Source]
    """Those of `reads` that decide which rows there are: all that are named outside of what is returned."""
    direct: frozenset[Source]
    """What is named anywhere, without following views."""
    relations: frozenset[Name]
    """The tables and views that the text itself names, resolved."""
    qualified: frozenset[Name]
    """Those that it names with their schema, which no search_path can lead elsewhere."""
    has_star: bool
    """Whether it returns `*`: another column in a table is another column of the result."""
    calls: frozenset[str] = frozenset()
    """Functions that it calls and that aren't PostgreSQL's own: what they read isn't looked into."""


def is_of_the_server(name: Name) -> bool:
    """Whether the name means one of the server's own relations, which no migration makes."""
    return name.schema in _SYSTEM_SCHEMAS or (name.schema is None and name.name.startswith("pg_"))
