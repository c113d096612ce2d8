"""Feast's registry, as its own file and as its dump; both were made by Feast 0.67 from fixtures/feast/shop."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from schemaguard.errors import ContractError
from schemaguard.importing.feast import feast_readers, read_registry, read_settings
from schemaguard.importing.found import FoundReaders
from tests.unit.importing.catalogs import catalog_of, in_words, right_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "feast"
TABLES = (FIXTURES / "shop" / "tables.sql").read_text()
REGISTRY = (FIXTURES / "recorded" / "registry.db").read_bytes()
DUMP = (FIXTURES / "recorded" / "registry.json").read_bytes()
POSTGRES = "feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source.PostgreSQLSource"
BY_HAND = {
    "feast-shop": {
        "driver_stats": "acc_rate conv_rate created driver_id seen_at trips",
        "Profiles": "ageBand changedAt city customerId",
        "sales.payments": "amount currency customer paid_at",
        "sales.customers": "id segment",
        "clicks": "clicked_at price session_id",
    },
    "feast-shop-drivers-v1": {"driver_stats": "conv_rate created driver_id seen_at trips"},
    "feast-shop-fraud_v2": {
        "Profiles": "ageBand changedAt city customerId",
        "sales.payments": "amount currency customer paid_at",
        "sales.customers": "id segment",
        "clicks": "clicked_at price session_id",
    },
    "feast-shop-distance": {"driver_stats": "conv_rate created driver_id seen_at"},
}
"""What Feast asks its offline store for, read off features.py by a person."""


def found(data: bytes | dict[str, Any], tables: str = TABLES) -> FoundReaders:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return feast_readers(read_registry(text, "registry.db"), catalog_of(tables))


def source(table: str = "", query: str = "", kind: str = POSTGRES, **more: Any) -> dict[str, Any]:
    said = base64.b64encode(json.dumps({"table": table, "query": query}).encode()).decode()
    made = {"dataSourceClassType": kind, "customOptions": {"configuration": said}, "timestampField": "seen_at"}
    return {**made, **more}


def view(name: str, of: dict[str, Any], features: str = "trips", **more: Any) -> dict[str, Any]:
    names = [{"name": one} for one in features.split()]
    return {"spec": {"name": name, "batchSource": of, "features": names, **more}}


@pytest.mark.parametrize(
    "data", [REGISTRY, DUMP, b"\xef\xbb\xbf" + DUMP.replace(b"\n", b"\r\n")], ids=["db", "dump", "bom"]
)
def test_the_columns_are_those_that_a_person_would_list(data: bytes) -> None:
    made = found(data)
    right, total = right_of(made, BY_HAND)
    print(f"Feast: {right} of {total} columns are right")  # noqa: T201 - a figure that is asked for
    assert (right, total) == (41, 41)
    assert {one.name for one in made.readers} == set(BY_HAND)
    assert made.left_out == (
        "the feature view weather reads no table of PostgreSQL, but a FileSource",
        "the feature service rainy reads no table that the migrations make",
    )
    assert {one.name: one.owner for one in made.readers}["feast-shop-drivers-v1"] == "team-drivers"
    assert all(one.notes == () for one in made.readers)


@pytest.mark.parametrize(
    ("spelled", "table"),
    [("Driver_Stats", "driver_stats"), ('public."Profiles"', "Profiles"), ("SALES.customers", "sales.customers")],
)
def test_a_source_s_table_is_read_as_the_server_reads_it(spelled: str, table: str) -> None:
    of = source(spelled, timestampField="")
    assert list(in_words(found({"featureViews": [view("v", of, "")]}).readers[0].reads)) == [table]


def test_a_function_that_makes_features_may_take_every_column_and_it_is_said() -> None:
    made = found({"featureViews": [view("v", source("driver_stats"), "risk", featureTransformation={})]})
    assert in_words(made.readers[0].reads)["driver_stats"].split() == sorted(
        ["driver_id", "seen_at", "created", "conv_rate", "acc_rate", "trips", "spare"]
    )
    assert made.readers[0].notes == (
        "a function makes the features of v: every column of driver_stats is taken as read",
    )


def test_a_column_that_is_not_there_and_a_query_that_cannot_be_traced_mean_every_column() -> None:
    made = found({"featureViews": [view("a", source("sales.customers"), "gone")]})
    assert in_words(made.readers[0].reads) == {"sales.customers": "id memo segment"}
    made = found({"featureViews": [view("b", source(query="selec segment from sales.customers !"))]})
    assert in_words(made.readers[0].reads) == {"sales.customers": "id memo segment"}
    assert "the query of b can't be traced" in made.readers[0].notes[0]


def test_a_view_of_views_reads_what_they_read() -> None:
    inner = view("inner", source("driver_stats"), entityColumns=[{"name": "driver_id"}])["spec"]
    outer = {"spec": {"name": "outer", "features": [{"name": "x"}], "sourceViews": [inner]}}
    assert in_words(found({"featureViews": [outer]}).readers[0].reads) == {"driver_stats": "driver_id seen_at trips"}


def test_an_on_demand_view_of_itself_ends() -> None:
    asked = {"featureViewProjection": {"featureViewName": "loop"}}
    loop = {"spec": {"name": "loop", "sources": {"loop": asked}}}
    service = {"spec": {"name": "s", "features": [{"featureViewName": "loop"}, {"featureViewName": "gone"}]}}
    made = found({"onDemandFeatureViews": [loop], "featureServices": [service]})
    assert made.readers == ()


def test_what_is_no_table_of_these_migrations_is_left_out_with_the_reason() -> None:
    views = [view("a", source("elsewhere")), view("b", source(query="select 1")), view("c", source(kind="x.Trino"))]
    assert found({"featureViews": views}).left_out == (
        "the feature view a reads elsewhere, which the migrations don't make",
        "the query of the feature view b reads no table that the migrations make",
        "the feature view c reads no table of PostgreSQL, but a Trino",
    )


@pytest.mark.parametrize("cut", range(0, len(REGISTRY), 97))
def test_a_registry_that_is_cut_or_spoiled_ends_in_one_clear_error_or_in_readers(cut: int) -> None:
    for data in (REGISTRY[:cut], REGISTRY[:cut] + b"\xff\x80{" + REGISTRY[cut:], REGISTRY[cut:]):
        made, error = _found_or_refused(data)
        if error is not None:
            assert error.next
            assert str(error.at).startswith("registry.db")
        else:
            assert isinstance(made, FoundReaders)


def _found_or_refused(data: bytes) -> tuple[FoundReaders | None, ContractError | None]:
    try:
        return found(data), None
    except ContractError as error:
        return None, error


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "this isn't Feast's registry"),
        (b"{}", "this isn't Feast's registry"),
        (b'{"featureViews": [7]}', "damaged"),
        (b'{"featureViews": [{"spec": {}}]}', "damaged"),
        (b'{"featureViews": {"a": 1}}', "damaged"),
        (b'{"featureViews": ', "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"\x0b\x00", "no field has the wire type 3"),
        (b"\x02\x00", "the number 0"),
        (b"\x32" + b"\xff" * 12, "a number doesn't end"),
        (b"\x32\x05ab", "longer than what it stands in"),
        (b"SQLite format 3\0" + b"\0" * 100, "this isn't Feast's registry"),
        (json.dumps({"featureViews": [view("v", source(customOptions={"configuration": "%"}))]}).encode(), "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_registry_is_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(ContractError, match=words) as raised:
        found(data)
    assert raised.value.at.startswith("registry.db")
    assert raised.value.next


def test_sources_within_sources_end() -> None:
    """A source has a source has a source…: each level is a field of its own."""
    data = b""
    for _ in range(60):
        data = b"\xd2\x01" + _length(data) + data
    spec = b"\x3a" + _length(data) + data
    one = b"\x0a" + _length(spec) + spec
    with pytest.raises(ContractError, match="nested too deeply"):
        found(b"\x32" + _length(one) + one)


def _length(data: bytes) -> bytes:
    length, made = len(data), b""
    while length >= 0x80:
        made, length = made + bytes([length & 0x7F | 0x80]), length >> 7
    return made + bytes([length])


@pytest.mark.parametrize(
    ("text", "registry", "schema"),
    [
        ("project: a\n", "data/registry.db", None),
        ("registry: r.db\noffline_store: {type: postgres, db_schema: feast}\n", "r.db", "feast"),
        ("registry: {path: r.pb}\noffline_store: postgres\n", "r.pb", None),
        ("registry: {registry_type: sql, path: 'postgresql://a:b@c/d'}\n", "", None),
        ("registry: s3://bucket/registry.db\n", "", None),
    ],
)
def test_the_settings_say_where_the_registry_is(text: str, registry: str, schema: str | None) -> None:
    said = read_settings(text, "feature_store.yaml")
    assert (said.registry, said.schema) == (registry, schema)
