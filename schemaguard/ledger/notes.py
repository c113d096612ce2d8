"""Signed notes: a text, an empty line, and a line a signature (https://c2sp.org/signed-note)."""

import base64
from collections.abc import Iterable

from schemaguard.frozen import dataclass
from schemaguard.ledger.keys import SigningKey, VerifyingKey

_DASH = "— "
_ID_SIZE = 4


class NoteError(ValueError):
    """The text is no signed note, or a signature under a known key is wrong."""


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """What was signed, and by whom of those who were asked for; the text of a note with no signer means nothing."""

    text: str
    signers: tuple[VerifyingKey, ...]
    unknown: tuple[str, ...] = ()
    """Names of signers whose key isn't known."""


def sign_note(text: str, *keys: SigningKey) -> str:
    """The text with a signature of each key. NoteError where it can't be signed as it is."""
    if not text.endswith("\n") or any(ord(each) < ord(" ") and each != "\n" for each in text):
        raise NoteError("a note's text ends its last line, and has no control characters")
    lines = []
    for key in keys:
        signature = key.verifying.id + key.sign(text.encode())
        lines.append(f"{_DASH}{key.name} {base64.b64encode(signature).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, keys: Iterable[VerifyingKey]) -> OpenedNote:
    """What a note says, and which of these keys signed it.

    Raises NoteError where the text is no note, or where one of the keys is named and its signature is wrong.
    """
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise NoteError("it is not a signed note")
    text += "\n"
    known = {(key.name, key.id): key for key in keys}
    signers, unknown = [], []
    for line in signatures.removesuffix("\n").split("\n"):
        name, signature = _signature(line)
        key = known.get((name, signature[:_ID_SIZE]))
        if key is None:
            unknown.append(name)
        elif not key.accepts(signature[_ID_SIZE:], text.encode()):
            raise NoteError(f"the signature of {name} doesn't belong to this text")
        elif key not in signers:
            signers.append(key)
    return OpenedNote(text, tuple(signers), tuple(unknown))


def _signature(line: str) -> tuple[str, bytes]:
    name, space, body = line.removeprefix(_DASH).partition(" ")
    try:
        signature = base64.b64decode(body, validate=True)
    except ValueError:
        signature = b""
    if not line.startswith(_DASH) or not space or not name or len(signature) <= _ID_SIZE:
        raise NoteError("a line below the text is not a signature")
    return name, signature
