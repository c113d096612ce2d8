"""What a query that stands in a description reads: traced, or every column of whatever it names."""

import re
from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.frozen import dataclass
from schemaguard.importing.found import Columns, all_columns, merged, sql_name
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable

_NAMED = re.compile(r'(?:\b(?:from|join|only|table)\b|[.,(])\s*("(?:[^"]|"")+"|[\w$]+)', re.IGNORECASE)
"""A name where a query names what it reads."""


@dataclass(frozen=True, slots=True)
class QueryReads:
    """What a query reads of the tables that the catalog has, and why that may be too much."""

    columns: Columns
    why: str = ""
    """Why it can't be traced, empty where it was."""


def reads_of_query(query: str, catalog: Catalog) -> QueryReads:
    """The columns that a query names anywhere; every column of what it names where it can't be traced."""
    try:
        lineage = trace(query, catalog)
    except Untraceable as error:
        return QueryReads({name: all_columns(name, catalog) for name in relations_named(query, catalog)}, str(error))
    own = {name: frozenset[str]() for name in lineage.relations if name in catalog.tables or name in catalog.views}
    return QueryReads(merged((own, *({name: frozenset({column})} for name, column in lineage.direct if name in own))))


def relations_named(text: str, catalog: Catalog) -> Iterator[Name]:
    """Relations whose name stands where a query names what it reads, whatever schema is meant."""
    names = {name for found in _NAMED.findall(text) for name in sql_name(found)}
    yield from (name for name in (*catalog.tables, *catalog.views) if name.name in names)
