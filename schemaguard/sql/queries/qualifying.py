"""A query that means the same whatever the search_path is."""

from sqlglot import exp

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import quote_identifier
from schemaguard.sql.queries.lineage import is_of_the_server
from schemaguard.sql.queries.scopes import scope_of


def with_schemas(query: str, catalog: Catalog) -> str:
    """The query with the schema in front of every relation outside of `public` that it names without one.

    Nothing else of its text changes. Raises Untraceable where it can't be read.
    """
    places: dict[int, str] = {}
    for scope in scope_of(query).traverse():
        for source in scope.sources.values():
            if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier) or source.db:
                continue
            resolved = catalog.resolve(Name(source.name))
            if resolved.schema not in (None, "public") and not is_of_the_server(Name(source.name)):
                places[source.this.meta["start"]] = str(resolved.schema)
    for start in sorted(places, reverse=True):
        query = f"{query[:start]}{quote_identifier(places[start])}.{query[start:]}"
    return query
