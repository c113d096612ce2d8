"""A catalog with names that do their worst, and what a reader reads as short text."""

from collections.abc import Mapping

from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold
from schemaguard.importing.found import Columns, FoundReaders
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


def right_of(found: FoundReaders, by_hand: Mapping[str, Mapping[str, str]]) -> tuple[int, int]:
    """(right, all) of the columns that a person lists, and of those that are found besides: reader, table, column."""
    made = _triples({one.name: in_words(one.reads) for one in found.readers})
    wanted = _triples(by_hand)
    return len(made & wanted), len(made | wanted)


def _triples(readers: Mapping[str, Mapping[str, str]]) -> set[tuple[str, str, str]]:
    return {
        (reader, table, column)
        for reader, tables in readers.items()
        for table, columns in tables.items()
        for column in columns.split()
    }
