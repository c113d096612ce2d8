from dataclasses import replace

import pytest

from schemaguard.catalog.changes import CreateTable, CreateView
from schemaguard.catalog.objects import Catalog, Column, Name, Table, View
from schemaguard.catalog.types import parse_type
from schemaguard.sql.queries.lineage import base_columns, complete, trace, view_columns
from schemaguard.sql.queries.qualifying import with_schemas
from schemaguard.sql.queries.traced import Untraceable
from schemaguard.sql.reading.translate import translate

CUSTOMERS, ORDERS, RATES = Name("customers", "public"), Name("orders", "public"), Name("rates", "app")


def table(name: Name, /, **columns: str) -> Table:
    return Table(name, tuple(Column(c, parse_type(t.rstrip("!")), t.endswith("!")) for c, t in columns.items()))


TABLES = (
    table(CUSTOMERS, id="bigint!", name="text", Region="text"),
    table(ORDERS, id="bigint!", customer_id="bigint!", amount="numeric(12,2)!", note="varchar(20)"),
    table(RATES, region="text!", rate="double precision"),
    replace(table(Name("loose", "public"), a="integer"), open=True),
)
TOTALS = "SELECT customer_id AS customer, sum(amount) AS total FROM orders WHERE note IS NULL GROUP BY 1"


def catalog() -> Catalog:
    tables = Catalog(tables={t.name: t for t in TABLES}, schemas=frozenset({"public", "app"}))
    view = view_columns(View(Name("totals", "public"), TOTALS), tables)
    return replace(tables, views={view.name: view})


def columns(*pairs: tuple[Name, str]) -> frozenset[tuple[Name, str]]:
    return frozenset(pairs)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT id FROM customers", columns((CUSTOMERS, "id"))),
        ("SELECT ID FROM Customers AS C WHERE c.Name = 'x'", columns((CUSTOMERS, "id"), (CUSTOMERS, "name"))),
        ('SELECT "Region" FROM public.customers', columns((CUSTOMERS, "Region"))),
        ("SELECT * FROM app.rates", columns((RATES, "region"), (RATES, "rate"))),
        ("SELECT r.* FROM app.rates r, customers", columns((RATES, "region"), (RATES, "rate"))),
        ("SELECT 1 FROM customers ORDER BY name", columns((CUSTOMERS, "name"))),
        ("SELECT sum(amount) AS s FROM orders HAVING max(id) > 1 ORDER BY s",
         columns((ORDERS, "amount"), (ORDERS, "id"))),
        ("WITH c AS (SELECT id, name FROM customers) SELECT id FROM c",
         columns((CUSTOMERS, "id"), (CUSTOMERS, "name"))),
        ("SELECT (SELECT name FROM customers c WHERE c.id = o.customer_id) FROM orders o",
         columns((CUSTOMERS, "name"), (CUSTOMERS, "id"), (ORDERS, "customer_id"))),
        ("SELECT 1 FROM orders o WHERE EXISTS (SELECT 1 FROM customers WHERE id = o.customer_id)",
         columns((CUSTOMERS, "id"), (ORDERS, "customer_id"))),
        ("SELECT x.n FROM orders o, LATERAL (SELECT o.note AS n) x", columns((ORDERS, "note"))),
        ("SELECT amount FROM orders UNION ALL SELECT rate FROM app.rates",
         columns((ORDERS, "amount"), (RATES, "rate"))),
        ("SELECT name FROM customers JOIN orders USING (id)",
         columns((CUSTOMERS, "name"), (CUSTOMERS, "id"), (ORDERS, "id"))),
        ("SELECT note FROM orders FOR NO KEY UPDATE OF orders", columns((ORDERS, "note"))),
        ("WITH c AS (SELECT id FROM customers FOR SHARE OF customers) SELECT id FROM c", columns((CUSTOMERS, "id"))),
        ("((SELECT note FROM orders LIMIT 1))", columns((ORDERS, "note"))),
        ("SELECT row_to_json(r) FROM app.rates r", columns((RATES, "region"), (RATES, "rate"))),
        ("SELECT total FROM totals", columns((ORDERS, "amount"), (ORDERS, "note"), (ORDERS, "customer_id"))),
        ("SELECT id FROM customers WHERE name = %(name)s AND id = :id",
         columns((CUSTOMERS, "id"), (CUSTOMERS, "name"))),
        ("SELECT g.n, id FROM customers, generate_series(1, 2) AS g(n)", columns((CUSTOMERS, "id"))),
        ("WITH RECURSIVE r(n) AS (SELECT id FROM customers UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
         columns((CUSTOMERS, "id"))),
        ("SELECT count(*) FROM customers", frozenset()),
        ("SELECT 1 FROM customers NATURAL JOIN orders", columns((CUSTOMERS, "id"), (ORDERS, "id"))),
        ("SELECT l.* FROM orders o, LATERAL (SELECT name FROM customers WHERE id = o.customer_id) l",
         columns((CUSTOMERS, "name"), (CUSTOMERS, "id"), (ORDERS, "customer_id"))),
        ("SELECT o.id FROM orders o JOIN customers c ON c.id = customer_id ORDER BY id",
         columns((ORDERS, "id"), (ORDERS, "customer_id"), (CUSTOMERS, "id"))),
        ("SELECT DISTINCT ON (id) o.id FROM orders o JOIN customers c ON c.id = customer_id",
         columns((ORDERS, "id"), (ORDERS, "customer_id"), (CUSTOMERS, "id"))),
        ("SELECT name AS n FROM customers UNION SELECT note FROM orders ORDER BY n",
         columns((CUSTOMERS, "name"), (ORDERS, "note"))),
        ("SELECT id FROM customers; -- the end", columns((CUSTOMERS, "id"))),
        ("SELECT ctid FROM customers", frozenset()),
    ],
)  # fmt: skip
def test_a_query_is_followed_to_its_base_columns(query: str, expected: frozenset[tuple[Name, str]]) -> None:
    assert base_columns(query, catalog()) == expected


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT a FROM nowhere", "the relation nowhere isn't known"),
        ("SELECT nothing FROM customers", "the column nothing isn't known"),
        ("SELECT c.nothing FROM customers c", "the column c.nothing isn't known"),
        ("SELECT * FROM loose", "not all columns of loose are known"),
        ("SELECT * FROM f(1)", "the columns of  aren't known"),
        ("DELETE FROM customers", "the text isn't one query"),
        ("SELECT 1; SELECT 2", "the text isn't one query"),
        ("SELECT FROM WHERE (", "the query can't be read"),
        ("SELECT id FROM customers, orders", "the column id is ambiguous"),
        ("SELECT 1 FROM customers JOIN orders ON true WHERE id = 1", "the column id is ambiguous"),
        ("SELECT l.nothing FROM orders, LATERAL (SELECT name FROM customers) l", "the column l.nothing isn't known"),
        ("SELECT rate FROM app.rates, public.rates", "the query can't be read"),
        ("SELECT id INTO copy FROM customers", "the query doesn't only read"),
        ("WITH gone AS (DELETE FROM orders RETURNING id) SELECT 1 FROM customers", "the query doesn't only read"),
    ],
)
def test_what_the_catalog_does_not_know_is_an_error_and_never_nothing(query: str, why: str) -> None:
    with pytest.raises(Untraceable) as caught:
        trace(query, catalog())
    assert str(caught.value).startswith(why[:20])


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT id,\n  nothing FROM customers", (2, 3)),
        ("SELECT 1\nFROM customers c,\n  nowhere", (3, 3)),
        ("SELECT c.name, 'é', \"Wrong\" FROM customers c", (1, 21)),
        ("SELECT id FROM customers JOIN orders ON true", (1, 8)),
    ],
)
def test_an_error_says_where_in_the_text(query: str, place: tuple[int, int]) -> None:
    with pytest.raises(Untraceable) as caught:
        trace(query, catalog())
    assert (caught.value.line, caught.value.column) == place


def test_an_output_says_its_name_type_and_whether_it_may_be_null() -> None:
    lineage = trace(
        "SELECT o.id, c.name, amount::int, count(*), max(note) AS longest, id + 1 FROM orders o LEFT JOIN"
        " (SELECT id AS cid, name FROM customers) c ON cid = customer_id",
        catalog(),
    )
    assert [(o.name, str(o.type), o.is_direct) for o in lineage.outputs] == [
        ("id", "bigint", True),
        ("name", "text", True),
        ("amount", "integer", False),
        ("count", "bigint", False),
        ("longest", "text", False),
        ("?column?", "bigint", False),
    ]
    assert lineage.outputs[1].may_be_null
    assert not lineage.has_star


def test_conditions_are_told_from_what_is_returned() -> None:
    lineage = trace("SELECT amount FROM public.orders WHERE note = 'x'", catalog())
    assert lineage.conditions == columns((ORDERS, "note"))
    assert lineage.qualified == {ORDERS}


def test_a_view_gets_its_columns_and_reads_relations_not_what_is_beneath_them() -> None:
    found = view_columns(View(Name("v"), "SELECT total, 1 AS one FROM totals"), catalog())
    assert [(c.name, str(c.type)) for c in found.columns or ()] == [("total", "numeric"), ("one", "integer")]
    assert found.reads == {(Name("totals", "public"), "total")}


def test_the_names_that_a_view_lists_win() -> None:
    (change,) = translate("CREATE VIEW v (a) AS SELECT id, name FROM customers")
    completed = complete(change, catalog())
    assert isinstance(completed, CreateView)
    assert [c.name for c in completed.view.columns or ()] == ["a", "name"]


def test_a_view_that_cannot_be_traced_reads_whole_relations() -> None:
    (change,) = translate("CREATE VIEW v AS SELECT * FROM nowhere")
    assert complete(change, catalog()) == change
    assert isinstance(change, CreateView)
    assert change.view.reads == {(Name("nowhere"), None)}


def test_a_table_made_by_a_query_gets_its_columns() -> None:
    (change,) = translate("CREATE TABLE t (x) AS SELECT id, note FROM orders WITH NO DATA")
    completed = complete(change, catalog())
    assert isinstance(completed, CreateTable)
    assert [(c.name, str(c.type)) for c in completed.table.columns] == [
        ("x", "bigint"),
        ("note", "character varying(20)"),
    ]
    assert not completed.table.open


def test_what_sqlglot_says_of_a_query_that_it_cannot_read_is_not_heard(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Untraceable):
        trace("WITH a AS (ALTER COLUMN a DROP NOT NULL t) SELECT * FROM a", catalog())
    assert not caplog.records


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT rate FROM rates", "SELECT rate FROM app.rates"),
        ('SELECT r.*, "Rates".x FROM "rates" r, customers', 'SELECT r.*, "Rates".x FROM app."rates" r, customers'),
        ("WITH orders AS (SELECT 1 FROM rates) SELECT * FROM orders",
         "WITH orders AS (SELECT 1 FROM app.rates) SELECT * FROM orders"),
        ("SELECT 'é' FROM app.rates, pg_class -- rates", "SELECT 'é' FROM app.rates, pg_class -- rates"),
    ],
)  # fmt: skip
def test_a_query_gets_the_schemas_that_the_search_path_stood_for(query: str, expected: str) -> None:
    assert with_schemas(query, replace(catalog(), search_path=("app", "public"))) == expected
