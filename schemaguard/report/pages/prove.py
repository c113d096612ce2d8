"""Certificates as one HTML page that needs nothing else: no script, and its only style is named by its digest."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemaguard.proving.certificate import Certificate, ProofPart
from schemaguard.report.pages.page import page
from schemaguard.report.prove import summary_of

_LOOKS = {"proven": "proven", "refuted": "refuted", "not covered": "uncovered"}
_LEFT, _WIDTH = 170, 450
"""Where the bars of a timeline begin, and how long all of them are together."""


def proof_page(found: Sequence[Certificate], signer: str | None) -> str:
    """The page. UsageError where what writes pages isn't installed."""
    return page(
        "proof.html",
        title=found[0].revision if len(found) == 1 else f"{len(found)} revisions",
        summary=summary_of(found),
        server=found[0].postgresql.split()[0] if found else "",
        signer=signer,
        certificates=[
            {"said": one.document(), "look": _LOOKS[one.outcome], "bars": list(_bars(one.timeline))} for one in found
        ],
    )


def _bars(timeline: Sequence[ProofPart]) -> Iterator[dict[str, Any]]:
    whole = sum(moment.ms for moment in timeline) or 1.0
    at = float(_LEFT)
    for moment in timeline:
        width = max(moment.ms / whole * _WIDTH, 1.0)
        yield {
            "what": moment.what,
            "ms": f"{moment.ms:,.1f} ms",
            "x": round(at, 1),
            "width": round(width, 1),
            "label": round(at + width + 6, 1),
        }
        at += width
