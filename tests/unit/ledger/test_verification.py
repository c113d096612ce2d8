"""What verification finds, whatever is done to a ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemaguard.ledger.checkpoint import Checkpoint
from schemaguard.ledger.entry import Entry, chained, leaf_hash
from schemaguard.ledger.tree import root_hash
from schemaguard.ledger.verification import LedgerRow, LedgerState, verify

START = datetime(2026, 9, 1, tzinfo=UTC)


def ledger(size: int) -> list[LedgerRow]:
    rows = []
    chain = b""
    for position in range(1, size + 1):
        payload = {"to": str(position), "epoch": position}
        entry = Entry(position, START + timedelta(seconds=position), "ada", "finished", "fraud", None, payload)
        text = entry.canonical()
        chain = chained(chain, leaf_hash(text))
        rows.append(LedgerRow(position, entry.at, "ada", "finished", "fraud", None, text, leaf_hash(text), chain))
    return rows


def state(rows: list[LedgerRow], size: int) -> LedgerState:
    """The rows, with the head of a ledger of that size that nobody touched."""
    whole = ledger(size)
    return LedgerState(tuple(rows), (size, whole[-1].chain if whole else b""))


@given(st.integers(0, 40), st.data())
def test_what_nobody_touched_holds_against_every_earlier_checkpoint(size: int, data: st.DataObject) -> None:
    rows = ledger(size)
    earlier = data.draw(st.integers(0, size))
    kept = Checkpoint(earlier, root_hash([row.leaf_hash for row in rows[:earlier]]))
    found = verify(state(rows, size), [kept])
    assert found.holds, found.problems
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
        "chain": bytes(32),
    }
    field = data.draw(st.sampled_from(sorted(changes)))
    rows[which] = replace(rows[which], **{field: changes[field]})
    assert not verify(state(rows, size)).holds


@given(st.integers(1, 30), st.data())
def test_a_missing_entry_is_noticed_wherever_it_stood(size: int, data: st.DataObject) -> None:
    rows = ledger(size)
    del rows[data.draw(st.integers(0, size - 1))]
    assert not verify(state(rows, size)).holds


def test_many_problems_are_cut_short_and_counted() -> None:
    rows = [replace(row, actor="eve") for row in ledger(50)]
    found = verify(state(rows, 50))
    assert len(found.problems) == 21
    assert found.problems[-1] == "and 30 more"
