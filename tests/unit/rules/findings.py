"""Findings for the tests of what is done with findings."""

from typing import Any

from schemaguard.finding import Family, Finding, Place, Reader, Severity

FRAUD_7 = Reader("fraud", "7", "read", "active", None)
FRAUD_8 = Reader("fraud", "8", "read", "superseded", "2026-12-31")


def finding(rule: str = "drop-column", **fields: Any) -> Finding:
    """A finding on the drop of transactions.channel, but for the given fields."""
    family = Family.CONTRACT if rule.startswith("breaks") else Family.DESTRUCTIVE
    values: dict[str, Any] = {
        "rule": rule,
        "family": family,
        "severity": Severity.ERROR,
        "history": "migrations",
        "revision": "0007",
        "place": Place("migrations/versions/0007_drop_channel.py", 18, 5),
        "direction": "upgrade",
        "statement": 'op.drop_column("transactions", "channel")',
        "object": "transactions.channel",
        "message": "transactions.channel is dropped",
        "effect": "its feature query fails with 42703 as soon as this commits",
        "instead": "leave the column until fraud@7 is out of its window; new code can stop using it now",
    }
    return Finding(**(values | fields))
