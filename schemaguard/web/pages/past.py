"""What happened to a table or column: by the migrations, and by the operations that the ledger remembers."""

from collections.abc import Iterator, Mapping

from schemaguard.catalog.objects import Name
from schemaguard.commands.serve import BrowsedHistory, Snapshot
from schemaguard.history.revision import Run
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.blocks import Role, Sign, Span, Timeline, TimelineEntry, Words, words

_MOST = 30
_EVENTS: Mapping[str, tuple[str, Role, Sign]] = {
    "object": ("Retired", "retired", "retired"),
    "retired": ("Retired", "retired", "retired"),
    "restored": ("Restored with its values", "ok", "ok"),
    "purged": ("Purged: its values are gone", "breaks", "breaks"),
}
"""Under which fact an entry of the ledger names it → what happened to it."""


def happened(snapshot: Snapshot, table: Name, column: str | None) -> Timeline | None:
    """The newest first; None where nothing is known."""
    entries = [*_in_control(snapshot, table, column), *_in_migrations(snapshot, table, column)]
    return Timeline(tuple(entries[:_MOST])) if entries else None


def _in_control(snapshot: Snapshot, table: Name, column: str | None) -> Iterator[TimelineEntry]:
    """What was retired and brought back, by the ledger; where it is out of sight now, until when it is kept."""
    if snapshot.control is None:
        return
    subject = f"{table}.{column}" if column is not None else str(table)
    kept = {each.retired.object: each.retired.purge_after for each in snapshot.control.records.kept}
    for entry in reversed(snapshot.control.records.entries):
        for key, value in entry.payload.items():
            if key not in _EVENTS or subject not in (value if isinstance(value, list) else [value]):
                continue
            what, role, sign = _EVENTS[key]
            until = kept.pop(subject, None) if role == "retired" else None
            purge = f"; its values are kept until {until:%-d %B %Y}" if until is not None else ""
            detail = words(f"by {visible(entry.actor)}", _by(entry.operation, entry.payload.get("revision")), purge)
            yield TimelineEntry(words(Span(what, "bold")), entry.at, detail, role, sign)


def _by(operation: int | None, revision: object) -> Words:
    if operation is not None:
        return words(", ", Span(f"operation {operation}", "", addresses.operation(operation)))
    return words(f", revision {visible(str(revision))}") if revision is not None else ()


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
