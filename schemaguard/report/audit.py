"""The ledger: who did what when, and what its verification found."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.ledger.entry import Entry, RowDigest, canonical_json, leaf_hash
from schemaguard.ledger.proof import ProvenEntry
from schemaguard.ledger.verification import LedgerVerification
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_STYLES = {
    "pointer-switched": "bold green",
    "canary-switched": "bold green",
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
                "payload": plain(entry.payload),
                "by": entry.by,
                "rows": [
                    {"table": row.table, "key": row.key, "sha256": row.sha256, "changed": row.changed}
                    for row in entry.rows or ()
                ],
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
    for words in found.beyond:
        line(console, Text.assemble(("  beyond   ", "dim"), (visible(words), "dim")), indent=11)
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
        "beyond": list(found.beyond),
    }


def show_entry(entry: Entry, console: Console) -> None:
    """Print one entry with everything that it says."""
    said = [
        ("entry", str(entry.position)),
        ("when", f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("who", entry.actor if entry.by in (None, entry.actor) else f"{entry.actor}, connected as {entry.by}"),
        ("what", entry.event),
        ("model", entry.model or ""),
        ("operation", str(entry.operation or "")),
        *((key, str(value)) for key, value in plain(entry.payload).items()),
        ("hash", leaf_hash(entry.canonical()).hex()),
        *((f"row of {row.table}", _row_in_words(row)) for row in entry.rows or ()),
    ]
    for name, value in said:
        if value:
            line(console, Text.assemble((f"{visible(name):<22} ", "dim"), visible(value)), indent=23)


def _row_in_words(row: RowDigest) -> str:
    if row.sha256 is None:
        return f"{row.key} is gone"
    columns = f", changed: {', '.join(row.changed)}" if row.changed else ""
    return f"{row.key} is {row.sha256[:_SHOWN_OF_HASH]}…{columns}"


def show_proof(proven: ProvenEntry, console: Console) -> None:
    """Print the entry that a proof proves, and whose word that is."""
    show_entry(proven.entry, console)
    line(console, Text.assemble(("PROVEN", "bold green"), f"  {_proven_by(proven)}"), indent=None)


def proof_json(proven: ProvenEntry) -> dict[str, Any]:
    """The same as one document."""
    return {**log_json([proven.entry]), "size": proven.size, "signer": proven.signer}


def _proven_by(proven: ProvenEntry) -> str:
    return f"one of the {proven.size} entries that {visible(proven.signer)} has signed for"


def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says as JSON's own values."""
    document: dict[str, Any] = json.loads(canonical_json(payload))
    return document


def _checkpoint(found: LedgerVerification) -> str:
    return f"{found.size}:{found.root.hex()}"


def facts(payload: Mapping[str, Any]) -> Iterator[str]:
    """What an entry or a step says, without what it leaves open."""
    rest = dict(payload)
    if "to" in rest and "from" in rest:
        before, after = rest.pop("from"), rest.pop("to")
        yield f"{before} → {after}" if before else f"→ {after}"
    for key, value in rest.items():
        if key in _LEFT_OUT or value in (None, [], {}, ""):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{key} {shown[:_SHOWN_OF_HASH] if key in _SHORTENED else shown}"
