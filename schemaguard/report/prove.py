"""Certificates, as text and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.ledger.keys import SigningKey
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


def show_summary(found: Sequence[Certificate], folder: str | None, signer: str | None, console: Console) -> None:
    """Print how many were proven, where the certificates are, and which key signed them."""
    line(console, Text(summary_of(found), "bold"))
    if folder is not None:
        signed = (
            f"signed by {visible(signer)}" if signer is not None else "not signed: SCHEMAGUARD_LEDGER_KEY isn't set"
        )
        line(console, Text(f"certificates in {visible(folder)}, {signed}", "dim"))


def summary_of(found: Sequence[Certificate]) -> str:
    """How many were proven, in a line."""
    count = {outcome: sum(one.outcome == outcome for one in found) for outcome in _STYLES}
    words = ", ".join(f"{many} {outcome}" for outcome, many in count.items() if many) or "nothing to prove"
    server = found[0].postgresql.split()[0] if found else ""
    return f"{words} on PostgreSQL {server}" if server else words


def certificates_json(found: Sequence[Certificate], key: SigningKey | None = None) -> dict[str, Any]:
    """All of them as one document, each signed where there is a key."""
    return {"version": 1, "certificates": [one.document(key) for one in found]}
