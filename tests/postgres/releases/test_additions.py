"""What a new version adds never refuses the old one's writes once it is back, and is given back on the way forward."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.contracts import digests
from schemaguard.releases.release import StepName
from tests.postgres.releases.added import ADDED, Added
from tests.postgres.releases.shop import Shop, document

TABLES = {case.name: f"t{number}" for number, case in enumerate(ADDED)}


def _publish(shop: Shop, version: str) -> None:
    """A contract that writes a table of each case."""
    made = {**document(version), "schema": [_entry(case, version) for case in ADDED]}
    digest = digests.digest(made)
    shop.ask(
        "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
        "values (%s, 'fraud', %s, %s, 'table', %s, 'ada')",
        digest, Jsonb(made), f"contracts/fraud/{version}.odcs.yaml", f"fraud_{version}",
    )  # fmt: skip
    shop.ask(
        "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)", version, digest
    )


def _entry(case: Added, version: str) -> dict[str, Any]:
    columns = [case.writes, *([case.more] if case.more and version == "8" else [])]
    named = {name: kind for each in columns for name, _, kind in (c.rpartition(" ") for c in each.split(","))}
    return {
        "name": TABLES[case.name], "physicalName": TABLES[case.name], "physicalType": "table",
        "customProperties": [{"property": "access", "value": "write", "vendor": "schemaguard"}],
        "properties": [
            {"name": name, "physicalType": kind.rstrip("!"), "required": kind.endswith("!")}
            for name, kind in named.items() if kind != "-"
        ],
    }  # fmt: skip


class _Writers:
    """Both versions' statements, which go on while an operation goes from step to step."""

    def __init__(self, shop: Shop) -> None:
        self.refused: list[str] = []
        self._connection = psycopg.connect(shop.url, autocommit=True)
        self._numbers = count(1)

    def write(self, which: str) -> None:
        for case in ADDED:
            for statement in getattr(case, which):
                self._write(f"{which} version, {case.name}", case, statement)

    def _write(self, whose: str, case: Added, statement: str) -> None:
        text = statement.replace("{t}", TABLES[case.name]).replace("{n}", str(next(self._numbers)))
        try:
            cursor = self._connection.execute(text.encode())
            if " returning " in text and cursor.fetchone() is None:
                self.refused.append(f"{whose}: {text}: swallowed")
        except psycopg.Error as error:
            self.refused.append(f"{whose}: {text}: {error.diag.message_primary}")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def adding(each_database: str, tmp_path: Path) -> Iterator[tuple[Shop, _Writers]]:
    """Version 8 serves, on tables to which something was added after version 7 had begun to serve."""
    shop = Shop(each_database, tmp_path)
    shop.open()
    for case in ADDED:
        shop.ask(case.table.replace("{t}", TABLES[case.name]))
        if case.rows:
            shop.ask(f"insert into {TABLES[case.name]} (k) values (0), (0)")
    writers = _Writers(shop)
    yield shop, writers
    writers.close()


def test_both_versions_write_from_prepare_until_finish_and_what_was_added_is_given_back(
    adding: tuple[Shop, _Writers],
) -> None:
    shop, writers = adding
    _publish(shop, "7")
    shop.promote("7", finish=True)
    for case in ADDED:
        shop.ask(case.adds.replace("{t}", TABLES[case.name]))
    _publish(shop, "8")
    shop.promote("8", finish=True)
    writers.write("new")
    assert writers.refused == []
    with psycopg.connect(shop.url) as connection:
        added = read_catalog(connection)

    def write(step: StepName) -> None:
        if step is not StepName.INTENT:
            writers.write("old")
            if step is not StepName.FINISH:
                writers.write("new")

    done = shop.rollback(finish=True, watch=write)
    assert writers.refused == []
    taken = {each.object for each in done.outcome.plan.lead.additions}
    for case in ADDED:
        names_it = any(f"{TABLES[case.name]}" in each.replace(".", " ").replace("_", " ").split() for each in taken)
        assert names_it is not case.kept, case.name
    shop.promote("8", finish=True)
    owed = {row[0]: row[1] for row in shop.ask(_OWED)}
    for case in ADDED:
        mine = [why for name, why in owed.items() if name.partition(" ")[0] == TABLES[case.name]]
        assert len(mine) == len(case.owed), (case.name, mine)
        assert all(any(reason in why for why in mine) for reason in case.owed), (case.name, mine)
    settled = {TABLES[case.name] for case in ADDED if not case.owed}
    with psycopg.connect(shop.url) as connection:
        left = [str(each) for each in difference(added, read_catalog(connection))]
    assert [each for each in left if any(f"{table} " in f"{each} " for table in settled)] == []


_OWED = """\
select split_part(coalesce(act ->> 'table', act ->> 'domain'), '_', 1) || ' ' || id, why
from schemaguard.debt where paid_at is null and given_up_at is null and for_version is not null"""
