"""Whatever stands where in a description: readers, or one clear error with the file; never a traceback."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemaguard.catalog.objects import Catalog
from schemaguard.errors import ContractError
from schemaguard.importing.contract import imported_contract
from schemaguard.importing.dbt import dbt_readers, read_manifest
from schemaguard.importing.feast import feast_readers, read_registry
from schemaguard.importing.found import FoundReaders
from schemaguard.importing.great_expectations import read_project, read_suite, suite_readers
from schemaguard.importing.mlflow import LoggedDataset, LoggedVersion, version_readers
from schemaguard.importing.openlineage import lineage_readers, read_events
from schemaguard.importing.pandera import read_schema, schema_readers
from tests.contracts.projects import MIGRATION
from tests.contracts.test_import import dataset, event
from tests.unit.importing.catalogs import catalog_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
CATALOG = catalog_of(MIGRATION + (FIXTURES / "feast" / "shop" / "tables.sql").read_text())
VALUES = (
    None, 7, -1.5, True, "", "x", "\ud800\x00\x1b[2J'\"`", [], {}, [7], {"a": 1}, [[]], [None], "a" * 300, 10**40,
)  # fmt: skip
SUITE = json.loads((FIXTURES / "great_expectations/gx/expectations/profiles.json").read_text())
HELD = json.loads((FIXTURES / "great_expectations/gx/validation_definitions/profiles check.json").read_text())
Reader = Callable[[str, Catalog], FoundReaders]


def _suites(text: str, catalog: Catalog) -> FoundReaders:
    config = (FIXTURES / "great_expectations/gx/great_expectations.yml").read_text()
    said = json.loads(text)
    suite, held = (json.dumps(said.get(key) if isinstance(said, dict) else said) for key in ("suite", "held"))
    return suite_readers([read_suite(suite, "f")], read_project(config, "f", [(held, "f")]), catalog)


def _versions(text: str, catalog: Catalog) -> FoundReaders:
    datasets = (LoggedDataset("orders", text, text), LoggedDataset("web", "", text))
    return version_readers([LoggedVersion("m", "1", datasets, ("id",))], catalog)


READERS: dict[str, tuple[Any, Reader]] = {
    "dbt": (
        json.loads((FIXTURES / "dbt/recorded/manifest.json").read_text()),
        lambda text, catalog: dbt_readers(read_manifest(text, "f"), catalog),
    ),
    "feast": (
        json.loads((FIXTURES / "feast/recorded/registry.json").read_text()),
        lambda text, catalog: feast_readers(read_registry(text.encode(), "f"), catalog),
    ),
    "openlineage": (
        json.loads(event("j", [dataset("public.web", "id")], [dataset("public.x", "y", {"a": "public.web.id"})])),
        lambda text, catalog: lineage_readers(read_events(text, "f"), catalog),
    ),
    "great expectations": (
        {"suite": SUITE, "held": HELD},
        _suites,
    ),
    "pandera": (
        {"schema_type": "dataframe", "name": "web", "columns": {"id": {"required": True}, "n": {"regex": True}},
         "index": [{"name": "id"}]},
        lambda text, catalog: schema_readers([read_schema(text, "f")], catalog),
    ),
    "mlflow": (
        {"mlflow_colspec": [{"name": "id", "type": "long"}], "sql": "select 1", "table_name": "web"},
        _versions,
    ),
}  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _places(part, (*path, key))


def _damaged(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _damaged(copy[path[0]], path[1:], by)
    return copy


@pytest.mark.parametrize("kind", READERS)
def test_a_value_of_another_kind_anywhere_ends_in_readers_or_one_clear_error(kind: str) -> None:
    whole, read = READERS[kind]
    chance = random.Random(f"{kind} 1")
    places = list(_places(whole))
    assert read(json.dumps(whole), CATALOG).readers or kind == "great expectations"
    for _ in range(25):
        text = json.dumps(_damaged(whole, chance.choice(places), chance.choice(VALUES)))
        try:
            found = read(text, CATALOG)
        except ContractError as error:
            assert error.at, text  # noqa: PT017 - most damage is no error
            continue
        for reader in found.readers:
            imported_contract(reader, CATALOG, "f").text.encode()
