"""What of the additions stays: what a contract says that its writer can live with."""

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.releases.additions import Addition, in_the_way

KEY = Addition("UNIQUE t_uk of t", "drop_constraint", schema="public", table="t", columns=("k",))
REQUIRED = Addition("NOT NULL of t.k", "drop_not_null", schema="public", table="t", columns=("k",))
CHECK = Addition("CHECK c of t", "drop_constraint", schema="public", table="t")


def _writes(version: str, promise: Promise, *upsert_key: str, table: str = "t") -> Contract:
    tables = (ContractTable(Name(table, "public"), "write", (promise,), upsert_key),)
    return Contract(version, "fraud", (version,), tables, "c.yaml", version)


SILENT = _writes("7", Promise("k", None))
UPSERTS = _writes("8", Promise("k", None), "k")


@pytest.mark.parametrize(
    ("target", "active", "stay"),
    [
        (SILENT, SILENT, set[Addition]()),
        (_writes("7", Promise("k", None, required=True)), SILENT, {REQUIRED}),
        (_writes("7", Promise("k", None, required=True), table="other"), SILENT, set[Addition]()),
        (_writes("7", Promise("k", None, unique=True)), SILENT, set[Addition]()),
        (_writes("7", Promise("k", None, unique=True)), UPSERTS, {KEY}),
        (_writes("7", Promise("k", None), "k"), UPSERTS, {KEY}),
        (SILENT, None, set[Addition]()),
    ],
)
def test_what_the_old_writer_can_live_with_stays(
    target: Contract, active: Contract | None, stay: set[Addition]
) -> None:
    assert set(in_the_way((KEY, REQUIRED, CHECK), target, active)) == {KEY, REQUIRED, CHECK} - stay


def test_whose_upserts_fail_meanwhile_is_said() -> None:
    (found,) = in_the_way((KEY,), SILENT, UPSERTS)
    assert found.words == ("take off UNIQUE t_uk of t; fraud@8 can't upsert on k until its servers have switched")
