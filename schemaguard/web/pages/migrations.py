"""Migrations: what does a revision do, whom does it break, and what should be written instead?"""

from collections.abc import Iterator, Sequence

from schemaguard.commands.serve import BrowsedHistory, Snapshot
from schemaguard.errors import UsageError
from schemaguard.finding import Finding, Severity
from schemaguard.history.revision import Run
from schemaguard.report.check.json import finding_document
from schemaguard.report.check.readers import uses
from schemaguard.report.check.sentences import plural
from schemaguard.report.visible import visible
from schemaguard.rules.judging.headline import count
from schemaguard.rules.judging.verdict import JudgedRevision
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Block,
    Columns,
    EmptyNote,
    FactList,
    FileLine,
    FileText,
    Mark,
    Page,
    PageAnswer,
    PageData,
    Panel,
    Paragraph,
    Span,
    TerminalCommand,
    Words,
    file_text,
    grid,
    words,
)

_SEVERITIES = {
    Severity.ERROR: Mark("breaks", "error", "breaks"),
    Severity.WARNING: Mark("warn", "warning", "warn"),
    Severity.NOTE: Mark("plain", "note", "dot"),
}
_MOST_ROWS = 400
_MOST_STATEMENTS = 60


def index(snapshot: Snapshot) -> Page:
    """Every history with its revisions, the newest first."""
    if not snapshot.histories:
        why = visible(snapshot.no_migrations) or "there are none in this folder"
        said = answer("migrations-none", why=why)
        note = words("With a folder of migrations, ", TerminalCommand("schemaguard check"), " judges each of them.")
        return _index_page(said, (Panel("Revisions", (EmptyNote(note),)),), {})
    panels = tuple(_history(snapshot, number, each) for number, each in enumerate(snapshot.histories))
    document = lambda: {  # noqa: E731
        "histories": [
            {"history": each.history.path, "revisions": [_document(each, run) for run in each.runs]}
            for each in snapshot.histories
        ]
    }
    return _index_page(_answer(snapshot), panels, document)


def _index_page(said: PageAnswer, body: tuple[Panel, ...], document: PageData) -> Page:
    return Page(
        address=addresses.MIGRATIONS,
        title="Migrations",
        answer=said,
        body=body,
        command="schemaguard check",
        section=addresses.MIGRATIONS,
        document=document,
    )


def build(snapshot: Snapshot, number: int, name: str) -> Page:
    """One revision. UsageError where there is none of that name."""
    if number >= len(snapshot.histories) or name not in snapshot.histories[number].history.graph.revisions:
        raise UsageError(f"no revision {name} is known")
    browsed = snapshot.histories[number]
    run = next((each for each in browsed.runs if each.revision.id == name), None)
    if run is None:
        raise UsageError(f"revision {name} was not read")
    judged, findings = browsed.judged.get(name), browsed.findings.get(name, ())
    main = [_finding(each) for each in _in_order(findings)] or [
        Panel("Findings", (EmptyNote(words("No rule has anything to say about it.")),))
    ]
    body: list[Panel | Columns] = [Columns("side", (tuple(main), (_glance(snapshot, number, browsed, run, judged),)))]
    if run.steps:
        body.append(Panel("What it sends", (_sql(run),), wording.number(len(run.steps), "statement")))
    return Page(
        address=addresses.revision(number, name),
        title=visible(name),
        answer=_revision_answer(name, judged, findings) if snapshot.is_judged else _waiting(name),
        body=tuple(body),
        command="schemaguard check",
        section=addresses.MIGRATIONS,
        crumbs=(("Migrations", addresses.MIGRATIONS),),
        meta=words(visible(run.revision.message)),
        is_name=True,
        document={
            **_document(browsed, run),
            "findings": [finding_document(each) for each in findings],
            "statements": [visible(step.statement.sql, keep_lines=True) for step in run.steps],
        },
    )


def _answer(snapshot: Snapshot) -> PageAnswer:
    findings = [one for each in snapshot.histories for found in each.findings.values() for one in found]
    count_ = sum(len(each.runs) for each in snapshot.histories)
    several = wording.number(count_, "revision")
    if not snapshot.is_judged:
        return answer("being-judged", several=wording.number(count_, "revision is", "revisions are"))
    counted = count(findings)
    if errors := counted[Severity.ERROR]:
        return answer("migrations-errors", several=several, errors=plural(errors, "error"))
    opaque = sum(judged.opaque for each in snapshot.histories for judged in each.judged.values())
    if opaque:
        return answer("migrations-opaque", several=several, opaque=plural(opaque, "statement"))
    if warnings := counted[Severity.WARNING]:
        return answer("migrations-warnings", several=several, warnings=plural(warnings, "warning"))
    return answer("migrations-clean", several=several)


def _history(snapshot: Snapshot, number: int, browsed: BrowsedHistory) -> Panel:
    applied = _applied(snapshot, browsed)
    rows = []
    for run in list(reversed(browsed.runs))[:_MOST_ROWS]:
        name, judged = run.revision.id, browsed.judged.get(run.revision.id)
        rows.append(
            (
                (wording.name(name, addresses.revision(number, name)),),
                words(visible(_first_line(run))),
                words(judged.phase.value if judged is not None else "–"),
                words(judged.rollback.value if judged is not None else "–"),
                _opaque(judged),
                _verdict(browsed.findings.get(name, ())) if snapshot.is_judged else (wording.quiet("being judged"),),
                *([] if applied is None else [words("applied" if name in applied else "ahead")]),
            )
        )
    headings = [
        "Revision",
        "What it says",
        "~Phase",
        "Taking it back",
        "~Statements",
        "Verdict",
        *([] if applied is None else ["~Database"]),
    ]
    blocks: list[Block] = [
        Paragraph(words(Mark("breaks", problem.kind, "breaks"), f" {visible(problem.message)}"))
        for problem in browsed.replay.problems
    ]
    blocks.append(grid(f"Revisions of {browsed.history.path}", headings, rows, filter_id=f"history-{number}"))
    if len(rows) < len(browsed.runs):
        blocks.append(Paragraph(words(f"The newest {len(rows)} of {len(browsed.runs)}."), is_quiet=True))
    return Panel(visible(browsed.history.path), tuple(blocks), f"{browsed.history.tool}, the newest first")


def _first_line(run: Run) -> str:
    return run.revision.message.strip().partition("\n")[0]


def _applied(snapshot: Snapshot, browsed: BrowsedHistory) -> frozenset[str] | None:
    """The revisions that the database has; None where that isn't known."""
    from schemaguard.history.graph import ancestors

    known = [each for each in snapshot.applied if each in browsed.history.graph.revisions]
    return ancestors(browsed.history.graph, known) if known else None


def _opaque(judged: JudgedRevision | None) -> Words:
    if judged is None:
        return ()
    if judged.opaque:
        return words(str(judged.statements), ", ", Mark("unknown", f"{judged.opaque} opaque", "unknown"))
    return words(str(judged.statements))


def _verdict(findings: Sequence[Finding]) -> Words:
    counted = count(findings)
    for severity in (Severity.ERROR, Severity.WARNING):
        if counted[severity]:
            mark = _SEVERITIES[severity]
            return words(Mark(mark.role, plural(counted[severity], severity.value), mark.sign))
    if any(one.suppressed is not None for one in findings):
        return words(Mark("ok", "passes", "ok"), wording.quiet(" what was found is accepted"))
    return (Mark("ok", "passes", "ok"),)


def _document(browsed: BrowsedHistory, run: Run) -> dict[str, object]:
    judged = browsed.judged.get(run.revision.id)
    return {
        "revision": run.revision.id,
        "down": list(run.revision.down),
        "file": run.revision.file,
        "message": run.revision.message,
        "phase": judged.phase.value if judged is not None else None,
        "rollback": judged.rollback.value if judged is not None else None,
        "statements": judged.statements if judged is not None else len(run.steps),
        "opaque": judged.opaque if judged is not None else None,
        "errors": count(browsed.findings.get(run.revision.id, ()))[Severity.ERROR],
    }


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Those that count, the worst first; notes and what was accepted last."""
    order = list(Severity)
    return sorted(findings, key=lambda one: (one.suppressed is not None, order.index(one.severity), not one.headline))


def _waiting(name: str) -> PageAnswer:
    return answer("being-judged", several=words(wording.name(name), " is"))


def _revision_answer(name: str, judged: JudgedRevision | None, findings: Sequence[Finding]) -> PageAnswer:
    revision = wording.name(name)
    counted = count(findings)
    first = next(iter(_in_order(findings)), None)
    if first is not None and counted[Severity.ERROR]:
        return answer("revision-rejected", revision=revision, finding=visible(first.message))
    if judged is None or judged.opaque:
        opaque = plural(judged.opaque, "statement") if judged is not None else "all"
        return answer("revision-opaque", revision=revision, opaque=opaque)
    if first is not None and counted[Severity.WARNING]:
        return answer("revision-warned", revision=revision, finding=visible(first.message))
    return answer(
        "revision-passes", revision=revision, phase=_PHASES[judged.phase.value], rollback=judged.rollback.value
    )


_PHASES = {
    "expand": "it only adds",
    "backfill": "it fills in data",
    "contract": "it takes something away that nobody in a window needs",
    "mixed": "it adds and takes away",
    "none": "it changes nothing that anybody could feel",
}


def _finding(one: Finding) -> Panel:
    mark = _SEVERITIES[one.severity]
    said = words(mark, f" {visible(one.message)}")
    blocks: list[Block] = [Paragraph(said)]
    facts: list[tuple[str, Words]] = [
        ("Effect", words(visible(one.effect))),
        ("Instead", words(visible(one.instead, keep_lines=True))),
    ]
    facts += [(use.verb, words(f"{visible(use.who)}, {use.until}, {use.through}")) for use in uses(one.readers)]
    if one.also:
        facts.append(("Also", words(visible(", ".join(one.also)))))
    if one.suppressed is not None:
        facts.append(("Accepted", words(visible(one.suppressed))))
    facts.append(("Place", words(wording.name(str(one.place)), f", {one.direction}" if one.direction else "")))
    blocks.append(FactList(tuple(facts)))
    if one.statement:
        lines = one.statement.splitlines()
        shown = tuple(
            FileLine(visible(line), one.place.line + number, "hit" if not number else "")
            for number, line in enumerate(lines)
        )
        blocks.append(FileText(visible(one.place.file), shown))
    if one.explanation is not None and one.explanation.diff:
        diff = tuple(
            FileLine(visible(line), 0, "add" if line.startswith("+") else "del") for line in one.explanation.diff
        )
        blocks.append(FileText("the catalog", diff))
    return Panel(visible(one.rule), tuple(blocks), one.family.value)


def _glance(snapshot: Snapshot, number: int, browsed: BrowsedHistory, run: Run, judged: JudgedRevision | None) -> Panel:
    graph, revision = browsed.history.graph, run.revision
    applied = _applied(snapshot, browsed)
    facts: list[tuple[str, Words]] = []
    if judged is not None:
        facts += [
            ("Phase", words(judged.phase.value)),
            ("Back, by Alembic", words(judged.rollback_by_alembic.value)),
            ("Back, with the guard", words(judged.rollback_with_guard.value)),
            ("Statements", _opaque(judged)),
        ]
    if applied is not None:
        facts.append(("Database", words("applied" if revision.id in applied else "ahead of it")))
    held = snapshot.control.records.held_at if snapshot.control is not None else {}
    if revision.id in held:
        facts.append(("Held", words(Mark("warn", "may not be applied again", "warn"))))
    facts.append(("File", words(wording.name(revision.file))))
    for label, names in (
        ("After", graph.parents.get(revision.id, ())),
        ("Before", graph.children.get(revision.id, ())),
    ):
        if names:
            facts.append(
                (label, wording.series([wording.name(each, addresses.revision(number, each)) for each in names]))
            )
    facts.append(("Touches", wording.series(list(_tables(run))) or words("no table")))
    return Panel("At a glance", (FactList(tuple(facts)),))


def _tables(run: Run) -> Iterator[Span]:
    """The tables that are others after it."""
    for name in sorted(set(run.before.tables) | set(run.after.tables), key=str):
        if run.before.tables.get(name) is not run.after.tables.get(name):
            yield wording.table(name)


def _sql(run: Run) -> FileText:
    texts = [visible(step.statement.sql.strip(), keep_lines=True) for step in run.steps[:_MOST_STATEMENTS]]
    more = len(run.steps) - len(texts)
    text = ";\n".join(each.rstrip(";") for each in texts) + (f";\n-- and {more} more" if more > 0 else ";")
    return file_text("SQL", text, is_tall=True)
