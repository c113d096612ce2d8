"""The type of an output column, wherever one is told, is the one that the server gives to a view's column."""

from dataclasses import replace
from pathlib import Path

import psycopg

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.types import parse_type
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.naming import UNKNOWN
from tests.postgres.naming.test_output_names import SETUP, expressions, query_of

TYPED = Path(__file__).with_name("typed.txt").read_text(encoding="utf-8").splitlines()


def test_every_type_that_is_told_is_the_servers(each_database: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute(SETUP.encode())
        catalog = read_catalog(connection)
        version = connection.info.server_version // 10000
        queries = [query_of(one) for one in expressions(version)] + [f"select {one} from ty" for one in TYPED]
        wrong, told = [], 0
        for query in queries:
            output = trace(query, catalog).outputs[0]
            if output.type == UNKNOWN:
                continue
            said = _type_of_column(connection, query)
            told += said is not None
            if said is not None and replace(output.type, schema=None) != replace(parse_type(said), schema=None):
                wrong.append((query, str(output.type), said))
    assert wrong == []
    assert told > 600


def _type_of_column(connection: psycopg.Connection, query: str) -> str | None:
    """The type of the first column of a view of the query, None where the server takes no such view."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"create view typed as {query}".encode())
            found = connection.execute(
                "select format_type(atttypid, atttypmod) from pg_attribute"
                " where attrelid = 'typed'::regclass and attnum = 1"
            ).fetchone()
    except psycopg.Error:
        return None
    return None if found is None else str(found[0])
