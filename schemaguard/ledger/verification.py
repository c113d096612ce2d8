"""Whether a ledger is what was written: every entry, the tree over them, its checkpoints, and the pointers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from schemaguard.frozen import dataclass
from schemaguard.ledger.entry import Entry, leaf_hash, parse
from schemaguard.ledger.tree import root_hash

_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the ledger as it is stored: its columns, the text that was hashed, and the hash."""

    position: int
    at: datetime
    actor: str
    event: str
    model: str | None
    operation: int | None
    entry: str
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root over the first `size` entries, as it was kept somewhere."""

    size: int
    root_hash: bytes
    source: str = "the database"


@dataclass(frozen=True, slots=True)
class LedgerVerification:
    """What was checked, in words, and what isn't as it should be; `root` is the tree's over all entries."""

    size: int
    root: bytes
    checked: tuple[str, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(
    rows: Sequence[LedgerRow], checkpoints: Iterable[Checkpoint], pointers: Mapping[str, tuple[int, str | None]]
) -> LedgerVerification:
    """Recompute everything. `pointers` is model → (epoch, active version) as the control schema has them now."""
    kept = tuple(checkpoints)
    entries: dict[int, Entry] = {}
    problems = [*_gaps(rows)]
    for row in rows:
        problems += _problems_of(row, entries)
    leaves = [leaf_hash(row.entry) for row in rows]
    for checkpoint in kept:
        problems += _against(checkpoint, leaves)
    problems += _pointer_problems(entries, pointers)
    several = f"{len(rows)} entries" if len(rows) != 1 else "1 entry"
    checked = [
        f"{several}: positions without a gap, canonical spelling, SHA-256 of each, columns equal to the hashed text",
        "the Merkle tree over them (RFC 6962), computed anew",
        *(f"the tree over the first {each.size} against the checkpoint of {each.source}" for each in kept),
        *(f"the pointer of {model} against its last switch" for model in pointers),
    ]
    remarks = (
        () if kept else ("no checkpoint to compare with: a ledger that was written anew as a whole looks the same",)
    )
    shown = problems[:_MOST_PROBLEMS]
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    return LedgerVerification(len(rows), root_hash(leaves), tuple(checked), tuple(shown), remarks)


def _gaps(rows: Sequence[LedgerRow]) -> Iterator[str]:
    expected = 1
    for row in rows:
        if row.position != expected:
            yield f"entry {expected} is missing" if row.position > expected else f"entry {row.position} is there twice"
        expected = row.position + 1


def _problems_of(row: LedgerRow, entries: dict[int, Entry]) -> Iterator[str]:
    if leaf_hash(row.entry) != row.leaf_hash:
        yield f"entry {row.position}: the text isn't the one that was hashed"
    try:
        entry = parse(row.entry)
        is_canonical = entry.canonical() == row.entry
    except (ValueError, KeyError, TypeError, AttributeError):
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


def _against(checkpoint: Checkpoint, leaves: Sequence[bytes]) -> Iterator[str]:
    if checkpoint.size > len(leaves):
        yield f"the checkpoint of {checkpoint.source} knows {checkpoint.size} entries, {len(leaves)} are there"
    elif root_hash(leaves[: checkpoint.size]) != checkpoint.root_hash:
        yield f"the first {checkpoint.size} entries aren't those of the checkpoint of {checkpoint.source}"


def _pointer_problems(entries: Mapping[int, Entry], pointers: Mapping[str, tuple[int, str | None]]) -> Iterator[str]:
    last: dict[str | None, tuple[int, str | None]] = {}
    for position in sorted(entries):
        entry = entries[position]
        if entry.event == "pointer-switched":
            last[entry.model] = (int(entry.payload["epoch"]), entry.payload["to"])
    for model, now in pointers.items():
        switched = last.pop(model, (0, None))
        if switched != now:
            says, recorded = _pointer_in_words(now), _pointer_in_words(switched)
            yield f"the pointer of {model} says {says}, but its last switch in the ledger says {recorded}"
    for gone, switched in last.items():
        yield f"the ledger switched {gone} to {_pointer_in_words(switched)}, and it has no pointer"


def _pointer_in_words(pointer: tuple[int, str | None]) -> str:
    epoch, version = pointer
    return f"{version or 'nothing'} at epoch {epoch}"
