"""What happened to a table or column: by the migrations, and by the operations that the ledger remembers."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Name
from schemaguard.commands.serve import BrowsedHistory, Snapshot
from schemaguard.history.revision import Run
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.blocks import Role, Sign, Span, Timeline, TimelineEntry, Words, words

_MOST = 30


def happened(snapshot: Snapshot, table: Name, column: str | None) -> Timeline | None:
    """The newest first; None where nothing is known."""
    entries = [*_in_control(snapshot, table, column), *_in_migrations(snapshot, table, column)]
    return Timeline(tuple(entries[:_MOST])) if entries else None


def _in_control(snapshot: Snapshot, table: Name, column: str | None) -> Iterator[TimelineEntry]:
    """What is out of sight now, and what operations retired or brought back."""
    if snapshot.control is None:
        return
    subject = f"{table}.{column}" if column is not None else str(table)
    for kept in snapshot.control.records.kept:
        retired = kept.retired
        if retired.table == table and retired.column == column:
            until = f"its values are kept until {retired.purge_after:%-d %B %Y}"
            by = _by(retired.operation, retired.revision)
            yield TimelineEntry(
                words(Span("Retired", "bold")), retired.retired_at, words(by, until), "retired", "retired"
            )
    for entry in reversed(snapshot.control.records.entries):
        objects = [str(each) for value in entry.payload.values() if isinstance(value, list) for each in value]
        if subject in objects and entry.event not in ("retired", "contract-published"):
            detail = words(f"{visible(entry.event)} by {visible(entry.actor)}", _by(entry.operation, None, lead=", "))
            yield TimelineEntry(words(Span(_event(entry.event), "bold")), entry.at, detail, *_look(entry.event))


def _event(event: str) -> str:
    return visible(event.replace("-", " ").capitalize())


def _look(event: str) -> tuple[Role, Sign]:
    if "retire" in event or "finish" in event:
        return "retired", "retired"
    return ("ok", "ok") if "prepared" in event or "switched" in event else ("accent", "dot")


def _by(operation: int | None, revision: str | None, lead: str = "") -> Words:
    if operation is not None:
        return words(lead, Span(f"operation {operation}", "", addresses.operation(operation)), "; " if not lead else "")
    return words(f"by revision {visible(revision)}; ") if revision is not None else ()


def _in_migrations(snapshot: Snapshot, table: Name, column: str | None) -> Iterator[TimelineEntry]:
    """The revisions after which the table or column is another one."""
    for number, each in enumerate(snapshot.histories):
        for run in reversed(each.runs):
            change = _change(run, table, column)
            if change is not None:
                what, detail, role, sign = change
                to = addresses.revision(number, run.revision.id)
                said = words(
                    "revision ", wording.name(run.revision.id, to), Span(f" {detail}", "type") if detail else ""
                )
                yield TimelineEntry(words(Span(what, "bold")), None, said, role, sign, shown=_place(each, run))


def _place(each: BrowsedHistory, run: Run) -> str:
    """Where in the order of application it is: migrations have no time."""
    return f"{each.runs.index(run) + 1} of {len(each.runs)}"


def _change(run: Run, table: Name, column: str | None) -> tuple[str, str, Role, Sign] | None:
    before, after = run.before.tables.get(table), run.after.tables.get(table)
    if before is after:
        return None
    if column is None:
        if before is None:
            return "Created", "", "accent", "dot"
        return ("Gone", "", "breaks", "breaks") if after is None else ("Changed", "", "accent", "dot")
    was = before.column(column) if before is not None else None
    now = after.column(column) if after is not None else None
    if was == now:
        return None
    if was is None and now is not None:
        return "Created", visible(f"{now.type}{' not null' if now.not_null else ''}"), "accent", "dot"
    if now is None:
        return "Gone", "", "breaks", "breaks"
    return "Changed", visible(f"{now.type}{' not null' if now.not_null else ''}"), "accent", "dot"
