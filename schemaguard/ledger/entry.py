"""One entry of the ledger, in the one spelling that is hashed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: who did what when, to which model, in which operation."""

    position: int
    at: datetime
    actor: str
    event: str
    model: str | None
    operation: int | None
    payload: Mapping[str, Any]

    def canonical(self) -> str:
        """The entry as canonical JSON: sorted keys, no spaces, UTC to the microsecond."""
        document = {
            "position": self.position,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor,
            "event": self.event,
            "model": self.model,
            "operation": self.operation,
            "payload": self.payload,
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(canonical: str) -> Entry:
    """The entry that a canonical text spells; ValueError where it is none."""
    document = json.loads(canonical)
    return Entry(
        document["position"],
        datetime.fromisoformat(document["at"]),
        document["actor"],
        document["event"],
        document["model"],
        document["operation"],
        document["payload"],
    )


def leaf_hash(canonical: str) -> bytes:
    """SHA-256 over 0x00 and the entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + canonical.encode()).digest()
