"""Evidence: what is and isn't claimed, what an archive has, and what verifying it found."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.frozen import dataclass
from schemaguard.ledger.coverage import CoveredRow
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.evidence import EvidenceSlice, EvidenceVerification
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody asks for, what the archive shows of it, and what it doesn't."""

    asked_by: str
    shows: str
    not_claimed: str


CLAIMS = (
    Claim(
        "EU AI Act, Article 9 (risk management)",
        "triggers, their impact, and drills as tests against lines that were set before",
        "that the system is compliant",
    ),
    Claim(
        "EU AI Act, Articles 12, 19, 26(6) (logs)",
        "an automatic, tamper-evident log of what schemaguard and its operators did",
        "logs of each inference: those are in your own table",
    ),
    Claim(
        "EU AI Act, Article 14 (human oversight)",
        "freeze and abort at hand, advise mode, approvals and overrides: who, and why",
        "that people understood what they approved",
    ),
    Claim(
        "EU AI Act, Articles 20, 26(5), 72 (corrective action, monitoring)",
        "detection, act and recovery with their times; decisions with what was measured",
        "that an authority was notified",
    ),
    Claim(
        "SEC Rule 15c3-5 (market access controls)",
        "lines that were set before, a way to stop, and drills for the yearly review",
        "coverage of the risk of orders",
    ),
    Claim(
        "SOX 404, IT general controls (change management)",
        "who asked, who approved, which plan, and what ran",
        "who sat at the keyboard: identities are PostgreSQL's roles",
    ),
)
"""Legal texts are cited by article alone, and not quoted: a lawyer has to read them."""


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """What an archive tells."""

    asked: EvidenceSlice
    database: str
    entries: tuple[Entry, ...]
    rows: tuple[CoveredRow, ...]
    withheld: int
    drills: tuple[str, ...]
    """Names of the drill reports in it."""

    @property
    def in_time(self) -> tuple[Entry, ...]:
        """The entries that were asked for; the others prove a row that was written before."""
        return tuple(each for each in self.entries if self.asked.has(each))

    def of(self, table: str) -> list[Mapping[str, Any]]:
        """The rows of a table."""
        return [json.loads(row.text) for row in self.rows if row.table == table]

    @property
    def counts(self) -> str:
        """How much of what there is, in a line."""
        inside = self.in_time
        events = Counter(each.event for each in inside)
        positions = f" (positions {inside[0].position}–{inside[-1].position})" if inside else ""
        said = [f"{len(inside)} ledger entries{positions}", f"{len(self.of('decision'))} decisions"]
        said += [f"{events['policy-decision']} policy decisions"] if events["policy-decision"] else []
        said += [f"{events['approved']} approvals"] if events["approved"] else []
        said += [f"{len(self.of('drill'))} drills with {len(self.drills)} reports"]
        said += [f"{self.withheld} entries withheld"] if self.withheld else []
        return " · ".join(said)


def claims_markdown() -> str:
    """The table of what is and isn't claimed."""
    rows = [f"| {each.asked_by} | {each.shows} | {each.not_claimed} |" for each in CLAIMS]
    head = ["# What this is evidence for, and what it isn't", ""]
    note = ["", "Articles are cited, not quoted; whether this suffices is for a lawyer to say.", ""]
    return "\n".join([*head, "| asked for by | what is shown | what isn't claimed |", "|---|---|---|", *rows, *note])


def show_export(page: EvidencePage, digest: str, signer: str | None, file: str, console: Console) -> None:
    """Print what an archive has."""
    line(console, Text(visible(page.counts)))
    sealed = f"sealed by {visible(signer)}" if signer is not None else "not sealed: SCHEMAGUARD_LEDGER_KEY isn't set"
    line(console, Text(f"{visible(file)}: {sealed} · manifest sha256 {digest}", "dim"))


def show_evidence(found: EvidenceVerification, console: Console) -> None:
    """Print what verifying an archive found."""
    for words, style in _told(found):
        line(console, Text(visible(words), style), indent=2)


def _told(found: EvidenceVerification) -> Iterator[tuple[str, str]]:
    for each in found.checked:
        yield f"✓ {each}" if found.holds else f"  {each}", ""
    for each in found.remarks:
        yield f"! {each}", "yellow"
    for each in found.problems:
        yield f"✗ {each}", "bold red"
    yield ("it holds" if found.holds else "it doesn't hold"), "bold"


def evidence_json(found: EvidenceVerification) -> dict[str, Any]:
    """What verifying an archive found, as a document."""
    return {
        "version": 1,
        "holds": found.holds,
        "entries": len(found.entries),
        "checked": list(found.checked),
        "remarks": list(found.remarks),
        "problems": list(found.problems),
    }


def when(entry: Entry) -> str:
    """An entry's time, as a reader reads it."""
    return f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
