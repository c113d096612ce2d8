"""Texts kept from run to run, each behind its digest: what was cut or mixed up is no entry."""

from hashlib import blake2b
from typing import Protocol


class Store(Protocol):
    """Where entries are kept; what it gives back may be anything that somebody has put there."""

    def get(self, key: str) -> str | None:
        """The text kept under a key, None where there is none."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key."""
        ...


def digest(*parts: str) -> str:
    """One digest of several texts, none of which can pass for another split of them."""
    made = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(data))
        made.update(data)
    return made.hexdigest()


def sealed(key: str, body: str) -> str:
    """A text as it is kept: behind its digest, so that one which was cut or mixed up isn't taken for an entry."""
    return f"{digest(key, body)}\n{body}"


def unsealed(key: str, text: str | None) -> str | None:
    """The body of a kept text, None where it isn't what was kept."""
    if text is None:
        return None
    seal, _, body = text.partition("\n")
    return body if seal == digest(key, body) else None
