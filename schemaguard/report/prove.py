"""Certificates, as text and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.proving.certificate import Certificate
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_STYLES = {"proven": "bold green", "refuted": "bold red", "not covered": "bold yellow"}
_MOST_REASONS = 6


def show_certificate(one: Certificate, console: Console) -> None:
    """Print what was found of one revision."""
    head = Text.assemble(
        (one.outcome.upper(), _STYLES[one.outcome]), f"  {visible(one.revision)}  ", (f"class {one.rollback}", "dim")
    )
    line(console, head)
    for reason in one.reasons[:_MOST_REASONS]:
        line(console, Text(f"  {visible(reason)}"), indent=4)
    if len(one.reasons) > _MOST_REASONS:
        line(console, Text(f"  and {len(one.reasons) - _MOST_REASONS} more, in the certificate"))
    for gap in one.not_covered:
        line(console, Text(f"  not covered: {visible(gap)}", "yellow"), indent=4)
    if one.rows or one.up_ms:
        times = f"{one.rows:,} rows of {one.tables} tables compared; up {one.up_ms:.0f} ms, down {one.down_ms:.0f} ms"
        line(console, Text(f"  {times}", "dim"), indent=4)
    if one.locks:
        seen = ", ".join(f"{lock.mode} on {visible(lock.relation)}" for lock in one.locks)
        line(console, Text(f"  locks: {seen}", "dim"), indent=4)


def show_summary(found: Sequence[Certificate], folder: str | None, console: Console) -> None:
    """Print how many were proven, and where the certificates are."""
    count = {outcome: sum(one.outcome == outcome for one in found) for outcome in _STYLES}
    words = ", ".join(f"{many} {outcome}" for outcome, many in count.items() if many)
    server = found[0].postgresql.split()[0] if found else ""
    line(console, Text(f"{words} on PostgreSQL {server}", "bold"))
    if folder is not None:
        line(
            console,
            Text(f"certificates in {visible(folder)}; sealed with a digest, not signed: the ledger has no key", "dim"),
        )


def certificates_json(found: Sequence[Certificate]) -> dict[str, Any]:
    """All of them as one document."""
    return {"version": 1, "certificates": [one.document() for one in found]}
