"""Whether a ledger is what was written: every entry, chain and tree, checkpoints, and the rows that it covers."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from schemaguard.frozen import dataclass, field
from schemaguard.ledger.checkpoint import Checkpoint, open_checkpoint
from schemaguard.ledger.coverage import COVERED, NOT_COVERED, CoveredRow, changes_by_hand, row_problems
from schemaguard.ledger.entry import UNREADABLE, Entry, chained, leaf_hash, parse
from schemaguard.ledger.keys import VerifyingKey
from schemaguard.ledger.notes import NoteError
from schemaguard.ledger.tree import root_hash

_MOST_PROBLEMS = 20
_BEYOND = (
    "who sat at the keyboard: `actor` is what the command was told, `by` the role that was connected",
    "a superuser who switches the triggers off and rewrites rows, entries and chain alike: see the checkpoints",
    "entries and rows that were taken back together, to a state before the last checkpoint that was kept elsewhere",
    f"rows of {', '.join(NOT_COVERED)}: progress and what is made anew",
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the ledger as it is stored: its columns, the text that was hashed, the hash, and the chain."""

    position: int
    at: datetime
    actor: str
    event: str
    model: str | None
    operation: int | None
    entry: str
    leaf_hash: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint as the database keeps it; without a note nobody has signed it."""

    size: int
    root_hash: bytes
    note: str | None


@dataclass(frozen=True, slots=True)
class LedgerState:
    """All that a verification looks at, of one moment, from the database or from an export."""

    rows: tuple[LedgerRow, ...]
    head: tuple[int, bytes]
    covered: tuple[CoveredRow, ...] = ()
    checkpoints: tuple[KeptCheckpoint, ...] = ()
    lacking: tuple[str, ...] = ()
    """What of the triggers that write rows down isn't there or is off, in words."""
    database: str = ""
    """Its name."""

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """The leaf hashes, computed anew."""
        return tuple(leaf_hash(row.entry) for row in self.rows)


@dataclass(frozen=True, slots=True)
class LedgerVerification:
    """What was checked, in words, and what isn't as it should be; `root` is the tree's over all entries."""

    size: int
    root: bytes
    checked: tuple[str, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    beyond: tuple[str, ...] = field(default=_BEYOND)
    """What no verification of this kind can show."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(
    state: LedgerState, outside: Iterable[Checkpoint] = (), keys: Sequence[VerifyingKey] = ()
) -> LedgerVerification:
    """Recompute everything. `outside` are checkpoints that were kept elsewhere; `keys` are those whose word counts."""
    entries: dict[int, Entry] = {}
    problems = [*gaps(state.rows)]
    for row in state.rows:
        problems += entry_problems(row, entries)
    problems += chain_problems(state)
    signed, wrong, remarks = _opened(state.checkpoints, keys)
    problems += wrong
    trusted = (*signed, *outside)
    leaves = state.leaves
    for checkpoint in trusted:
        problems += _against(checkpoint, leaves)
    in_order = [entries[position] for position in sorted(entries)]
    problems += row_problems(in_order, state.covered)
    problems += changes_by_hand(in_order)
    problems += _pointer_problems(in_order, _pointers(state.covered))
    problems += state.lacking
    if not trusted:
        remarks += (
            "no checkpoint of a known key to compare with: a ledger that was written anew as a whole looks the same",
        )
    shown = problems[:_MOST_PROBLEMS]
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    return LedgerVerification(
        len(state.rows), root_hash(leaves), tuple(_checked(state, trusted)), tuple(shown), remarks
    )


def _checked(state: LedgerState, trusted: Sequence[Checkpoint]) -> Iterator[str]:
    several = f"{len(state.rows)} entries" if len(state.rows) != 1 else "1 entry"
    yield f"{several}: positions without a gap, canonical spelling, SHA-256 of each, columns equal to the hashed text"
    yield "the chain from the first entry to the head, and the Merkle tree over them (RFC 6962), computed anew"
    yield f"{len(state.covered)} rows of {', '.join(COVERED)} against the last entry about each"
    yield "that nobody has written these rows past schemaguard"
    for each in trusted:
        yield f"the tree over the first {each.size} against the checkpoint of {each.source}"
    for model in _pointers(state.covered):
        yield f"the pointer of {model} against its switches, one epoch each"


def gaps(rows: Sequence[LedgerRow]) -> Iterator[str]:
    """Entries that are missing or there twice."""
    expected = 1
    for row in rows:
        if row.position != expected:
            yield f"entry {expected} is missing" if row.position > expected else f"entry {row.position} is there twice"
        expected = row.position + 1


def entry_problems(row: LedgerRow, entries: dict[int, Entry]) -> Iterator[str]:
    """What is wrong with an entry by itself; one that can be read is added to `entries`."""
    if leaf_hash(row.entry) != row.leaf_hash:
        yield f"entry {row.position}: the text isn't the one that was hashed"
    try:
        entry = parse(row.entry)
        is_canonical = entry.canonical() == row.entry
    except UNREADABLE:
        yield f"entry {row.position}: the text is not an entry"
        return
    if not is_canonical:
        yield f"entry {row.position}: the text isn't spelled canonically"
    stored = (row.position, row.at, row.actor, row.event, row.model, row.operation)
    said = (entry.position, entry.at, entry.actor, entry.event, entry.model, entry.operation)
    names = ("position", "at", "actor", "event", "model", "operation")
    for name, column, hashed in zip(names, stored, said, strict=True):
        if column != hashed:
            yield f"entry {row.position}: the column {name} says {column}, the hashed text {hashed}"
    entries[row.position] = entry


def chain_problems(state: LedgerState) -> Iterator[str]:
    """Where the chain is broken, and whether it ends where the head says."""
    chain = b""
    for row in state.rows:
        expected = chained(chain, leaf_hash(row.entry))
        if row.chain != expected:
            yield f"entry {row.position}: the chain is broken here"
        # What follows is looked at by itself.
        chain = row.chain
    last = (state.rows[-1].position if state.rows else 0, chain)
    if state.head != last:
        yield f"the head of the ledger is at entry {state.head[0]}, and its last entry is {last[0]}"


def _opened(
    checkpoints: Iterable[KeptCheckpoint], keys: Sequence[VerifyingKey]
) -> tuple[tuple[Checkpoint, ...], tuple[str, ...], tuple[str, ...]]:
    """(what a known key has signed, what is wrong, what proves nothing)."""
    signed, wrong, unknown = [], [], []
    for each in checkpoints:
        if each.note is None:
            unknown.append(each)
            continue
        try:
            found = open_checkpoint(each.note, keys, f"{each.size} entries in the database")
        except NoteError as error:
            wrong.append(f"the checkpoint of {each.size} entries in the database: {error}")
            continue
        if found is None:
            unknown.append(each)
        elif (found.size, found.root_hash) != (each.size, each.root_hash):
            wrong.append(f"the checkpoint of {each.size} entries in the database isn't the one that was signed")
        else:
            signed.append(found)
    if not unknown:
        return tuple(signed), tuple(wrong), ()
    sizes = ", ".join(str(each.size) for each in unknown)
    remark = f"no known key has signed the checkpoint of {sizes} entries: it proves nothing (--key, ledger_keys)"
    return tuple(signed), tuple(wrong), (remark,)


def _against(checkpoint: Checkpoint, leaves: Sequence[bytes]) -> Iterator[str]:
    if checkpoint.size > len(leaves):
        yield f"the checkpoint of {checkpoint.source} knows {checkpoint.size} entries, {len(leaves)} are there"
    elif root_hash(leaves[: checkpoint.size]) != checkpoint.root_hash:
        yield f"the first {checkpoint.size} entries aren't those of the checkpoint of {checkpoint.source}"


_PointerRow = tuple[int, str | None, str | None, int]
"""Epoch, what serves, the canary, its percent."""
_NO_POINTER: _PointerRow = (0, None, None, 0)


def _pointers(covered: Iterable[CoveredRow]) -> Mapping[str, _PointerRow]:
    found = {}
    for row in covered:
        if row.table == "pointer":
            said = json.loads(row.text)
            share = (said.get("canary"), int(said.get("canary_percent", 0)))
            found[str(said["model"])] = (int(said["epoch"]), said.get("active"), *share)
    return found


def _pointer_problems(entries: Iterable[Entry], pointers: Mapping[str, _PointerRow]) -> Iterator[str]:
    last: dict[str | None, _PointerRow] = {}
    for entry in entries:
        if entry.event in ("pointer-switched", "canary-switched"):
            said = entry.payload
            epoch = int(said["epoch"])
            if epoch != last.get(entry.model, _NO_POINTER)[0] + 1:
                yield f"entry {entry.position}: {entry.model} was switched to epoch {epoch} out of its turn"
            active = said["to"] if entry.event == "pointer-switched" else said["active"]
            last[entry.model] = (epoch, active, said.get("canary"), int(said.get("percent", 0)))
    for model, now in pointers.items():
        switched = last.pop(model, _NO_POINTER)
        if switched != now:
            says, recorded = _pointer_in_words(now), _pointer_in_words(switched)
            yield f"the pointer of {model} says {says}, but its last switch in the ledger says {recorded}"
    for gone, switched in last.items():
        yield f"the ledger switched {gone} to {_pointer_in_words(switched)}, and it has no pointer"


def _pointer_in_words(pointer: _PointerRow) -> str:
    epoch, version, canary, percent = pointer
    share = f", canary {canary} with {percent} %," if canary else ""
    return f"{version or 'nothing'}{share} at epoch {epoch}"
