"""What verification finds, whatever is done to a ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemaguard.ledger.entry import Entry, leaf_hash
from schemaguard.ledger.tree import root_hash
from schemaguard.ledger.verification import Checkpoint, LedgerRow, verify

START = datetime(2026, 9, 1, tzinfo=UTC)


def ledger(size: int) -> list[LedgerRow]:
    rows = []
    for position in range(1, size + 1):
        payload = {"to": str(position), "epoch": position}
        entry = Entry(position, START + timedelta(seconds=position), "ada", "pointer-switched", "fraud", None, payload)
        text = entry.canonical()
        rows.append(LedgerRow(position, entry.at, "ada", "pointer-switched", "fraud", None, text, leaf_hash(text)))
    return rows


def pointer(size: int) -> dict[str, tuple[int, str | None]]:
    return {"fraud": (size, str(size))} if size else {}


@given(st.integers(0, 40), st.data())
def test_what_nobody_touched_holds_against_every_earlier_checkpoint(size: int, data: st.DataObject) -> None:
    rows = ledger(size)
    earlier = data.draw(st.integers(0, size))
    kept = Checkpoint(earlier, root_hash([row.leaf_hash for row in rows[:earlier]]))
    found = verify(rows, [kept], pointer(size))
    assert found.holds
    assert found.root == root_hash([row.leaf_hash for row in rows])


@given(st.integers(1, 30), st.data())
def test_no_single_change_of_a_row_goes_unnoticed(size: int, data: st.DataObject) -> None:
    rows = ledger(size)
    which = data.draw(st.integers(0, size - 1))
    changes: dict[str, Any] = {
        "actor": "eve",
        "event": "retired",
        "model": "churn",
        "operation": 9,
        "at": START,
        "position": size + 9,
        "entry": rows[which].entry.replace("ada", "eve"),
        "leaf_hash": bytes(32),
    }
    field = data.draw(st.sampled_from(sorted(changes)))
    rows[which] = replace(rows[which], **{field: changes[field]})
    assert not verify(rows, [], pointer(size)).holds


@given(st.integers(2, 30), st.data())
def test_a_missing_entry_is_noticed_at_the_end_by_a_checkpoint(size: int, data: st.DataObject) -> None:
    rows = ledger(size)
    kept = Checkpoint(size, root_hash([row.leaf_hash for row in rows]))
    del rows[data.draw(st.integers(0, size - 1))]
    assert not verify(rows, [kept], {}).holds


def test_many_problems_are_cut_short_and_counted() -> None:
    rows = [replace(row, actor="eve") for row in ledger(50)]
    found = verify(rows, [], pointer(50))
    assert len(found.problems) == 21
    assert found.problems[-1] == "and 30 more"
