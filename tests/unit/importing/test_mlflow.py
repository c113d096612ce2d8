"""What MLflow keeps of a version → the tables and columns that it reads."""

import json

import pytest

from schemaguard.importing.found import FoundReaders
from schemaguard.importing.mlflow import LoggedDataset, LoggedVersion, version_readers
from tests.unit.importing.catalogs import catalog_of, in_words


def logged(name: str, columns: str, **source: str) -> LoggedDataset:
    schema = {"mlflow_colspec": [{"type": "double", "name": one} for one in columns.split()]}
    return LoggedDataset(name, json.dumps(source), json.dumps(schema))


def found(*datasets: LoggedDataset, inputs: str = "") -> FoundReaders:
    return version_readers((LoggedVersion("fraud", "8", datasets, tuple(inputs.split())),), catalog_of())


@pytest.mark.parametrize(
    ("dataset", "reads"),
    [
        (logged("orders", "id amount"), {"orders": "amount id"}),
        (logged("ORDERS", "ID channel"), {"orders": "Channel id"}),
        (logged("sales.orders", "seller"), {"sales.orders": "seller"}),
        (logged('"Orders"', "Total"), {"Orders": "Total"}),
        (logged("any", "city", table_name="shop.public.customers"), {"customers": "city"}),
        (logged("any", "city", delta_table_name="customers"), {"customers": "city"}),
        (logged("any", "x", sql="select amount as x from orders where id > 1"), {"orders": "amount id"}),
        (logged("any", "x", sql="selec city from customers"), {"customers": "city id"}),
        (logged("cheap", "amount", uri="file:///x.parquet"), {"cheap": "amount"}),
        (logged("customers", "id gone"), {"customers": "city id"}),
        (LoggedDataset("customers", "not JSON", "[1]"), {"customers": "city id"}),
        (LoggedDataset("customers", "[]", '{"mlflow_colspec": 7}'), {"customers": "city id"}),
        (LoggedDataset("customers", "", '{"mlflow_colspec": "[{\\"name\\": \\"id\\"}]"}'), {"customers": "id"}),
        (LoggedDataset("customers", "", '{"mlflow_tensorspec": {"features": [{"name": "id"}]}}'), {"customers": "id"}),
    ],
    ids=lambda value: value.name if isinstance(value, LoggedDataset) else "",
)  # fmt: skip
def test_a_dataset_says_its_table_or_query_and_the_columns(dataset: LoggedDataset, reads: dict[str, str]) -> None:
    (reader,) = found(dataset).readers
    assert in_words(reader.reads) == reads
    assert (reader.name, reader.model, reader.version, reader.origin) == ("fraud-8", "fraud", "8", "mlflow fraud 8")


def test_without_a_dataset_it_is_the_only_table_that_has_all_inputs() -> None:
    (reader,) = found(inputs="city id").readers
    assert in_words(reader.reads) == {"customers": "city id"}
    assert reader.notes == ("no dataset names its table: customers is the only one that has all its inputs",)


@pytest.mark.parametrize("inputs", ["id", "gone", ""])
def test_inputs_that_several_tables_or_none_have_say_nothing(inputs: str) -> None:
    made = found(logged("elsewhere", "id"), inputs=inputs)
    assert made.readers == ()
    assert made.left_out == ("no dataset of fraud 8 names a table of the migrations, and no single one has its inputs",)


def test_inputs_that_no_table_has_are_made_by_the_model_s_own_code_and_it_is_said() -> None:
    (reader,) = found(logged("orders", "id amount"), inputs="amount amount_log").readers
    assert in_words(reader.reads) == {"orders": "amount id"}
    assert reader.notes == ("no table that it reads has the inputs amount_log: the model's own code makes them",)
