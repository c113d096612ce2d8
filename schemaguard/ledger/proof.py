"""The proof that an entry is in a ledger, as a text that is checked without it (https://c2sp.org/tlog-proof)."""

import base64
from collections.abc import Sequence

from schemaguard.frozen import dataclass
from schemaguard.ledger.checkpoint import open_checkpoint
from schemaguard.ledger.entry import UNREADABLE, Entry, leaf_hash, parse
from schemaguard.ledger.keys import VerifyingKey
from schemaguard.ledger.notes import NoteError
from schemaguard.ledger.tree import inclusion_path, root_of_path

_HEAD = "c2sp.org/tlog-proof@v1"


class InclusionError(ValueError):
    """The text is not a proof, or what it says isn't so."""


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry, and the checkpoint that it is under."""

    entry: Entry
    size: int
    signer: str


def write_proof(entry: str, index: int, leaves: Sequence[bytes], checkpoint: str) -> str:
    """The proof that an entry's text is the leaf at `index` of the tree that the signed checkpoint is of."""
    hashes = [_base64(each) for each in inclusion_path(leaves, index)]
    lines = (_HEAD, f"extra {_base64(entry.encode())}", f"index {index}", *hashes)
    return "".join(f"{line}\n" for line in lines) + f"\n{checkpoint}"


def check_proof(text: str, keys: Sequence[VerifyingKey]) -> ProvenEntry:
    """The entry that a proof proves. InclusionError where it doesn't, or where none of the keys has signed for it."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        if not blank or lines[0] != _HEAD or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise InclusionError("the text is not the proof of an entry")
        entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True).decode()
        index = int(lines[2].removeprefix("index "))
        path = [base64.b64decode(each, validate=True) for each in lines[3:]]
        checkpoint = open_checkpoint(note, keys, "the proof")
        said = parse(entry)
    except NoteError as error:
        raise InclusionError(f"its checkpoint: {error}") from error
    except InclusionError:
        raise
    except UNREADABLE as error:
        raise InclusionError("the text is not the proof of an entry") from error
    if checkpoint is None:
        raise InclusionError("no known key has signed its checkpoint")
    if str(index) != lines[2].removeprefix("index ") or said.position != index + 1:
        raise InclusionError(f"the entry says that it is number {said.position}, the proof that it is {index + 1}")
    if root_of_path(leaf_hash(entry), index, checkpoint.size, path) != checkpoint.root_hash:
        raise InclusionError("the entry isn't in the tree that the checkpoint is of")
    return ProvenEntry(said, checkpoint.size, note.partition("\n")[0])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
