"""A whole ledger as a file: its entries, the rows that it covers, its checkpoints, and a seal over all of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from schemaguard.frozen import dataclass
from schemaguard.ledger.checkpoint import open_checkpoint, sign_checkpoint
from schemaguard.ledger.coverage import CoveredRow
from schemaguard.ledger.entry import UNREADABLE
from schemaguard.ledger.keys import SigningKey, VerifyingKey
from schemaguard.ledger.notes import NoteError
from schemaguard.ledger.verification import KeptCheckpoint, LedgerRow, LedgerState

_KIND = "schemaguard ledger"
_SEAL = "export sha256:"


class ExportError(ValueError):
    """The text is no export of a ledger."""


@dataclass(frozen=True, slots=True)
class Export:
    """What a file says that a ledger was, and what its seal is worth."""

    state: LedgerState
    at: datetime
    signer: str | None
    """Whose known key has sealed it."""
    problems: tuple[str, ...]


def write_export(state: LedgerState, at: datetime, key: SigningKey | None) -> str:
    """The file's text: a line of JSON each, the seal last; without a key it holds a digest alone."""
    body = "".join(f"{_line(each)}\n" for each in _documents(state, at))
    digest = hashlib.sha256(body.encode()).hexdigest()
    note = sign_checkpoint(state.leaves, key, f"{_SEAL}{digest}") if key is not None else None
    return f"{body}{_line({'sha256': digest, 'seal': note})}\n"


def _documents(state: LedgerState, at: datetime) -> Iterator[dict[str, Any]]:
    position, chain = state.head
    yield {
        "export": _KIND, "version": 1, "database": state.database, "at": at.astimezone(UTC).isoformat(),
        "head": [position, chain.hex()], "lacking": list(state.lacking),
    }  # fmt: skip
    for row in state.rows:
        columns = [row.position, row.at.astimezone(UTC).isoformat(), row.actor, row.event, row.model, row.operation]
        yield {"entry": row.entry, "columns": columns, "leaf": row.leaf_hash.hex(), "chain": row.chain.hex()}
    for each in state.covered:
        yield {"row": [each.table, each.key, each.text]}
    for kept in state.checkpoints:
        yield {"checkpoint": [kept.size, kept.root_hash.hex(), kept.note]}


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_export(text: str, keys: Sequence[VerifyingKey]) -> Export:
    """What a file says, and what is wrong with its seal. ExportError where it is no export."""
    body, _, last = text.removesuffix("\n").rpartition("\n")
    try:
        head, *documents = [json.loads(line) for line in body.split("\n")]
        seal = json.loads(last)
        if head["export"] != _KIND or head["version"] != 1:
            raise ExportError("it is an export of something else, or of a newer version")
        state = LedgerState(
            rows=tuple(_row(each) for each in documents if "entry" in each),
            head=(head["head"][0], bytes.fromhex(head["head"][1])),
            covered=tuple(CoveredRow(*each["row"]) for each in documents if "row" in each),
            checkpoints=tuple(
                KeptCheckpoint(each["checkpoint"][0], bytes.fromhex(each["checkpoint"][1]), each["checkpoint"][2])
                for each in documents
                if "checkpoint" in each
            ),
            lacking=tuple(head["lacking"]),
            database=str(head["database"]),
        )
        if len(documents) != len(state.rows) + len(state.covered) + len(state.checkpoints):
            raise ExportError("a line of it is neither an entry nor a row nor a checkpoint")
        signer, problems = _sealed(f"{body}\n", seal, state, keys)
        return Export(state, datetime.fromisoformat(head["at"]), signer, tuple(problems))
    except ExportError:
        raise
    except UNREADABLE as error:
        raise ExportError("it is not an export of a ledger, or a damaged one") from error


def _row(document: Mapping[str, Any]) -> LedgerRow:
    position, at, actor, event, model, operation = document["columns"]
    moment = datetime.fromisoformat(at)
    leaf, chain = bytes.fromhex(document["leaf"]), bytes.fromhex(document["chain"])
    return LedgerRow(position, moment, actor, event, model, operation, document["entry"], leaf, chain)


def _sealed(
    body: str, seal: Mapping[str, Any], state: LedgerState, keys: Sequence[VerifyingKey]
) -> tuple[str | None, list[str]]:
    digest = hashlib.sha256(body.encode()).hexdigest()
    problems = [] if seal["sha256"] == digest else ["the export isn't the one that was written: its digest differs"]
    if seal["seal"] is None:
        return None, problems
    try:
        found = open_checkpoint(seal["seal"], keys, "the seal")
    except NoteError as error:
        return None, [*problems, f"the seal of the export: {error}"]
    if found is None:
        return None, problems
    if found.lines != (f"{_SEAL}{digest}",) or found.size != len(state.rows):
        return None, [*problems, "the seal is that of another export"]
    return str(seal["seal"]).partition("\n")[0], problems
