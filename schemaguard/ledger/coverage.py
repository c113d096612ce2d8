"""The rows of the control schema that the ledger covers: are they what its entries say, and who changed them?"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping

from schemaguard.frozen import dataclass
from schemaguard.ledger.entry import Entry, RowDigest

COVERED: Mapping[str, tuple[str, ...]] = {
    "version": ("version",),
    "contract": ("digest",),
    "release": ("model", "model_version"),
    "pointer": ("model",),
    "operation": ("id",),
    "applied_change": ("id",),
    "retired_object": ("id",),
    "capture": ("id",),
    "held_revision": ("revision",),
    "debt": ("id",),
    "fence": ("is_row",),
    "fence_log": ("id",),
    "playbook": ("id",),
    "decision": ("id",),
    "rehearsal": ("id",),
    "drill": ("id",),
    "approval": ("id",),
    "golden": ("model", "model_version"),
    "sql_migration": ("folder", "migration"),
    "written_shape": ("model", "model_version", "relid"),
    "fleet_operation": ("run", "member"),
}
"""Table → its primary key."""
NOT_COVERED = (
    "step", "outbox", "server_lease", "backfill", "promise", "permit", "made", "touched", "migrating", "checkpoint",
    "watch", "look",
)  # fmt: skip
"""Progress, deliveries, leases, and what is made anew from what is covered."""
WRITTEN = "rows-written"
ACCEPTED = "change-accepted"
_BY_ITSELF: Mapping[str, Collection[str]] = {
    "version": (),
    "operation": ("state", "closed_at"),
    "applied_change": ("undone_at", "undone_by"),
    "retired_object": (
        "applied_change",
        "operation",
        "restored_at",
        "purged_at",
        "marker",
        "of_attnum",
        "conversion",
        "swapped_for",
        "why",
        "restore_class",
    ),
    "capture": (
        "relation_schema",
        "relation_name",
        "named",
        "is_open",
        "changed",
        "row_count",
        "changed_at",
        "given_back_at",
        "operation",
        "given",
        "changed_since",
        "gone",
        "refused",
        "why",
        "purged_at",
    ),
    "debt": (
        "operation",
        "retired_object",
        "act",
        "why",
        "tried_at",
        "paid_at",
        "given_up_at",
        "for_model",
        "for_version",
    ),
    "fence": ("is_wanted", "keep", "left_out", "anchor", "capture_rows", "capture_bytes"),
    "fence_log": (),
    "playbook": (),
    "decision": (),
    "rehearsal": (),
    "drill": (),
    "approval": ("operation",),
    "sql_migration": (),
    "written_shape": ("anchor", "relation_schema", "relation_name", "shape", "taken_at"),
}
"""Table → the columns that are written without an act that has an entry of its own; its rows may be new, too.

What the fence follows of a user's statements, and what is tried again later, is among them.
"""
_ALWAYS_BY_AN_ACT = ("operation",)
"""Tables whose new rows have an entry of their own although some columns are written without one."""


@dataclass(frozen=True, slots=True)
class CoveredRow:
    """A row as it is now: its text is what the digest is of."""

    table: str
    key: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 over the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def row_problems(entries: Iterable[Entry], rows: Iterable[CoveredRow]) -> Iterator[str]:
    """Rows that aren't what the last entry about them says, that are gone, or that no entry tells of."""
    last: dict[tuple[str, str], tuple[str | None, int]] = {}
    for entry in entries:
        for row in entry.rows or ():
            last[row.table, row.key] = (row.sha256, entry.position)
    for found in sorted(rows, key=lambda each: (each.table, each.key)):
        said, position = last.pop((found.table, found.key), (None, 0))
        place = named(found.table, found.key)
        if not position:
            yield f"{place}: no entry of the ledger tells of this row"
        elif said is None:
            yield f"{place}: the row is there, and entry {position} says that it is gone"
        elif said != found.digest:
            yield f"{place}: the row isn't what entry {position} says"
    for (table, key), (said, position) in last.items():
        if said is not None:
            yield f"{named(table, key)}: the row is gone, and entry {position} has it"


def changes_by_hand(entries: Iterable[Entry], tables: Collection[str] | None = None) -> Iterator[str]:
    """What was written past schemaguard, in these tables or anywhere, and that nobody has accepted since: in words."""
    found: dict[int, str] = {}
    for entry in entries:
        if entry.event == ACCEPTED:
            found.pop(int(entry.payload.get("position", 0)), None)
        elif entry.event == WRITTEN:
            wrong = [
                named(row.table, row.key)
                for row in entry.rows or ()
                if not _is_by_itself(row) and (tables is None or row.table in tables)
            ]
            if wrong:
                who = f"{', '.join(wrong[:3])}{' and more' if len(wrong) > len(wrong[:3]) else ''}"
                found[entry.position] = (
                    f"entry {entry.position}: {entry.by or entry.actor} has written past schemaguard: {who}"
                )
    yield from found.values()


def named(table: str, key: str) -> str:
    """A row as a reader finds it again."""
    return f"{table} {key}"


def _is_by_itself(row: RowDigest) -> bool:
    if row.table not in _BY_ITSELF or row.sha256 is None:
        return False
    if row.changed is None:
        return row.table not in _ALWAYS_BY_AN_ACT
    return set(row.changed) <= set(_BY_ITSELF[row.table])
