"""Checkpoints: how many entries there are and the root over them, signed (https://c2sp.org/tlog-checkpoint)."""

import base64
from collections.abc import Iterable, Sequence

from schemaguard.frozen import dataclass
from schemaguard.ledger.keys import SigningKey, VerifyingKey
from schemaguard.ledger.notes import NoteError, open_note, sign_note
from schemaguard.ledger.tree import root_hash

_HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root over the first `size` entries, as it was kept somewhere."""

    size: int
    root_hash: bytes
    source: str = "the database"
    lines: tuple[str, ...] = ()
    """What its text says besides."""


def sign_checkpoint(leaves: Sequence[bytes], key: SigningKey, *lines: str) -> str:
    """The signed note over all of these leaf hashes; its origin is the key's name."""
    root = base64.b64encode(root_hash(leaves)).decode()
    text = "".join(f"{line}\n" for line in (key.name, str(len(leaves)), root, *lines))
    return sign_note(text, key)


def open_checkpoint(note: str, keys: Iterable[VerifyingKey], source: str) -> Checkpoint | None:
    """What a note says that one of the keys has signed as its own, None where none of them has.

    Raises NoteError where a signature is wrong, or where the text is no checkpoint.
    """
    opened = open_note(note, keys)
    checkpoint = _parsed(opened.text, source)
    origin = opened.text.partition("\n")[0]
    return checkpoint if any(key.name == origin for key in opened.signers) else None


def _parsed(text: str, source: str) -> Checkpoint:
    lines = text.removesuffix("\n").split("\n")
    try:
        _, size, root, *more = lines
        decoded = base64.b64decode(root, validate=True)
        is_right = str(int(size)) == size and int(size) >= 0 and len(decoded) == _HASH_SIZE
    except ValueError:
        is_right = False
    if not is_right:
        raise NoteError("the text is not a checkpoint")
    return Checkpoint(int(size), decoded, source, tuple(more))
