"""Operations: is it over, what did it cost, and what happened from detection to recovery?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from schemaguard.commands.serve import BrowsedControl, Snapshot
from schemaguard.contracts.subject import find
from schemaguard.errors import NeedsHumanError, UsageError, command_line
from schemaguard.ledger.entry import Entry
from schemaguard.releases.document import from_document
from schemaguard.releases.records import OperationRecord
from schemaguard.releases.release import Operation, OperationState, StepName, StepRecord, StepState
from schemaguard.report.audit import facts
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Columns,
    EmptyNote,
    FactList,
    Figures,
    Mark,
    Page,
    PageAnswer,
    Panel,
    PointInTime,
    Role,
    Sign,
    Span,
    StepCard,
    StepCards,
    TerminalCommand,
    Timeline,
    TimelineEntry,
    Words,
    grid,
    words,
)

_GAP_S = 3600.0
_TIMES = ("ms", "transaction_ms")
_STATES: Mapping[str, Mark] = {
    "done": Mark("ok", "done", "ok"),
    "open": Mark("warn", "open", "wait"),
    "waiting": Mark("warn", "waits", "wait"),
    "abandoned": Mark("retired", "abandoned", "retired"),
}
_STEPS: Mapping[StepState, tuple[Role, Sign, str]] = {
    StepState.DONE: ("ok", "ok", "done"),
    StepState.STARTED: ("warn", "wait", "started"),
    StepState.WAITING: ("warn", "wait", "waits"),
    StepState.PLANNED: ("plain", "next", "planned"),
}


def index(snapshot: Snapshot) -> Page:
    """Every operation, the newest first."""
    control = snapshot.control
    if control is None:
        said, body = answer("operations-unknown", why=without_control(snapshot)), ()
        return _index_page(
            said, (Panel("Operations", (EmptyNote(words("Promotions and rollbacks would be here.")),)), *body), {}
        )
    records = control.records.operations
    if not records:
        note = words(TerminalCommand("schemaguard promote MODEL VERSION"), " is the first of them.")
        return _index_page(answer("operations-none"), (Panel("Operations", (EmptyNote(note),)),), {"operations": []})
    rows = [
        (
            (Span(str(each.operation.id), "bold", addresses.operation(each.operation.id)),),
            words(visible(_title(each.operation))),
            (_STATES[each.operation.state.value],),
            words(_cost(each)),
            (PointInTime(each.operation.opened_at, "both"),),
            words(visible(each.operation.intent.actor)),
            words(visible(each.operation.intent.reason)),
        )
        for each in records
    ]
    headings = ("#", "What", "State", "~Switched in", "When", "~By", "Why")
    table = grid("Operations", headings, rows, filter_id="operations")
    document = {"operations": [_document(each) for each in records]}
    return _index_page(_answer(records), (Panel("Operations", (table,), "the newest first"),), document)


def without_control(snapshot: Snapshot) -> str:
    """Why nothing is known of what only the control schema knows."""
    if snapshot.problems:
        return visible(snapshot.problems[0].what)
    return "no database with a control schema is configured"


def _index_page(said: PageAnswer, body: tuple[Panel, ...], document: dict[str, Any]) -> Page:
    return Page(
        address=addresses.OPERATIONS,
        title="Operations",
        answer=said,
        body=body,
        command="schemaguard status",
        section=addresses.OPERATIONS,
        document=document,
    )


def build(snapshot: Snapshot, number: int) -> Page:
    """One operation. UsageError where there is none of that number."""
    control = snapshot.control
    record = (
        next((each for each in control.records.operations if each.operation.id == number), None) if control else None
    )
    if record is None or control is None:
        raise UsageError(f"no operation {number} is known")
    operation = record.operation
    entries = [each for each in control.records.entries if each.operation == number]
    happened = Panel("What happened", (Timeline(tuple(_timeline(record, entries))),), "UTC")
    return Page(
        address=addresses.operation(number),
        title=f"Operation {number}: {visible(_title(operation))}",
        answer=_one_answer(record, snapshot),
        body=(
            Panel("What it took", (Figures(tuple(_figures(record))),)),
            Panel(
                "Five steps",
                (StepCards(tuple(_card(record, each) for each in operation.steps)),),
                "each can be done twice",
            ),
            Columns("side", ((happened, *_plan(operation, snapshot)), (_why(record, control),))),
        ),
        command=command_line("audit", "log", operation.model),
        section=addresses.OPERATIONS,
        crumbs=(("Operations", addresses.OPERATIONS),),
        meta=(PointInTime(operation.opened_at, "relative"),),
        document={**_document(record), "plan": dict(operation.document)},
    )


def _title(operation: Operation) -> str:
    return operation.words


def _answer(records: tuple[OperationRecord, ...]) -> PageAnswer:
    for state, key in ((OperationState.OPEN, "operations-open"), (OperationState.WAITING, "operations-waiting")):
        found = next((each.operation for each in records if each.operation.state is state), None)
        if found is not None:
            step = Span(found.current.value, "bold")
            more = words("Next: ", TerminalCommand(f"schemaguard resume {found.id}"))
            return answer(key, more, operation=_link(found), step=step)
    last = records[0].operation
    return answer("operations-quiet", operation=_link(last), state=last.state.value)


def _link(operation: Operation) -> Span:
    return Span(visible(f"{_title(operation)}"), "", addresses.operation(operation.id))


def _committed(record: OperationRecord) -> datetime | None:
    return record.times.get(StepName.COMMIT, (None, None))[1]


def _one_answer(record: OperationRecord, snapshot: Snapshot) -> PageAnswer:
    operation = record.operation
    who: Words = ()
    for each in operation.switches:
        target = wording.name(f"{each.model}@{each.to_version}", addresses.contract(each.model, each.to_version))
        who = words(who, " and " if who else "", target)
    more = words("Next: ", TerminalCommand(f"schemaguard resume {operation.id}"))
    match operation.state:
        case OperationState.ABANDONED:
            return answer("operation-abandoned")
        case OperationState.OPEN:
            return answer("operation-open", more, step=Span(operation.current.value, "bold"))
        case OperationState.WAITING:
            waits = visible(str(operation.step(operation.current).detail.get("waits", "something outside")))
            return answer("operation-waiting", more, who=who, step=Span(operation.current.value, "bold"), waits=waits)
        case OperationState.DONE:
            pass
    committed, detected = _committed(record), operation.intent.detected_at
    over = _superseded(operation, snapshot)
    if detected is not None and committed is not None:
        seconds = wording.seconds((committed - detected).total_seconds())
        return answer("operation-recovered", over, seconds=seconds, who=who)
    closed = operation.closed_at or committed or operation.opened_at
    return answer(
        "operation-done", over, seconds=wording.seconds((closed - operation.opened_at).total_seconds()), who=who
    )


def _superseded(operation: Operation, snapshot: Snapshot) -> Words:
    """Whether another operation has switched since."""
    if snapshot.control is None:
        return ()
    serving = {pointer.model: pointer.active for pointer, _ in snapshot.control.status.overview.models}
    since = [
        f"{visible(each.model)} {visible(serving[each.model] or 'nothing')}"
        for each in operation.switches
        if each.model in serving and serving[each.model] != each.to_version
    ]
    if not since:
        return ()
    verb = "serves" if len(since) == 1 else "serve"
    return words(f"By now {' and '.join(since)} {verb}: somebody switched since.")


def _figures(record: OperationRecord) -> Iterator[tuple[str, str, str]]:
    operation, committed = record.operation, _committed(record)
    detected = operation.intent.detected_at
    if detected is not None and committed is not None:
        yield (
            "Detection to switch",
            wording.seconds((committed - detected).total_seconds()),
            f"{detected:%H:%M:%S} → {committed:%H:%M:%S}",
        )
    milliseconds = operation.step(StepName.COMMIT).detail.get("transaction_ms")
    if milliseconds is not None:
        yield "The switch itself", wording.seconds(float(milliseconds) / 1000), "one transaction, no strong lock"
    end = operation.closed_at or committed
    if end is not None:
        yield (
            "From intent to end" if operation.closed_at else "From intent to the switch",
            wording.seconds((end - operation.opened_at).total_seconds()),
            operation.state.value,
        )
    yield (
        "Epoch",
        f"{operation.expected_epoch} → {operation.expected_epoch + 1}" if committed else str(operation.expected_epoch),
        "seen → set",
    )


def _cost(record: OperationRecord) -> str:
    milliseconds = record.operation.step(StepName.COMMIT).detail.get("transaction_ms")
    return wording.seconds(float(milliseconds) / 1000) if milliseconds is not None else "–"


def _card(record: OperationRecord, step: StepRecord) -> StepCard:
    role, sign, word = _STEPS[step.state]
    started, ended = record.times.get(step.name, (None, None))
    figure = (
        wording.seconds((ended - started).total_seconds())
        if started and ended and step.name is not StepName.INTENT
        else word
    )
    said = {key: value for key, value in step.detail.items() if key not in _TIMES and key != "waits"}
    waits = [str(step.detail["waits"])] if "waits" in step.detail else []
    told = (*_intended(record.operation, step.name), *facts(said), *waits)
    lines = tuple(words(visible(each)) for each in told)
    return StepCard(step.name.value, role, sign, figure, lines)


def _intended(operation: Operation, step: StepName) -> tuple[str, ...]:
    if step is not StepName.INTENT:
        return ()
    return (f"plan {operation.plan_hash[:12]}…", f"epoch {operation.expected_epoch} seen")


def _timeline(record: OperationRecord, entries: list[Entry]) -> Iterator[TimelineEntry]:
    """From detection on; a long time without an event is named."""
    found: list[tuple[datetime, TimelineEntry]] = []
    detected = record.operation.intent.detected_at
    if detected is not None:
        said = words(Span("Detected", "bold"))
        detail = words(visible(record.operation.intent.metric or ""))
        found.append((detected, TimelineEntry(said, detected, detail, "warn", "warn", shown=f"{detected:%H:%M:%S}")))
    for entry in entries:
        what = words(
            Span(visible(entry.event.replace("-", " ").capitalize()), "bold"), wording.quiet(f" entry {entry.position}")
        )
        detail = words(visible("; ".join(facts(entry.payload))))
        role: Role = "ok" if entry.event in ("pointer-switched", "finished", "alias-projected") else "accent"
        found.append(
            (
                entry.at,
                TimelineEntry(
                    what, entry.at, detail, role, "ok" if role == "ok" else "dot", shown=f"{entry.at:%H:%M:%S}"
                ),
            )
        )
    for step in record.operation.steps:
        started, ended = record.times.get(step.name, (None, None))
        moment = ended or started
        # What a step has done is an entry of the ledger, in the same transaction.
        if moment is not None and step.state is not StepState.DONE:
            role, sign, word = _STEPS[step.state]
            said = words(Span(f"{step.name.value} {word}", "bold"))
            found.append((moment, TimelineEntry(said, moment, (), role, sign, shown=f"{moment:%H:%M:%S}")))
    found.sort(key=lambda each: each[0])
    before: datetime | None = None
    for moment, made in found:
        if before is not None and (moment - before).total_seconds() > _GAP_S:
            yield TimelineEntry(words(f"{wording.seconds((moment - before).total_seconds())} without an event"))
        yield made
        before = moment


def _plan(operation: Operation, snapshot: Snapshot) -> Iterator[Panel]:
    """What the plan brings back, puts out of sight and moves; a plan of another version of schemaguard is left out."""
    try:
        plan = from_document(operation.document)
    except NeedsHumanError:
        return
    rows: list[tuple[Words, ...]] = [
        (words(_object(name, snapshot)), words(Mark("ok", "restored", "ok"))) for name in plan.restored
    ]
    for each in plan.leftovers:
        so = " once nobody’s window needs it" if each.waits else ""
        rows.append((words(_object(each.object, snapshot)), words(Mark("retired", f"to be retired{so}", "retired"))))
    for member in plan.members:
        if member.revision.moves:
            way = f"{', '.join(member.revision.before) or 'none'} → {', '.join(member.revision.after) or 'none'}"
            rows.append((words("revision ", wording.name(way)), words(Mark("accent", "moved", "dot"))))
    rows += [(words("revision ", wording.name(held)), words(Mark("warn", "held", "warn"))) for held in plan.hold]
    if rows:
        yield Panel("What it changed", (grid("What it changed", ("What", "So"), rows),))


def _object(name: str, snapshot: Snapshot) -> Span:
    """A column or table with the address of its page, where it is known still."""
    try:
        subject = find(name, snapshot.subjects, snapshot.catalog)
    except UsageError:
        return wording.name(name)
    there = addresses.column(subject.table, subject.column) if subject.column else addresses.table(subject.table)
    return wording.name(name, there)


def _class(operation: Operation) -> str:
    try:
        return from_document(operation.document).reversal_class.value
    except NeedsHumanError:
        return "–"


def _why(record: OperationRecord, control: BrowsedControl) -> Panel:
    operation = record.operation
    positions = [each.position for each in control.records.entries if each.operation == operation.id]
    found: list[tuple[str, Words]] = [
        ("Reason", words(visible(operation.intent.reason))),
        ("By", words(wording.name(operation.intent.actor))),
        ("Opened", (PointInTime(operation.opened_at, "exact"),)),
    ]
    if operation.closed_at is not None:
        found.append(("Closed", (PointInTime(operation.closed_at, "exact"),)))
    if operation.intent.metric:
        found.append(("Metric", words(visible(operation.intent.metric))))
    found += [
        ("Class", words(_class(operation))),
        ("Plan", words(wording.name(f"{operation.plan_hash[:12]}…"))),
    ]
    if positions:
        last = f"–{positions[-1]}" if len(positions) > 1 else ""
        found.append(("Ledger", words(Span(f"entries {positions[0]}{last}", "", addresses.LEDGER))))
    return Panel("Who and why", (FactList(tuple(found)),))


def _document(record: OperationRecord) -> dict[str, Any]:
    operation = record.operation
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "model": operation.model,
        "from": operation.from_version,
        "to": operation.to_version,
        "members": [
            {"model": each.model, "from": each.from_version, "to": each.to_version} for each in operation.switches
        ],
        "state": operation.state.value,
        "actor": operation.intent.actor,
        "reason": operation.intent.reason,
        "metric": operation.intent.metric,
        "detected_at": _iso(operation.intent.detected_at),
        "opened_at": _iso(operation.opened_at),
        "closed_at": _iso(operation.closed_at),
        "steps": [
            {
                "name": step.name.value,
                "state": step.state.value,
                "started_at": _iso(record.times.get(step.name, (None, None))[0]),
                "ended_at": _iso(record.times.get(step.name, (None, None))[1]),
                "detail": dict(step.detail),
            }
            for step in operation.steps
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
