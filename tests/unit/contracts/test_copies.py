"""A contract on a copy is judged as a reader of the table, and feels a change with the next copy."""

from dataclasses import replace

import pytest

from schemaguard.catalog.changes import DropColumn
from schemaguard.catalog.objects import Name
from schemaguard.contracts import odcs
from schemaguard.contracts.compatibility import breakages
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.example import EXAMPLE
from tests.postgres.catalog.servers import fold_script

TABLES = """create table transactions (id bigint primary key, amount numeric(12,2) not null check (amount >= 0),
    channel text not null check (channel in ('web', 'pos')));
    create table predictions (transaction_id bigint primary key, score double precision not null);"""
BEFORE = fold_script(TABLES)
AFTER = fold_script(TABLES + "alter table transactions drop column channel;")
CHANGE = DropColumn(Name("transactions"), "channel")
LATENCY = "  - {property: latency, value: 4, unit: h}\ncustomProperties:\n  - {property: modelName"


def contract(*, lag: bool = False) -> Contract:
    text = EXAMPLE.replace("value: table, vendor", "value: copy, vendor")
    if lag:
        text = text.replace("customProperties:\n  - {property: modelName", LATENCY, 1)
    return odcs.parse(text, "contracts/fraud/7.odcs.yaml", lambda _: "select id, amount, channel from transactions")


@pytest.mark.parametrize(
    ("lag", "when"), [(False, "after the next copy"), (True, "after the next copy (at most 4 h later)")]
)
def test_the_effect_says_when_the_copy_shows_it(lag: bool, when: str) -> None:
    (found,) = breakages(contract(lag=lag), BEFORE, AFTER, CHANGE)
    assert found.cause == "column-dropped"
    assert found.effect == f"its feature query fails with 42703 {when}, and no rollback to it is possible"


def test_a_table_reader_is_not_told_of_copies() -> None:
    reader = replace(contract(lag=True), reads_through="table")
    (found,) = breakages(reader, BEFORE, AFTER, CHANGE)
    assert "as soon as this commits" in found.effect
