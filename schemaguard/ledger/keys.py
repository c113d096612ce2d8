"""Ed25519 keys in the text form of signed notes: one that signs, and the one that everybody may have to look it up.

See https://c2sp.org/signed-note and https://pkg.go.dev/golang.org/x/mod/sumdb/note for the spelling.
"""

import base64
import hashlib
import re
from typing import Any

from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass, field

_ED25519 = b"\x01"
_SIZE = 32
_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """What tells whether a note was signed by the key of that name; `public` are 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that a signature names its key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.public)}"

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature."""
        # Few verbs look at signatures, and the library is an extra.
        with _explained():
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs; `seed` are the 32 bytes that nobody else may have."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifying(self) -> VerifyingKey:
        """The key that everybody may have."""
        with _explained():
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = _private(self.seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifyingKey(self.name, public)

    def secret_text(self) -> str:
        """The key as its file holds it. Whoever has it can sign."""
        return f"{_PRIVATE}{self.name}+{self.verifying.id.hex()}+{_base64(_ED25519 + self.seed)}"

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        signature: bytes = _private(self.seed).sign(message)
        return signature


def make_key(name: str) -> SigningKey:
    """A new key. ConfigError for a name with white space or a plus sign, which a note can't hold."""
    import secrets

    return SigningKey(_checked_name(name, "the name of the key"), secrets.token_bytes(_SIZE))


def parse_signing_key(text: str, at: str) -> SigningKey:
    """The key that `secret_text` wrote. ConfigError, which shows nothing of it, where it is none."""
    said = text.strip()
    try:
        name, key_id, body = said.removeprefix(_PRIVATE).split("+", 2)
        key = SigningKey(name, _ed25519(body))
        is_key = said.startswith(_PRIVATE) and key.verifying.id.hex() == key_id
    except ValueError:
        is_key = False
    if not is_key:
        raise ConfigError("this is not a key that signs", at=at, next="schemaguard audit key FILE makes one")
    return key


def parse_verifying_key(text: str, at: str) -> VerifyingKey:
    """The key that `str` of one wrote. ConfigError where it is none."""
    said = text.strip()
    if said.startswith(_PRIVATE):
        raise ConfigError(
            "this is the key that signs; only the other one may be shown", at=at, next="schemaguard audit key prints it"
        )
    try:
        name, key_id, body = said.split("+", 2)
        key = VerifyingKey(name, _ed25519(body))
        is_key = key.id.hex() == key_id
    except ValueError:
        is_key = False
    if not is_key:
        raise ConfigError(
            f"{said[:80]!r} is not a key that verifies", at=at, next="NAME+ID+KEY, as schemaguard audit key prints it"
        )
    return key


def _ed25519(body: str) -> bytes:
    data = base64.b64decode(body, validate=True)
    if data[:1] != _ED25519 or len(data) != _SIZE + 1:
        raise ValueError(body)
    return data[1:]


def _checked_name(name: str, at: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} can't name a key", at=at, next="a name without white space or plus signs")
    return name


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _private(seed: bytes) -> Any:
    with _explained():
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


class _explained:  # noqa: N801 - it is read as a word of the sentence
    """Says what to install where the library isn't there."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if kind is not None and issubclass(kind, ImportError):
            raise ConfigError(
                "what signs and verifies isn't installed", next="pip install 'schemaguard-ml[ledger]'"
            ) from error
