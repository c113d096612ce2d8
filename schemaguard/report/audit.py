"""The ledger: who did what when, and what its verification found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.ledger.entry import Entry, leaf_hash
from schemaguard.ledger.verification import LedgerVerification
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_STYLES = {
    "pointer-switched": "bold green",
    "retired": "yellow",
    "operation-abandoned": "yellow",
    "step-marked-done": "yellow",
    "alias-corrected": "yellow",
}
_SHORTENED = ("digest",)
_LEFT_OUT = ("plan_hash",)
_SHOWN_OF_HASH = 12
_WIDE = 110
"""From so many columns on a table has room for what an entry says."""


def show_log(entries: Sequence[Entry], console: Console) -> None:
    """Print one row an entry, oldest first."""
    if not entries:
        line(console, Text("the ledger has no entry of that kind", "dim"))
        return
    if console.is_terminal and console.width < _WIDE:
        _show_narrow(entries, console)
        return
    headings = [
        Heading("#", whole=True),
        Heading("when (UTC)", whole=True),
        Heading("who"),
        Heading("what", whole=True),
        Heading("model"),
        Heading("op"),
        Heading("facts"),
    ]
    rows = [
        [
            Text(str(entry.position), "dim"),
            Text(f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "dim"),
            Text(visible(entry.actor)),
            Text(visible(entry.event), _STYLES.get(entry.event, "")),
            Text(visible(entry.model or "")),
            Text(str(entry.operation or ""), "dim"),
            Text(visible("; ".join(facts(entry.payload)))),
        ]
        for entry in entries
    ]
    table(console, headings, rows)


def _show_narrow(entries: Sequence[Entry], console: Console) -> None:
    """Two lines an entry, where a table would leave a column of a few letters for what it says."""
    indent = max(len(str(entry.position)) for entry in entries) + 2
    for entry in entries:
        head = Text.assemble(
            (f"{entry.position:>{indent - 2}}  ", "dim"),
            (f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  ", "dim"),
            (visible(entry.event), _STYLES.get(entry.event, "bold")),
            f"  {visible(entry.model)}" if entry.model else "",
            (f"  operation {entry.operation}" if entry.operation else "", "dim"),
            f"  by {visible(entry.actor)}",
        )
        line(console, head, indent=indent)
        said = "; ".join(facts(entry.payload))
        if said:
            line(console, Text(f"{' ' * indent}{visible(said)}", "dim"), indent=indent)


def log_json(entries: Iterable[Entry]) -> dict[str, Any]:
    """The entries as one document, each with the hash that it goes into the tree with."""
    return {
        "version": 1,
        "entries": [
            {
                "position": entry.position,
                "at": entry.at.isoformat(),
                "actor": entry.actor,
                "event": entry.event,
                "model": entry.model,
                "operation": entry.operation,
                "payload": dict(entry.payload),
                "leaf_hash": leaf_hash(entry.canonical()).hex(),
            }
            for entry in entries
        ],
    }


def show_verification(found: LedgerVerification, console: Console) -> None:
    """Print what was checked, what was found, and the root to keep elsewhere."""
    for words in found.checked:
        line(console, Text.assemble(("  checked  ", "dim"), visible(words)), indent=11)
    for words in found.remarks:
        line(console, Text.assemble(("  note     ", "yellow"), visible(words)), indent=11)
    for words in found.problems:
        line(console, Text.assemble(("  problem  ", "bold red"), visible(words)), indent=11)
    verdict = ("INTACT", "bold green") if found.holds else ("TAMPERED WITH", "bold red")
    line(console, Text.assemble(verdict, f"  {found.size} entries · root {found.root.hex()}"), indent=None)
    if found.holds and found.size:
        note = f"keep it where this database's administrators can't change it: --checkpoint {_checkpoint(found)}"
        line(console, Text(note, "dim"), indent=None)


def verification_json(found: LedgerVerification) -> dict[str, Any]:
    """What was checked and found."""
    return {
        "version": 1,
        "holds": found.holds,
        "entries": found.size,
        "root": found.root.hex(),
        "checkpoint": _checkpoint(found),
        "checked": list(found.checked),
        "problems": list(found.problems),
        "remarks": list(found.remarks),
    }


def _checkpoint(found: LedgerVerification) -> str:
    return f"{found.size}:{found.root.hex()}"


def facts(payload: Mapping[str, Any]) -> Iterator[str]:
    """What an entry or a step says, without what it leaves open."""
    rest = dict(payload)
    if "to" in rest and "from" in rest:
        before, after = rest.pop("from"), rest.pop("to")
        yield f"{before} → {after}" if before else f"→ {after}"
    for key, value in rest.items():
        if key in _LEFT_OUT or value is None or value == [] or value == "":
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{key} {shown[:_SHOWN_OF_HASH] if key in _SHORTENED else shown}"
