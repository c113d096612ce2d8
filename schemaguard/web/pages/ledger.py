"""Ledger: who did what, and can that be trusted?"""

from collections.abc import Sequence

from schemaguard.commands.serve import Snapshot
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.verification import LedgerVerification
from schemaguard.report.audit import facts, log_json, verification_json
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    EmptyNote,
    FactList,
    Grid,
    Mark,
    Page,
    PageAnswer,
    Panel,
    Paragraph,
    Picks,
    PointInTime,
    Span,
    Words,
    grouped,
    words,
)
from schemaguard.web.pages.operations import without_control

_A_PAGE = 100


def build(snapshot: Snapshot, before: int | None = None) -> Page:
    """The newest entries first, a page of them; `before`: those that are older than this one."""
    control = snapshot.control
    if control is None:
        said = answer("ledger-unknown", why=without_control(snapshot))
        return _page(
            before, said, (Panel("Entries", (EmptyNote(words("Who did what, and when, would be here.")),)),), {}
        )
    verification, entries = control.records.verification, control.records.entries
    if not entries:
        empty = words("Publishing a contract is the first thing that is written down.")
        return _page(before, answer("ledger-empty"), (Panel("Entries", (EmptyNote(empty),)),), {})
    older = [each for each in reversed(entries) if before is None or each.position < before]
    shown = older[:_A_PAGE]
    choices: list[tuple[str, str | None, bool]] = []
    if before is not None:
        choices.append(("the newest", addresses.LEDGER, False))
    if len(older) > len(shown):
        rest = older[_A_PAGE : 2 * _A_PAGE]
        choices.append(
            (f"older: {rest[-1].position}–{rest[0].position}", addresses.ledger_before(shown[-1].position), False)
        )
    blocks = (_table(shown), Picks("Pages", tuple(choices))) if choices else (_table(shown),)
    note = f"the newest first{_left_out(verification.size - len(entries))}" if shown else "none is older"
    body = (Panel("Entries", blocks, note), _proven(verification))
    document = {"verification": verification_json(verification), **log_json(reversed(shown))}
    return _page(before, _answer(verification), body, document)


def pages(entries: Sequence[Entry]) -> Sequence[int]:
    """Before which positions the pages after the first one begin."""
    return [each.position for each in list(reversed(entries))[_A_PAGE - 1 : -1 : _A_PAGE]]


def _left_out(count: int) -> str:
    return f"; without {wording.number(count, 'entry', 'entries')} of written rows alone" if count else ""


def _page(before: int | None, said: PageAnswer, body: tuple[Panel, ...], document: dict[str, object]) -> Page:
    return Page(
        address=addresses.LEDGER if before is None else addresses.ledger_before(before),
        title="Ledger",
        answer=said,
        body=body,
        command="schemaguard audit verify",
        section=addresses.LEDGER,
        document=document,
    )


def _answer(found: LedgerVerification) -> PageAnswer:
    several = wording.number(found.size, "entry", "entries")
    if found.problems:
        problem = f"{visible(found.problems[0])}{wording.more_of(len(found.problems))}"
        return answer("ledger-tampered", problem=problem)
    if found.remarks:
        return answer("ledger-unproven", several=several)
    return answer("ledger-intact", several=several)


def _table(shown: Sequence[Entry]) -> Grid:
    days: dict[str, list[tuple[Words, ...]]] = {}
    for each in shown:
        days.setdefault(f"{each.at:%-d %B %Y}", []).append(
            (
                (Span(str(each.position)),),
                (PointInTime(each.at, "clock"),),
                words(visible(each.actor)),
                words(Span(visible(each.event), "bold")),
                (wording.name(each.model, addresses.model(each.model)),) if each.model else (),
                words(visible("; ".join(facts(each.payload)))),
                (Span(str(each.operation), "", addresses.operation(each.operation)),) if each.operation else (),
            )
        )
    headings = ("#", "UTC", "Who", "What", "Model", "Facts", "~Operation")
    return grouped("Entries of the ledger", headings, [(words(day), rows) for day, rows in days.items()], "led")


def _proven(found: LedgerVerification) -> Panel:
    facts_: list[tuple[str, Words]] = [("Checked", words(visible(each))) for each in found.checked]
    facts_ += [("Not proven", words(Mark("unknown", visible(each), "unknown"))) for each in found.remarks]
    facts_ += [("Problem", words(Mark("breaks", visible(each), "breaks"))) for each in found.problems]
    facts_.append(("Root", words(wording.name(found.root.hex()))))
    keep = Paragraph(words("Keep the root where this database’s administrators can’t change it."), is_quiet=True)
    return Panel("What is proven, and what isn’t", (FactList(tuple(facts_)), keep))
