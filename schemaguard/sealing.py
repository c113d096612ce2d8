"""Digests of texts, and texts behind their digest; light enough to be asked before anything else is imported."""

from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def digest(*parts: str) -> str:
    """One digest of several texts, none of which can pass for another split of them."""
    return digest_of(parts)


def digest_of(parts: "Iterable[str]") -> str:
    """As `digest`, of texts that come one by one."""
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
