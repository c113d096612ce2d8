"""Evidence as one HTML page that needs nothing else, and prints."""

from datetime import UTC, datetime
from typing import Any

from schemaguard.report.audit import facts
from schemaguard.report.evidence import CLAIMS, EvidencePage, when
from schemaguard.report.pages.page import page
from schemaguard.report.watch import measured_in_words

_QUIET = ("rows-written",)


def evidence_page(found: EvidencePage) -> str:
    """The page. UsageError where what writes pages isn't installed."""
    return page(
        "evidence.html",
        database=found.database,
        since=_utc(found.asked.since),
        until=_utc(found.asked.until),
        model=found.asked.model,
        counts=found.counts,
        claims=CLAIMS,
        acts=[
            {
                "position": each.position,
                "at": when(each),
                "by": each.by or "",
                "actor": each.actor,
                "event": each.event,
                "model": each.model or "",
                "facts": "; ".join(facts(each.payload)),
            }
            for each in found.in_time
            if each.event not in _QUIET
        ],
        decisions=[_decision(dict(each)) for each in found.of("decision")],
        drills=found.of("drill"),
        contracts=[
            {"model": each["model"], "version": each["model_version"], "contract": each["contract"]}
            for each in found.of("release")
        ],
        playbooks=[
            {"model": each["model"], "digest": each["digest"], "text": each["document"]}
            for each in found.of("playbook")
        ],
    )


def _decision(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "measured": measured_in_words(said["kind"], said["snapshot"])}


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
