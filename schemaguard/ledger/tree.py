"""The Merkle tree over the entries' leaf hashes (RFC 6962, section 2.1)."""

import hashlib
from collections.abc import Sequence


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in order; SHA-256 of nothing for an empty tree."""
    return continued((), leaves)


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from the leaf at `index` to the root, lowest first (RFC 6962, 2.1.1)."""
    if len(leaves) <= 1:
        return ()
    split = _split(len(leaves))
    if index < split:
        return (*inclusion_path(leaves[:split], index), root_hash(leaves[split:]))
    return (*inclusion_path(leaves[split:], index - split), root_hash(leaves[:split]))


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to in a tree of that size, None where the path has another length.

    See RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    node, last = index, size - 1
    for each in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            leaf = _parent(each, leaf)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            leaf = _parent(leaf, each)
        node, last = node >> 1, last >> 1
    return leaf if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def frontier(leaves: Sequence[bytes]) -> tuple[tuple[int, bytes], ...]:
    """The roots of the full subtrees that leaf hashes end in, as (how many leaves, root), the largest first."""
    return tuple(_stacked((), leaves))


def continued(before: Sequence[tuple[int, bytes]], leaves: Sequence[bytes]) -> bytes:
    """The root over leaves of which the first are known by their frontier alone."""
    stack = _stacked(before, leaves)
    if not stack:
        return hashlib.sha256(b"").digest()
    node = stack.pop()[1]
    while stack:
        node = _parent(stack.pop()[1], node)
    return node


def _stacked(before: Sequence[tuple[int, bytes]], leaves: Sequence[bytes]) -> list[tuple[int, bytes]]:
    stack = list(before)
    for leaf in leaves:
        size, node = 1, leaf
        while stack and stack[-1][0] == size:
            left_size, left = stack.pop()
            node = _parent(left, node)
            size += left_size
        stack.append((size, node))
    return stack
