"""pandera's schemas, written by pandera itself."""

import pandas
import pandera.pandas as pandera
import pytest

from schemaguard.errors import ContractError
from schemaguard.importing.found import FoundReaders
from schemaguard.importing.pandera import read_schema, schema_readers
from tests.unit.importing.catalogs import catalog_of, in_words, right_of

COLUMNS = {"amount": pandera.Column(float, pandera.Check.ge(0)), "Channel": pandera.Column(str, required=False)}


def found(text: str, file: str = "schemas/orders.yaml") -> FoundReaders:
    return schema_readers((read_schema(text, file),), catalog_of())


def test_the_columns_are_those_that_a_person_would_list() -> None:
    schema = pandera.DataFrameSchema(COLUMNS, index=pandera.Index(int, name="id"), name="orders")
    tables = [found(schema.to_yaml(), "x.yaml"), found(schema.to_json(), "x.json")]
    by_hand = {"pandera-orders": {"orders": "Channel amount id"}}
    (right, total), again = (right_of(made, by_hand) for made in tables)
    print(f"pandera: {right} of {total} columns are right")  # noqa: T201 - a figure that is asked for
    assert (right, total) == again == (3, 3)


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("schemas/orders.yaml", "orders"),
        ("orders_schema.yml", "orders"),
        ("orders.pandera.yaml", "orders"),
        ("Orders.schema.json", "orders"),
    ],
)
def test_without_a_name_it_is_the_table_that_its_file_is_called_by(file: str, table: str) -> None:
    schema = pandera.DataFrameSchema({"id": pandera.Column(int)})
    assert in_words(found(schema.to_yaml(), file).readers[0].reads) == {table: "id"}


@pytest.mark.parametrize(
    ("name", "tables"), [("sales.orders", {"sales.orders": "id"}), ('"Orders"', {"Orders": "id"}), ("gone", {})]
)
def test_a_name_may_have_a_schema_and_quotes(name: str, tables: dict[str, str]) -> None:
    made = found(pandera.DataFrameSchema({"id": pandera.Column(int)}, name=name).to_yaml())
    assert [in_words(one.reads) for one in made.readers] == ([tables] if tables else [])
    assert bool(made.left_out) == (not tables)


def test_a_pattern_means_the_columns_that_begin_so_and_one_that_nobody_can_follow_means_all() -> None:
    for pattern, columns in (("^pay.*$", "payload"), ("(a|b)+c$", "Channel amount id payload")):
        schema = pandera.DataFrameSchema({pattern: pandera.Column(float, regex=True)}, name="orders")
        assert in_words(found(schema.to_yaml()).readers[0].reads) == {"orders": columns}


def test_several_schemas_of_one_table_are_one_reader_of_all_their_columns() -> None:
    schemas = [
        read_schema(f"schema_type: dataframe\ncolumns: {{{one}: {{}}}}\n", "orders.yaml") for one in ("id", "amount")
    ]
    made = schema_readers(schemas, catalog_of())
    assert [in_words(one.reads) for one in made.readers] == [{"orders": "amount id"}]


def test_columns_of_an_index_with_several_levels_count_and_a_wrong_one_means_all() -> None:
    levels = pandera.MultiIndex([pandera.Index(int, name="id"), pandera.Index(str, name="city")])
    schema = pandera.DataFrameSchema({}, index=levels, name="customers")
    assert in_words(found(schema.to_yaml()).readers[0].reads) == {"customers": "city id"}
    inferred = pandera.infer_schema(pandas.DataFrame({"id": [1], "gone": [2]}))
    made = found(inferred.to_yaml(), "customers.yaml")
    assert in_words(made.readers[0].reads) == {"customers": "city id"}
    assert made.readers[0].notes == ("it names columns that customers doesn't have: every column is taken as read",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("a: 1\n", "this isn't a schema"),
        ("- 1\n", "this isn't a schema"),
        ("schema_type: series\n", "has no columns"),
        ("schema_type: dataframe\ncolumns: [1]\n", "damaged"),
        ("schema_type: dataframe\ncolumns: {a: 1}\n", "damaged"),
        ("schema_type: dataframe\nindex: [1]\n", "damaged"),
        ("schema_type: !!python/object:os.system x\n", "the YAML tag"),
        ("[" * 10_000, "nested"),
    ],
    ids=range(9),
)
def test_what_is_no_schema_is_one_clear_error(text: str, words: str) -> None:
    with pytest.raises(ContractError, match=words) as raised:
        found(text, "orders.yaml")
    assert raised.value.at.startswith("orders.yaml")
    assert raised.value.next
