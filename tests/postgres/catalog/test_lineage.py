"""What a query reads, as it is traced, is what the server says that a view of that query depends on."""

from pathlib import Path

import psycopg

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable

Reads = set[tuple[Name, str | None]]
"""(relation, column); None for a relation of which no column is read."""

SETUP, _, _LINES = Path(__file__).with_name("queries.sql").read_text(encoding="utf-8").partition("-- queries\n")
QUERIES = tuple(_LINES.splitlines())
REFUSED = {
    "select e.* from t, jsonb_each_text(doc) as e": "the columns of e aren't known",
    "select * from t, jsonb_each_text(doc)": "the columns of  aren't known",
    "select * from pg_class": "the columns of pg_class aren't known",
    "select x.id from (t join m using (id)) x": "the column x.id isn't known",
    "select j.id from (t join m using (id)) as j": "the column j.id isn't known",
    "select name, rank() over (order by name) from m qualify": "the query can't be read",
}
"""What the server takes, and tracing refuses: nothing is missed in silence."""
WIDER = {
    "select t from t",
    "select count(t) from t",
    "select t from t where t is not null",
    "select to_jsonb(t) from t",
    "select array_agg(t order by t.id) from t",
    "select (m).name from m",
    "select (t).amount from t",
    "select (x.t).amount from (select t from t) x",
    "select 1 as channel from t order by channel",
}
"""Where tracing has more columns than the server: a whole row is all of its columns."""
NEVER_RUN = {"select x.id from (select t.id, m.id from t, m) x", "select xmin from t, m", "select (doc).x from t"}
"""What tracing follows, and the server refuses."""


def _traced(query: str, catalog: Catalog) -> tuple[Reads, int] | str:
    """(what is read, how many columns are returned), or why that can't be told."""
    try:
        lineage = trace(query, catalog)
    except Untraceable as error:
        return str(error)
    whole = lineage.relations - {name for name, _ in lineage.direct}
    return {*lineage.direct, *((name, None) for name in whole)}, len(lineage.outputs)


def _by_the_server(connection: psycopg.Connection, query: str, columns: int) -> Reads | None:
    """What the server says, None where it refuses the query."""
    names = f"({', '.join(f'c{number}' for number in range(columns))})" if columns else ""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"create view traced {names} as {query}".encode())
            reads = read_catalog(connection).views[Name("traced", "public")].reads
    except psycopg.Error:
        return None
    return {(name, column) for name, column in reads if name.schema != "pg_catalog"}


def test_queries_are_traced_to_what_the_server_says_that_they_read(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP.encode())
        catalog = read_catalog(connection)
        wrong = [query for query in QUERIES if not _agree(query, connection, catalog)]
    assert len(QUERIES) > 150
    assert wrong == []
    assert {*REFUSED, *WIDER, *NEVER_RUN} <= set(QUERIES)


def _agree(query: str, connection: psycopg.Connection, catalog: Catalog) -> bool:
    traced = _traced(query, catalog)
    if isinstance(traced, str):
        is_known = query in REFUSED and traced.startswith(REFUSED[query])
        return is_known != (_by_the_server(connection, query, 0) is None)
    reads, columns = traced
    said = _by_the_server(connection, query, columns)
    if said is None:
        return query in NEVER_RUN
    if query not in WIDER:
        return reads == said
    return {name for name, _ in reads} == {name for name, _ in said} and reads >= {pair for pair in said if pair[1]}
