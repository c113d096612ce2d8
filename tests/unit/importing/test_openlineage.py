"""OpenLineage events as producers really write them: other cases, dots, symlinks, outputs of which nobody tells."""

import json
from typing import Any

import pytest

from schemaguard.errors import ContractError
from schemaguard.importing.found import FoundReader
from schemaguard.importing.openlineage import lineage_readers, read_events
from tests.unit.importing.catalogs import catalog_of, in_words

POSTGRES = "postgres://db:5432"


def dataset(name: str, columns: str = "", namespace: str = POSTGRES, **facets: Any) -> dict[str, Any]:
    fields = [{"name": one} for one in columns.split()]
    return {"namespace": namespace, "name": name, "facets": {"schema": {"fields": fields}, **facets}}


def made_of(*inputs: tuple[str, str], namespace: str = POSTGRES) -> dict[str, Any]:
    fields = [{"namespace": namespace, "name": name, "field": field} for name, field in inputs]
    return {"columnLineage": {"fields": {"made": {"inputFields": fields}}}}


def found(*events: tuple[list[Any], list[Any]]) -> tuple[FoundReader, ...]:
    text = "\r\n".join(
        json.dumps({"job": {"namespace": "n", "name": "j"}, "inputs": inputs, "outputs": outputs})
        for inputs, outputs in events
    )
    return lineage_readers(read_events(text, "f"), catalog_of()).readers


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("shop.public.orders", "orders"),
        ("shop.PUBLIC.ORDERS", "orders"),
        ("public.Orders", "Orders"),
        ("shop.orders", "orders"),
        ("shop.sales.orders", "sales.orders"),
        ("shop.sales.a.b", "sales.a.b"),
        ('shop.sales."a.b"', "sales.a.b"),
        ('"shop"."sales"."q""uote"', 'sales.q"uote'),
        ("shop.public.cheap", "cheap"),
    ],
)
def test_a_dataset_s_name_means_the_table_that_a_person_would_say(name: str, table: str) -> None:
    (reader,) = found(([dataset(name, "id")], []))
    assert in_words(reader.reads) == {table: "id"}


@pytest.mark.parametrize("name", ["", ".", "shop.other.orders", "shop.sales.gone", '"'])
def test_a_name_of_nothing_is_no_reader(name: str) -> None:
    assert found(([dataset(name, "id")], [])) == ()


@pytest.mark.parametrize("namespace", ["POSTGRES://db", "postgresql://db:5432", "jdbc:postgresql://db:5432/shop"])
def test_a_server_is_a_server_however_its_namespace_is_spelled(namespace: str) -> None:
    (reader,) = found(([dataset("shop.public.orders", "id", namespace)], []))
    assert in_words(reader.reads) == {"orders": "id"}
    assert found(([dataset("shop.public.orders", "id", "mysql://db")], [])) == ()


def test_a_dataset_that_lies_elsewhere_is_followed_by_its_symlink() -> None:
    link = {"symlinks": {"identifiers": [{"namespace": POSTGRES, "name": "shop.public.orders", "type": "TABLE"}]}}
    lake = dataset("lake/orders", "id amount", "s3://bucket", **link)
    lineage = made_of(("lake/orders", "amount"), namespace="s3://bucket")
    (reader,) = found(([lake], [dataset("shop.public.customers", "id", **lineage)]))
    assert in_words(reader.reads) == {"orders": "amount"}
    assert in_words(reader.writes) == {"customers": "id"}


def test_an_output_of_which_nobody_tells_may_be_made_of_every_column() -> None:
    told, untold = dataset("a", "x", "s3://b", **made_of(("shop.public.orders", "amount"))), dataset("b", "y", "s3://b")
    (reader,) = found(([dataset("shop.public.orders", "id amount")], [told, untold]))
    assert in_words(reader.reads) == {"orders": "amount id"}
    assert reader.notes == ("no event says which columns of orders it reads: 2 are taken as read",)


def test_a_column_that_the_table_does_not_have_means_that_every_one_may_be_read() -> None:
    lineage = made_of(("shop.public.orders", "renamed"), ("shop.public.orders", "ID"))
    (reader,) = found(([dataset("shop.public.orders")], [dataset("a", "x", "s3://b", **lineage)]))
    assert in_words(reader.reads) == {"orders": "Channel amount id payload"}
    assert reader.notes == ("an event names columns of orders that it doesn't have: every column is taken as read",)


def test_what_several_events_of_a_job_tell_adds_up() -> None:
    (reader,) = found(([dataset("shop.public.orders", "ID")], []), ([dataset("shop.public.orders", "channel")], []))
    assert in_words(reader.reads) == {"orders": "Channel id"}


@pytest.mark.parametrize(
    "damage",
    [
        {"inputs": [7]},
        {"inputs": 7},
        {"inputs": {"a": 1}},
        {"outputs": [{"facets": {"columnLineage": {"fields": [1]}}}]},
        {"outputs": [{"facets": {"columnLineage": {"dataset": [1]}}}]},
        {"inputs": [{"facets": {"schema": {"fields": [1]}}}]},
        {"inputs": [{"facets": {"symlinks": {"identifiers": ["x"]}}}]},
        {"inputs": [{"facets": "x"}]},
        {"job": 7},
        {"job": {"namespace": "n", "name": "j", "facets": {"ownership": {"owners": {"a": 1}}}}},
    ],
    ids=json.dumps,
)
def test_a_damaged_event_is_told_with_its_line(damage: dict[str, Any]) -> None:
    whole = {"job": {"namespace": "n", "name": "j"}}
    with pytest.raises(ContractError, match="the event is damaged") as raised:
        read_events(f"{json.dumps(whole)}\n{json.dumps({**whole, **damage})}\n", "events.ndjson")
    assert raised.value.at == "events.ndjson:2"


def test_a_line_ends_where_a_file_s_lines_end_and_nowhere_else() -> None:
    words = {"job": {"namespace": "n", "name": "a\u2028b"}}
    text = json.dumps(words, ensure_ascii=False)
    assert len(read_events(f"{text}\r\n{text}\r\n", "f")) == 2
