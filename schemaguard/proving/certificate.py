"""The certificate of a revision: what was done to it, what was found, and what wasn't covered."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from schemaguard.frozen import dataclass
from schemaguard.ledger.keys import SigningKey, VerifyingKey
from schemaguard.ledger.notes import NoteError, open_note, sign_note

Outcome = Literal["proven", "refuted", "not covered"]


@dataclass(frozen=True, slots=True)
class LockSeen:
    """A lock that a statement held on a relation which was there before."""

    relation: str
    mode: str


@dataclass(frozen=True, slots=True)
class RanStatement:
    """A statement of the proof, shortened, and how long it took."""

    sql: str
    ms: float


@dataclass(frozen=True, slots=True)
class ProofPart:
    """One part of the proof in its turn, with the statements of the revision that it sent."""

    what: str
    ms: float
    statements: tuple[RanStatement, ...] = ()


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
    timeline: tuple[ProofPart, ...] = ()

    def document(self, key: SigningKey | None = None) -> dict[str, Any]:
        """The certificate as one JSON object, sealed with the digest of all that it says, signed where there is a key.

        ConfigError where what signs isn't installed.
        """
        said: dict[str, Any] = {
            "version": 2,
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
            "timeline": [
                {
                    "what": moment.what,
                    "ms": round(moment.ms, 1),
                    "statements": [{"sql": one.sql, "ms": round(one.ms, 1)} for one in moment.statements],
                }
                for moment in self.timeline
            ],
        }
        signature = sign_note(_text(said), key).removeprefix(f"{_text(said)}\n").strip() if key is not None else None
        return {**said, "seal": _seal(said), "signature": signature}


def problem(document: Any, revision: str, source: str, keys: Sequence[VerifyingKey]) -> str | None:
    """Why a certificate's document isn't one for the revision with that source; None where it is.

    It has to be sealed as it stands, say that this source is proven, and carry a signature of one of the keys, where
    there are some.
    """
    if not isinstance(document, Mapping) or document.get("version") != 2:
        return "it is not a certificate that this version reads"
    said = {name: value for name, value in document.items() if name not in ("seal", "signature")}
    if document.get("seal") != _seal(said):
        return "it was changed after it was made"
    if keys and (unsigned := _unsigned(said, document.get("signature"), keys)):
        return unsigned
    if said.get("revision") != revision:
        return f"it is for revision {said.get('revision')}"
    if said.get("source_sha256") != sha256(source):
        return "the revision was changed after it was proven"
    if said.get("outcome") != "proven":
        return f"it says that the revision is {said.get('outcome')}"
    return None


def _unsigned(said: Mapping[str, Any], signature: object, keys: Sequence[VerifyingKey]) -> str | None:
    if not isinstance(signature, str):
        return "it isn't signed"
    try:
        opened = open_note(f"{_text(said)}\n{signature}\n", keys)
    except NoteError as error:
        return str(error)
    return None if opened.signers else f"nobody knows the key that signed it: {', '.join(opened.unknown)}"


def _seal(said: Mapping[str, Any]) -> str:
    return sha256(json.dumps(said, sort_keys=True))


def _text(said: Mapping[str, Any]) -> str:
    """What is signed: the document on one line, as every program spells it."""
    return json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n"


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
