"""The certificate of a revision: what was done to it, what was found, and what wasn't covered."""

import hashlib
import json
from typing import Any, Literal

from schemaguard.frozen import dataclass

Outcome = Literal["proven", "refuted", "not covered"]


@dataclass(frozen=True, slots=True)
class LockSeen:
    """A lock that a statement held on a relation which was there before."""

    relation: str
    mode: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a proof has found of one revision."""

    revision: str
    file: str
    source_digest: str
    """SHA-256 of its file, in hex."""
    rollback: str
    """Its class, as check says it."""
    outcome: str
    reasons: tuple[str, ...]
    """Why it is refuted or not covered."""
    not_covered: tuple[str, ...]
    """What the proof leaves out."""
    locks: tuple[LockSeen, ...]
    up_ms: float
    down_ms: float
    rows: int
    """Rows that were compared, after the way back and after the second way there."""
    tables: int
    postgresql: str
    seed: int
    schemaguard: str
    at: str

    def document(self) -> dict[str, Any]:
        """The certificate as one JSON object, sealed with the digest of all that it says."""
        said: dict[str, Any] = {
            "version": 1,
            "revision": self.revision,
            "file": self.file,
            "source_sha256": self.source_digest,
            "rollback": self.rollback,
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "not_covered": list(self.not_covered),
            "locks": [{"relation": lock.relation, "mode": lock.mode} for lock in self.locks],
            "up_ms": round(self.up_ms, 1),
            "down_ms": round(self.down_ms, 1),
            "rows_compared": self.rows,
            "tables": self.tables,
            "postgresql": self.postgresql,
            "seed": self.seed,
            "schemaguard": self.schemaguard,
            "at": self.at,
        }
        return {**said, "seal": sha256(json.dumps(said, sort_keys=True)), "signature": None}


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
