"""A mapping that is cheap to change and leaves what it was untouched, so that every revision can keep its catalog.

A hash trie: dicts of a few entries at the leaves, 32 children a branch. Setting a key copies one path, O(log n); a
catalog of 5,000 tables shares all but a few hundred bytes with the one before. A map that was made at once is one leaf,
however large, until something is set in it: many are only asked.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

_WIDTH_BITS = 5
_WIDTH = 1 << _WIDTH_BITS
_MASK = _WIDTH - 1
_LEAF_SIZE = 12
_DEEPEST = 55
"""Beyond this shift a hash has no bits left and a leaf just grows."""

# A node is a leaf (dict of key → (turn, value)) or a branch (tuple of nodes); a recursive alias would buy nothing here.
_Node = Any
_EMPTY: dict[Any, Any] = {}


class Later:
    """A value that is made when it is first asked for."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._made: Any = None

    @property
    def value(self) -> Any:
        """The value, made once."""
        if self._make is not None:
            self._made, self._make = self._make(), None
        return self._made


class PersistentMap(Mapping[K, V]):
    """An immutable mapping in insertion order; `set` and `without` return another one."""

    __slots__ = ("_count", "_root", "_turn")

    def __init__(self, items: Mapping[K, V] | None = None) -> None:
        entries = {key: (turn, value) for turn, (key, value) in enumerate(items.items())} if items else _EMPTY
        self._root: _Node = entries
        self._count = self._turn = len(entries)

    @classmethod
    def later(cls, items: Mapping[K, Callable[[], V]]) -> "PersistentMap[K, V]":
        """A map whose values are made when they are first asked for."""
        return cls({key: Later(make) for key, make in items.items()})  # type: ignore[misc]  # every way to a value asks

    def _with(self, root: _Node, count: int, turn: int) -> "PersistentMap[K, V]":
        made: PersistentMap[K, V] = PersistentMap.__new__(type(self))
        made._root, made._count, made._turn = root, count, turn
        return made

    def _split(self) -> _Node:
        """The root, a branch where there are too many entries for a leaf: once for all that is set in this map."""
        if type(self._root) is dict and self._count > _LEAF_SIZE:
            self._root = _grown(self._root, 0)
        return self._root

    def _leaf(self, key: object) -> dict[K, tuple[int, V]]:
        """The leaf that would have the key."""
        node = self._root
        if type(node) is tuple:
            bits = hash(key)
            while type(node) is tuple:
                node, bits = node[bits & _MASK], bits >> _WIDTH_BITS
        return node  # type: ignore[no-any-return]  # what is not a branch is a leaf

    def _entry(self, key: K) -> tuple[int, V] | None:
        found = self._leaf(key).get(key)
        return None if found is None else (found[0], _value(found))

    # What follows is asked a hundred times for each statement: an empty map answers without hashing the key.

    def __getitem__(self, key: K) -> V:
        value: Any = self._leaf(key)[key][1]
        return value.value if type(value) is Later else value  # type: ignore[no-any-return]  # a V, or what makes one

    def __contains__(self, key: object) -> bool:
        if not self._count:
            return False
        node = self._root
        if type(node) is tuple:
            bits = hash(key)
            while type(node) is tuple:
                node, bits = node[bits & _MASK], bits >> _WIDTH_BITS
        return key in node

    @overload
    def get(self, key: K, /) -> V | None: ...

    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...

    def get(self, key: K, /, default: Any = None) -> Any:
        """The value of the key, else the default."""
        if not self._count:
            return default
        # As in `_leaf`, which costs a call.
        node = self._root
        if type(node) is tuple:
            bits = hash(key)
            while type(node) is tuple:
                node, bits = node[bits & _MASK], bits >> _WIDTH_BITS
        found = node.get(key)
        if found is None:
            return default
        value: Any = found[1]
        return value.value if type(value) is Later else value

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[K]:
        return iter([key for key, _ in self._ordered()])

    def _ordered(self) -> list[tuple[K, tuple[int, V]]]:
        return sorted(_entries(self._root), key=lambda item: item[1][0])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PersistentMap):
            return self._count == other._count and _same(self._root, other._root, other)
        if isinstance(other, Mapping):
            return self._count == len(other) and all(key in other and other[key] == self[key] for key in self)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as every mapping: equal ones may hold values that don't hash

    def __repr__(self) -> str:
        return f"PersistentMap({dict(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Hashes of strings differ from process to process: the trie is built anew where it is read.
        return (PersistentMap, (dict(self),))

    def set(self, key: K, value: V) -> "PersistentMap[K, V]":
        """This mapping with the key set."""
        old = self._leaf(key).get(key)
        if old is not None and old[1] is value:
            return self
        turn = old[0] if old is not None else self._turn
        root = _set(self._split(), hash(key), 0, (key, (turn, value)))
        return self._with(root, self._count + (old is None), self._turn + (old is None))

    def without(self, key: K) -> "PersistentMap[K, V]":
        """This mapping without the key; itself where it isn't there."""
        if key not in self:
            return self
        return self._with(_without(self._split(), hash(key), key), self._count - 1, self._turn)

    def differing(self, other: "PersistentMap[K, V]") -> frozenset[K]:
        """The keys that only one of the two has, or that they give another value; what both share isn't looked at."""
        return frozenset(_differing(self._root, other._root))


def _differing(mine: _Node, theirs: _Node) -> Iterator[Any]:
    if mine is theirs:
        return
    if type(mine) is tuple and type(theirs) is tuple:
        for my_child, their_child in zip(mine, theirs, strict=True):
            yield from _differing(my_child, their_child)
        return
    left, right = dict(_entries(mine)), dict(_entries(theirs))
    for key in left.keys() | right.keys():
        one, other = left.get(key), right.get(key)
        if one is None or other is None or not (one[1] is other[1] or _value(one) == _value(other)):
            yield key


def _value(entry: tuple[int, Any]) -> Any:
    value = entry[1]
    return value.value if type(value) is Later else value


def _entries(node: _Node) -> Iterator[tuple[Any, tuple[int, Any]]]:
    if type(node) is tuple:
        return chain.from_iterable(map(_entries, node))
    return iter(node.items())


def _set(node: _Node, bits: int, shift: int, entry: tuple[Any, tuple[int, Any]]) -> _Node:
    if type(node) is tuple:
        at = bits & _MASK
        child = _set(node[at], bits >> _WIDTH_BITS, shift + _WIDTH_BITS, entry)
        return (*node[:at], child, *node[at + 1 :])
    return _grown({**node, entry[0]: entry[1]}, shift)


def _grown(leaf: dict[Any, Any], shift: int) -> _Node:
    """The entries as a leaf, or as a branch where they are too many for one."""
    if len(leaf) <= _LEAF_SIZE or shift >= _DEEPEST:
        return leaf
    children: list[dict[Any, Any]] = [{} for _ in range(_WIDTH)]
    for key, value in leaf.items():
        children[(hash(key) >> shift) & _MASK][key] = value
    return tuple(_grown(child, shift + _WIDTH_BITS) if child else _EMPTY for child in children)


def _without(node: _Node, bits: int, key: object) -> _Node:
    if type(node) is tuple:
        at = bits & _MASK
        return (*node[:at], _without(node[at], bits >> _WIDTH_BITS, key), *node[at + 1 :])
    return {k: v for k, v in node.items() if k != key}


def _same(mine: _Node, theirs: _Node, other: PersistentMap[Any, Any]) -> bool:
    """Whether every entry of mine is in the other mapping; what both share isn't looked at again."""
    if mine is theirs:
        return True
    if type(mine) is tuple:
        if type(theirs) is tuple:
            return all(_same(a, b, other) for a, b in zip(mine, theirs, strict=True))
        return all(_same(child, None, other) for child in mine)
    for key, entry in mine.items():
        found, value = other._entry(key), _value(entry)
        if found is None or not (found[1] is value or found[1] == value):
            return False
    return True
