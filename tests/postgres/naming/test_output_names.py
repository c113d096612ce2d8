"""What an output column without AS is called here is what the server calls it."""

from pathlib import Path

import psycopg

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.sql.queries.lineage import trace

SETUP = Path(__file__).with_name("setup.sql").read_text(encoding="utf-8")
LINES = [
    line
    for line in Path(__file__).with_name("expressions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]


def expressions(version: int) -> list[str]:
    """Those that a version of PostgreSQL takes."""
    found = []
    for line in LINES:
        since, plus, rest = line.partition("+ ")
        is_marked = bool(plus) and len(since) == 2 and since.isdigit()
        if not is_marked or version >= int(since):
            found.append(rest if is_marked else line)
    return found


def query_of(expression: str) -> str:
    """The expression as the one item of a query."""
    tail = " group by id" if expression.startswith("grouping") else ""
    tail += " window w as (order by id)" if "over w" in expression else ""
    return f"select {expression} from t{tail}"


def test_every_expression_is_called_what_the_server_calls_it(each_database: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute(SETUP.encode())
        catalog = read_catalog(connection)
        wrong = []
        tried = 0
        for expression in expressions(connection.info.server_version // 10000):
            query = query_of(expression)
            said = said_by(connection, query)
            if said is None:
                assert "xml" in expression or "<a/>" in expression
                continue
            tried += 1
            called = [output.name for output in trace(query, catalog).outputs]
            if called != said:
                wrong.append((expression, called, said))
    assert wrong == []
    assert tried > 680


def said_by(connection: psycopg.Connection, query: str) -> list[str] | None:
    """What the server calls the columns of a query, None where it was built without what the query takes: XML."""
    try:
        described = connection.execute(f"{query} limit 0".encode()).description
    except psycopg.errors.FeatureNotSupported:
        return None
    assert described is not None
    return [column.name for column in described]
