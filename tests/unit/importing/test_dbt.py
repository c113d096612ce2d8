"""dbt manifests of projects that spell names in their own way, and models that nobody can trace."""

import json
from typing import Any

import pytest

from schemaguard.importing.dbt import dbt_readers, read_manifest
from schemaguard.importing.found import FoundReaders
from tests.unit.importing.catalogs import catalog_of, in_words

VERSION = "https://schemas.getdbt.com/dbt/manifest/v12.json"


def model(name: str, query: str | None, *parents: str, spelled: str = "", raw: str = "") -> dict[str, Any]:
    return {
        "resource_type": "model", "name": name, "package_name": "p", "database": "shop", "schema": "analytics",
        "alias": name, "relation_name": spelled or f'"shop"."analytics"."{name}"', "compiled_code": query,
        "raw_code": raw, "columns": {}, "depends_on": {"nodes": list(parents)},
    }  # fmt: skip


def source(name: str, schema: str = "public") -> dict[str, Any]:
    return {
        "resource_type": "source", "name": name, "package_name": "p", "database": "shop", "schema": schema,
        "identifier": name, "relation_name": f'"shop"."{schema}"."{name}"', "columns": {},
    }  # fmt: skip


def imported(
    *models: dict[str, Any], sources: tuple[dict[str, Any], ...] = (), of: str = "", **more: Any
) -> FoundReaders:
    """What is found; `of` is what the exposure `board` is made from."""
    board = {"board": {"name": "board", "type": "dashboard", "depends_on": {"nodes": [of]}}} if of else {}
    document = {
        "metadata": {"dbt_schema_version": VERSION, "project_name": "p"},
        "nodes": {f"model.p.{one['name']}": one for one in models},
        "sources": {f"source.p.{one['name']}": one for one in sources},
        "exposures": board,
        **more,
    }
    return dbt_readers(read_manifest(json.dumps(document), "manifest.json"), catalog_of())


def reads(found: FoundReaders, name: str = "dbt-p") -> dict[str, str]:
    return next(in_words(one.reads) for one in found.readers if one.name == name)


@pytest.mark.parametrize(
    ("spelled", "named"),
    [
        ('"shop"."analytics"."Staged"', '"shop"."analytics"."Staged"'),
        ("shop.analytics.Staged", "shop.analytics.Staged"),
        ("shop.Analytics.STAGED", "shop.Analytics.STAGED"),
        ('"shop"."analytics"."a""b"', '"shop"."analytics"."a""b"'),
        ('"shop"."analytics"."a.b"', '"shop"."analytics"."a.b"'),
    ],
)
def test_a_model_behind_another_one_is_followed_however_it_is_spelled(spelled: str, named: str) -> None:
    first = model("Staged", "select id, amount from public.orders", spelled=spelled)
    second = model("top", f"select amount from {named}", "model.p.Staged")
    found = imported(first, second, of="model.p.top")
    assert reads(found) == {"orders": "amount id"}
    assert reads(found, "dbt-p-board") == {"orders": "amount id"}
    assert [one.notes for one in found.readers] == [(), ()]


@pytest.mark.parametrize("kind", ["metrics", "semantic_models", "saved_queries"])
def test_an_exposure_of_a_metric_reads_what_the_metric_is_made_from(kind: str) -> None:
    through = {kind: {"metric.p.revenue": {"name": "revenue", "depends_on": {"nodes": ["model.p.m"]}}}}
    found = imported(model("m", "select amount from orders"), of="metric.p.revenue", **through)
    assert reads(found, "dbt-p-board") == {"orders": "amount"}


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("select * from orders as of now", {"orders"}),
        ('selec id from "Orders" o', {"Orders"}),
        ("selec id from customers c, orders o", {"orders", "customers"}),
        ("selec id from shop.public.customers", {"customers"}),
        ("selec orders_total from elsewhere", set()),
    ],
)
def test_a_model_that_cannot_be_traced_reads_whatever_relation_it_names(text: str, tables: set[str]) -> None:
    every = {
        "orders": {"orders": "Channel amount id payload", "sales.orders": "id seller"},
        "Orders": {"Orders": "Total id"},
        "customers": {"customers": "city id"},
    }
    found = imported(model("odd", f"{text} !!!"))
    wanted = {name: columns for table in tables for name, columns in every[table].items()}
    assert (reads(found) if found.readers else {}) == wanted


def test_a_model_that_is_not_compiled_reads_what_its_source_text_names() -> None:
    found = imported(model("raw", None, raw="{{ config() }} select city from customers where {{ var('x') }}"))
    assert reads(found) == {"customers": "city id"}
    assert "the model raw isn't compiled: every column of customers is taken as read" in found.readers[0].notes


def test_a_source_in_another_case_is_the_table_that_the_server_reads() -> None:
    found = imported(model("m", None, "source.p.CUSTOMERS"), sources=(source("CUSTOMERS"),), of="source.p.CUSTOMERS")
    assert reads(found, "dbt-p-board") == {"customers": "city id"}
    assert found.left_out == ("1 models aren't compiled: run dbt compile, then import again",)
