"""One entry of the ledger, in the one spelling that is hashed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from schemaguard.frozen import dataclass

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading a document raises that somebody has changed or cut off, however they did."""


@dataclass(frozen=True, slots=True)
class RowDigest:
    """A row of the control schema that was written: what an entry says of it."""

    table: str
    key: str
    """The values of its primary key, as canonical JSON."""
    sha256: str | None
    """Of the row as it is then, in hex; None where it is gone."""
    changed: tuple[str, ...] | None
    """The columns that are others than before; None for a row that is new or was written down anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: who did what when, to which model, in which operation."""

    position: int
    at: datetime
    actor: str
    """Who is said to have acted."""
    event: str
    model: str | None
    operation: int | None
    payload: Mapping[str, Any]
    by: str | None = None
    """The role that was connected; None in what an earlier version wrote."""
    rows: tuple[RowDigest, ...] | None = None

    def canonical(self) -> str:
        """The entry as canonical JSON: sorted keys, no spaces, UTC to the microsecond."""
        document: dict[str, Any] = {
            "position": self.position,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor,
            "event": self.event,
            "model": self.model,
            "operation": self.operation,
            "payload": self.payload,
        }
        if self.rows is not None:
            document["by"] = self.by
            document["rows"] = [
                {
                    "table": each.table,
                    "key": json.loads(each.key),
                    "sha256": each.sha256,
                    "changed": list(each.changed) if each.changed is not None else None,
                }
                for each in self.rows
            ]
        return canonical_json(document)


def canonical_json(value: Any) -> str:
    """JSON in the one spelling that is hashed: keys sorted by code point, no spaces, numbers without an exponent."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_plain(key)}:{canonical_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    return format(value, "f") if isinstance(value, Decimal) else _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def parse(canonical: str) -> Entry:
    """The entry that a canonical text spells; ValueError, KeyError or TypeError where it is none."""
    document = json.loads(canonical, parse_float=Decimal)
    rows = document.get("rows")
    return Entry(
        document["position"],
        datetime.fromisoformat(document["at"]),
        document["actor"],
        document["event"],
        document["model"],
        document["operation"],
        document["payload"],
        document.get("by"),
        tuple(_row(each) for each in rows) if rows is not None else None,
    )


def _row(document: Mapping[str, Any]) -> RowDigest:
    changed = document["changed"]
    return RowDigest(
        document["table"],
        canonical_json(document["key"]),
        document["sha256"],
        tuple(changed) if changed is not None else None,
    )


def leaf_hash(canonical: str) -> bytes:
    """SHA-256 over 0x00 and the entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + canonical.encode()).digest()


def chained(before: bytes, leaf: bytes) -> bytes:
    """The chain's value at an entry, from the one before it; nothing before the first."""
    return hashlib.sha256(before + leaf).digest()
