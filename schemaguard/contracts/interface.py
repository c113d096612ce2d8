"""What matters of a contract to whoever changes the database: reads, writes, signature; no version, date, comment."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from schemaguard.contracts.contract import ContractTable, Promise, ReadsThrough
from schemaguard.contracts.drafting import physical_name
from schemaguard.contracts.signature import SignatureField

_PLACE = ("line", "position", "column")


def interface(
    tables: Sequence[ContractTable], reads_through: ReadsThrough, signature: tuple[SignatureField, ...] | None
) -> dict[str, Any]:
    """As plain data in which order says nothing: two contracts with the same are the same to everybody else."""
    return {
        "reads": {physical_name(table.table): _columns(table) for table in tables if table.access == "read"},
        "writes": {
            physical_name(table.table): {"columns": _columns(table), "upsertKey": list(table.upsert_key)}
            for table in tables
            if table.access == "write"
        },
        "readsThrough": reads_through,
        "signature": {field.name: [field.type, field.required] for field in signature or ()},
    }


def _columns(table: ContractTable) -> dict[str, Any]:
    return {promise.column: _promise(promise) for promise in table.promises}


def _promise(promise: Promise) -> dict[str, Any]:
    said = {key: value for key, value in asdict(promise).items() if key not in _PLACE and value not in (None, False)}
    if promise.type is not None:
        said["type"] = str(promise.type)
    if promise.enum is not None:
        said["enum"] = sorted(promise.enum)
    return said
