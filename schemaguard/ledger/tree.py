"""The Merkle tree over the entries' leaf hashes (RFC 6962, section 2.1)."""

import hashlib
from collections.abc import Sequence


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in order; SHA-256 of nothing for an empty tree."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, leaf
        while stack and stack[-1][0] == size:
            left_size, left = stack.pop()
            node = _parent(left, node)
            size += left_size
        stack.append((size, node))
    node = stack.pop()[1]
    while stack:
        node = _parent(stack.pop()[1], node)
    return node


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
