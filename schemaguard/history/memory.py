"""Texts kept from run to run, each behind its digest: what was cut or mixed up is not an entry."""

from typing import Protocol

from schemaguard.sealing import digest, sealed, unsealed

__all__ = ["Store", "digest", "sealed", "unsealed"]


class Store(Protocol):
    """Where entries are kept; what it gives back may be anything that somebody has put there."""

    def get(self, key: str) -> str | None:
        """The text kept under a key, None where there is none."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key."""
        ...
