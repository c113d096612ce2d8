"""Small worlds for plans: a fraud model with two versions, and a fit that knows columns and NOT NULLs only."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from schemaguard.catalog.objects import Catalog, Column, Name, Table
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Access, Contract, ContractTable, Promise
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.lookahead import Unmet
from schemaguard.releases.now import Now
from schemaguard.releases.release import (
    AppliedChange,
    Intent,
    Operation,
    OperationKind,
    OperationState,
    Pointer,
    Release,
    Retired,
    ReversalClass,
    StepName,
    StepRecord,
)

START = datetime(2026, 9, 1, tzinfo=UTC)
TRANSACTIONS = Name("transactions", "public")
PREDICTIONS = Name("predictions", "public")
HIDDEN = "_sg_1_channel"
RENAME_BACK = f'ALTER TABLE "public"."transactions" RENAME COLUMN "{HIDDEN}" TO "channel"'
TEXT = Type("text")
BIGINT = Type("bigint")


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def column(name: str, kind: Type = TEXT, *, not_null: bool = False) -> Column:
    return Column(name, kind, not_null=not_null)


def catalog(*transactions: Column, predictions: tuple[Column, ...] = ()) -> Catalog:
    tables = {
        TRANSACTIONS: Table(TRANSACTIONS, (column("id", BIGINT, not_null=True), *transactions)),
        PREDICTIONS: Table(PREDICTIONS, (column("score", not_null=True), *predictions)),
    }
    return Catalog(tables=tables)


def contract(version: str, *reads: str, model: str = "fraud", writes: tuple[str, ...] = ("score",)) -> Contract:
    def table(name: str, access: Access, columns: tuple[str, ...]) -> ContractTable:
        return ContractTable(Name(name), access, tuple(Promise(each, TEXT) for each in columns))

    return Contract(
        id=f"{model}@{version}",
        model=model,
        model_versions=(version,),
        tables=(table("transactions", "read", reads), table("predictions", "write", writes)),
        file=f"contracts/{model}/{version}.odcs.yaml",
        digest=f"{model}{version}",
    )


class ColumnsFit(CatalogFit):
    """Missing columns, and NOT NULLs that a writer doesn't know; statements are folded as they really are."""

    def unmet(self, contract: Contract, catalog: Catalog) -> tuple[Unmet, ...]:
        return tuple(unmet for table in contract.tables for unmet in _unmet(table, catalog))


def _unmet(wanted: ContractTable, catalog: Catalog) -> Iterable[Unmet]:
    name = catalog.resolve(wanted.table)
    table = catalog.tables.get(name)
    if table is None:
        yield Unmet(name, None, "table-dropped", f"there is no table {name}")
        return
    for promise in wanted.promises:
        if table.column(promise.column) is None:
            yield Unmet(name, promise.column, "column-dropped", f"there is no column {name}.{promise.column}")
        elif promise.required and not table.column(promise.column).not_null:  # type: ignore[union-attr]  # it is there
            yield Unmet(name, promise.column, "null-possible", f"{name}.{promise.column} may be NULL")
    if wanted.access == "write":
        for each in table.columns:
            if each.not_null and each.default is None and wanted.promise(each.name) is None:
                yield Unmet(name, each.name, "required-column-added", f"{name}.{each.name} is NOT NULL")


def releases(*pairs: tuple[str, Contract], served: tuple[str, ...] = ()) -> dict[str, Release]:
    return {
        version: Release(
            "fraud", version, made, f"fraud_{version}",
            first_served_at=day(1) if version in served else None,
            superseded_at=day(20) if version in served[:-1] else None,
        )
        for version, made in pairs
    }  # fmt: skip


def operation(number: int, kind: OperationKind, way: tuple[str | None, str], epoch: int = 0) -> Operation:
    return Operation(
        id=number,
        kind=kind,
        model="fraud",
        from_version=way[0],
        to_version=way[1],
        expected_epoch=epoch,
        state=OperationState.DONE,
        document={},
        plan_hash="",
        intent=Intent("ada", "because"),
        opened_at=day(number),
        steps=tuple(StepRecord(name) for name in StepName),
    )


RETIRED_CHANNEL = Retired(
    id=1,
    table=TRANSACTIONS,
    column="channel",
    hidden_table=TRANSACTIONS,
    hidden_column=HIDDEN,
    restore=(RENAME_BACK,),
    restore_class=ReversalClass.INSTANT,
    retired_at=day(35),
    purge_after=day(125),
    applied_change=2,
    revision="0007",
)
ADDED_ENTRY_MODE = AppliedChange(
    id=1,
    revision="0006",
    statement="ALTER TABLE transactions ADD COLUMN entry_mode text",
    inverse=("ALTER TABLE transactions DROP COLUMN entry_mode",),
    inverse_class=ReversalClass.LOSSY,
    applied_at=day(10),
    adds=(TRANSACTIONS, "entry_mode"),
    tables=frozenset({TRANSACTIONS}),
)
DROPPED_CHANNEL = AppliedChange(
    id=2,
    revision="0007",
    statement="ALTER TABLE transactions DROP COLUMN channel",
    inverse=(RENAME_BACK,),
    inverse_class=ReversalClass.INSTANT,
    applied_at=day(35),
    tables=frozenset({TRANSACTIONS}),
)


def before_rollback() -> Now:
    """fraud 8 serves on 0007, which retired the channel that fraud 7 reads; 0006 added what fraud 8 reads."""
    return Now(
        at=day(40),
        pointer=Pointer("fraud", epoch=2, active="8", previous="7"),
        releases=releases(("7", contract("7", "channel")), ("8", contract("8", "entry_mode")), served=("7", "8")),
        catalog=catalog(column(HIDDEN), column("entry_mode")),
        retired=(RETIRED_CHANNEL,),
        applied=(ADDED_ENTRY_MODE, DROPPED_CHANNEL),
        heads=("0007",),
        parents={"0007": ("0006",), "0006": ("0005",)},
        history=(operation(1, OperationKind.PROMOTE, (None, "7")), operation(2, OperationKind.PROMOTE, ("7", "8"), 1)),
    )


def after_rollback() -> Now:
    """The same, after `rollback` went to fraud 7 and FINISH retired the entry mode."""
    was = before_rollback()
    hidden_mode = Retired(
        id=2,
        table=TRANSACTIONS,
        column="entry_mode",
        hidden_table=TRANSACTIONS,
        hidden_column="_sg_2_entry_mode",
        restore=('ALTER TABLE "public"."transactions" RENAME COLUMN "_sg_2_entry_mode" TO "entry_mode"',),
        restore_class=ReversalClass.INSTANT,
        retired_at=day(40),
        purge_after=day(130),
        applied_change=1,
        operation=3,
        revision="0006",
    )
    return replace(
        was,
        at=day(41),
        pointer=Pointer("fraud", epoch=3, active="7", previous="8"),
        catalog=catalog(column("channel"), column("_sg_2_entry_mode")),
        retired=(hidden_mode,),
        restored=(RETIRED_CHANNEL,),
        applied=(replace(ADDED_ENTRY_MODE, undone=True), replace(DROPPED_CHANNEL, undone=True)),
        heads=("0005",),
        history=(*was.history, operation(3, OperationKind.ROLLBACK, ("8", "7"), 2)),
    )
