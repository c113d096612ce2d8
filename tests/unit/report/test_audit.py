"""The ledger on a terminal of 80 columns: two lines an entry, nothing cut off."""

import io
from datetime import UTC, datetime

from rich.console import Console

from schemaguard.ledger.entry import Entry
from schemaguard.report.audit import show_log

AT = datetime(2026, 11, 29, 9, 12, tzinfo=UTC)
FACTS = {
    "from": "8",
    "to": "7",
    "epoch": 3,
    "held": ["0007"],
    "reason": "false negatives tripled since the last release",
}
ENTRIES = (
    Entry(9, AT, "ada", "contract-published", "fraud", None, {"version": "7"}),
    Entry(10, AT, "\x1b[31meve", "pointer-switched", "fraud", 3, FACTS),
)


def printed(width: int, *, is_terminal: bool = True) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=is_terminal, color_system=None)
    show_log(ENTRIES, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_at_80_columns_an_entry_has_two_lines_and_nothing_is_cut_off() -> None:
    assert printed(80) == (
        " 9  2026-11-29 09:12:00  contract-published  fraud  by ada\n"
        "    version 7\n"
        "10  2026-11-29 09:12:00  pointer-switched  fraud  operation 3  by \\x1b[31meve\n"
        "    8 → 7; epoch 3; held 0007; reason false negatives tripled since the last\n"
        "    release\n"
    )


def test_at_40_columns_nothing_is_cut_off_either() -> None:
    text = " ".join(printed(40).split())
    assert "reason false negatives tripled since the last release" in text
    assert max(map(len, printed(40).splitlines())) <= 40


def test_a_wide_terminal_and_a_pipe_have_a_table() -> None:
    for text in (printed(140), printed(80, is_terminal=False)):
        assert text.splitlines()[0].split()[:2] == ["#", "when"]
