"""A catalog with names that do their worst, and what a reader reads as short text."""

from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold
from schemaguard.importing.found import Columns
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate

SHOP = """\
CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric NOT NULL, "Channel" text, payload jsonb);
CREATE TABLE "Orders" (id bigint, "Total" numeric);
CREATE TABLE customers (id bigint, city text);
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id bigint, seller text);
CREATE TABLE sales."a.b" (id bigint, "x.y" text);
CREATE TABLE sales."q""uote" (id bigint, "c""d" text);
CREATE VIEW cheap AS SELECT id, amount FROM orders WHERE amount < 10;
"""


def catalog_of(text: str = SHOP) -> Catalog:
    """The catalog that these statements make."""
    catalog = Catalog()
    for statement in split(text, ""):
        _, catalog = fold(translate(statement.sql), catalog)
    return catalog


def in_words(columns: Columns) -> dict[str, str]:
    """Table → its columns, sorted, with spaces between."""
    return {str(table): " ".join(sorted(names)) for table, names in sorted(columns.items(), key=str)}
