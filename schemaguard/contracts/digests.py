"""What a contract is bound by: the digest of its document."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

VENDOR = "schemaguard"


def canonical(data: Any) -> str:
    """The one JSON text of plain data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Any) -> str:
    """SHA-256 over the canonical JSON of a parsed document, in hex."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def earlier_digests(data: Mapping[str, Any]) -> frozenset[str]:
    """The digests that a document had before its last versions were added to the list.

    A contract that many versions share is the same contract for those that were published with it earlier.
    """
    found: set[str] = set()
    for number, entry in enumerate(data.get("customProperties") or ()):
        if entry.get("vendor") == VENDOR and entry.get("property") == "modelVersion":
            versions = entry.get("value") if isinstance(entry.get("value"), list) else []
            shorter = [versions[:length] for length in range(1, len(versions))]
            found |= {digest(_with_versions(data, number, each)) for each in (*shorter, *versions[:1])}
    return frozenset(found)


def _with_versions(data: Mapping[str, Any], number: int, versions: Any) -> dict[str, Any]:
    properties = list(data["customProperties"])
    properties[number] = {**properties[number], "value": versions}
    return {**data, "customProperties": properties}
