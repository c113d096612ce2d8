"""Overview: is anything wrong, and what ends next?"""

from collections.abc import Iterator

from schemaguard.commands.serve import BrowsedControl, Snapshot
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.releases.overview import ServingWindow
from schemaguard.releases.release import Operation, Pointer, StepState
from schemaguard.report.status import status_json
from schemaguard.report.visible import visible
from schemaguard.web import addresses, windows, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Block,
    Columns,
    EmptyNote,
    FactList,
    Mark,
    Page,
    PageAnswer,
    Panel,
    Paragraph,
    PointInTime,
    Span,
    TerminalCommand,
    Todo,
    TodoList,
    WindowChart,
    Words,
    grid,
    words,
)

_LANES = 12


def build(snapshot: Snapshot) -> Page:
    """The page at `/`."""
    control = snapshot.control
    todos = tuple(_todos(snapshot))
    inside = windows.in_order(snapshot.book.listed, snapshot.at)
    body: list[Panel | Columns] = []
    if todos:
        body.append(Panel("Needs a look", (TodoList(todos),)))
    if snapshot.contracts:
        body.append(_serves(snapshot))
    if inside:
        body.append(_windows(snapshot, inside))
    if not snapshot.contracts:
        body.append(_first_steps())
    if control is not None:
        body.append(Columns("cols2", ((_retired(control),), (_drift(control),))))
    return Page(
        address=addresses.OVERVIEW,
        title="Overview",
        answer=_answer(snapshot, inside, todos),
        body=tuple(body),
        command="schemaguard status" if control is not None else "schemaguard contracts list",
        section=addresses.OVERVIEW,
        document=lambda: {
            "status": status_json(control.status) if control is not None else None,
            "windows": [
                {"who": each.name, "role": each.standing, "until": each.until.isoformat() if each.until else None}
                for each in inside
            ],
            "problems": [{"what": each.what, "at": each.at, "next": each.next} for each in snapshot.problems],
        },
    )


def _answer(snapshot: Snapshot, inside: list[ListedContract], todos: tuple[Todo, ...]) -> PageAnswer:
    if snapshot.control is None and any(snapshot.problems) and "can't be read" in snapshot.book.windows_from:
        return answer("overview-blind", _problem(snapshot))
    if not snapshot.contracts:
        return answer("overview-empty")
    if snapshot.bench.catalog is None:
        return answer("overview-unjudged", _problem(snapshot))
    more = _next_end(inside)
    verdicts: dict[str, list[Shared]] = {"fits": [], "breaks": [], "unproven": []}
    for each in snapshot.in_window:
        verdicts[snapshot.fits[each.contract.digest].verdict].append(each)
    if broken := verdicts["breaks"]:
        gets_not = "doesn’t get what it needs" if len(broken) == 1 else "don’t get what they need"
        return answer("overview-broken", more, who=_names(broken), gets_not=gets_not)
    if unproven := verdicts["unproven"]:
        return answer("overview-unproven", more, who=_names(unproven), gets=_gets(len(unproven)))
    count = len(snapshot.in_window)
    everybody = f"{wording.all_of(count, 'contract')} in {_their(count)} window{'' if count == 1 else 's'}"
    if todos:
        return answer("overview-attention", more, all=everybody, gets=_gets(count), attention=_attention(todos))
    return answer("overview-fits", more, all=everybody, gets=_gets(count))


def _names(contracts: list[Shared]) -> Words:
    return wording.sharers_of(contracts)


def _gets(count: int) -> str:
    return "gets what it needs" if count == 1 else "get what they need"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"


def _attention(todos: tuple[Todo, ...]) -> str:
    waits = sum(todo.sign == "wait" for todo in todos)
    if waits == len(todos):
        return f"{wording.number(waits, 'operation').capitalize()} {'waits' if waits == 1 else 'wait'}."
    return f"{wording.number(len(todos), 'thing').capitalize()} {'needs' if len(todos) == 1 else 'need'} a look."


def _problem(snapshot: Snapshot) -> Words:
    if not snapshot.problems:
        return words(*(visible(each) for each in snapshot.bench.why_not))
    first = snapshot.problems[0]
    return words(visible(first.what), *([f". Next: {visible(first.next)}"] if first.next else []))


def _next_end(inside: list[ListedContract]) -> Words:
    first = next((each for each in inside if each.until is not None), None)
    if first is None or first.until is None:
        return ()
    end = PointInTime(wording.last_day(first.until), "relative")
    return words("Next to end: the window of ", wording.version(first), " ", end, ".")


def _todos(snapshot: Snapshot) -> Iterator[Todo]:
    control = snapshot.control
    for problem in snapshot.problems:
        yield Todo("unknown", "unknown", words(visible(problem.what)), words(visible(problem.next or "")))
    if control is not None:
        overview = control.status.overview
        for operation in overview.operations:
            yield _operation(operation)
        for held in overview.held:
            what = words("Revision ", wording.name(held.revision), f" is held: {visible(held.reason)}")
            since = control.records.held_at.get(held.revision)
            yield Todo(
                "warn", "warn", what, words("A plain ", wording.name("alembic upgrade head"), " is refused."), since
            )
        for drift in control.status.drift:
            next_ = words("Next: ", TerminalCommand("schemaguard reconcile"))
            yield Todo("breaks", "breaks", words(f"Drift: {visible(drift)}"), next_)
    for each in snapshot.in_window:
        fit = snapshot.fits.get(each.contract.digest)
        if fit is not None and fit.verdict != "fits":
            role, sign = ("breaks", "breaks") if fit.verdict == "breaks" else ("unknown", "unknown")
            what = words(wording.sharers(each), f": {wording.cause(fit)}")
            yield Todo(role, sign, what)  # type: ignore[arg-type]  # one of two literals
    changed = [each for each in snapshot.contracts if any(one.changes for one in each.versions)]
    if changed:
        yield Todo("warn", "warn", words("The file isn’t what was published: ", _names(changed)))


def _operation(operation: Operation) -> Todo:
    step = operation.step(operation.current)
    is_waiting = step.state is StepState.WAITING
    what = words(
        "Operation ",
        Span(str(operation.id), "", addresses.operation(operation.id)),
        f", {visible(operation.words)}, {'waits' if is_waiting else 'is'} in ",
        Span(operation.current.value, "bold"),
        f": {visible(str(step.detail['waits']))}" if "waits" in step.detail else "",
    )
    return Todo(
        "warn",
        "wait",
        what,
        words("Next: ", TerminalCommand(f"schemaguard resume {operation.id}")),
        operation.opened_at,
    )


def _serves(snapshot: Snapshot) -> Panel:
    control = snapshot.control
    if control is None:
        return _models(snapshot)
    rows, owners = [], _owners(snapshot)
    for pointer, releases in control.status.overview.models:
        active = releases.get(pointer.active) if pointer.active else None
        rows.append(
            (
                (wording.name(pointer.model, addresses.model(pointer.model)),),
                _serving(pointer),
                words(str(pointer.epoch)),
                words(*([wording.name(", ".join(active.revision))] if active and active.revision else ["–"])),
                _alias(control, pointer),
                _fit(snapshot, active),
                words(_way_back(pointer, snapshot), _rehearsed(control, pointer), _drilled(control, pointer)),
                words(owners.get(pointer.model, "")),
            )
        )
    headings = ("Model", "Serves", "~#Epoch", "~Revision", "~Alias", "Fit", "Way back", "~Owner")
    return Panel("What serves", (grid("What serves", headings, rows, filter_id="serves"),))


def _serving(pointer: Pointer) -> Words:
    if pointer.active is None:
        return (wording.quiet("nothing yet"),)
    said = words(Span(visible(pointer.active), "bold", addresses.contract(pointer.model, pointer.active)))
    if pointer.canary:
        canary = Span(visible(pointer.canary), "bold", addresses.contract(pointer.model, pointer.canary))
        said = words(
            said,
            wording.quiet(f" {100 - pointer.canary_percent} % · "),
            canary,
            wording.quiet(f" canary {pointer.canary_percent} %"),
        )
    return words(said, wording.quiet(" frozen")) if pointer.frozen else said


def _alias(control: BrowsedControl, pointer: Pointer) -> Words:
    alias = control.status.aliases[pointer.model]
    if alias.version is None:
        return (wording.quiet(f"{alias.name} not read"),)
    said = visible(f"{alias.name} → {alias.version}")
    if pointer.active is not None and alias.version != pointer.active:
        return words(Mark("breaks", said, "breaks"))
    return words(said)


def _fit(snapshot: Snapshot, active: ServingWindow | None) -> Words:
    return (
        wording.fit(snapshot.fits.get(active.contract), with_cause=False)
        if active is not None
        else (wording.quiet("–"),)
    )


def _way_back(pointer: Pointer, snapshot: Snapshot) -> Words:
    if pointer.previous is None:
        return (wording.quiet("–"),)
    mine = ((each.contract.model, each.version) == (pointer.model, pointer.previous) for each in snapshot.book.listed)
    previous = next((each for each, is_it in zip(snapshot.book.listed, mine, strict=True) if is_it), None)
    if previous is None or previous.until is None:
        return words(visible(pointer.previous))
    if previous.until <= snapshot.at:
        return words(visible(pointer.previous), wording.quiet(" over since "), PointInTime(previous.until, "day"))
    return words(visible(pointer.previous), " until ", PointInTime(wording.last_day(previous.until), "day"))


def _rehearsed(control: BrowsedControl, pointer: Pointer) -> Words:
    """What the last rehearsal of the way back found, and when."""
    one = control.status.overview.rehearsals.get(pointer.model)
    if one is None:
        return ()
    when = PointInTime(one.at, "relative")
    if one.outcome == "failed":
        return words(wording.quiet(" · "), Mark("breaks", "rehearsal failed", "breaks"), " ", when)
    return words(wording.quiet(f" · rehearsed: {visible(one.in_words)}, "), when)


def _drilled(control: BrowsedControl, pointer: Pointer) -> Words:
    """What the last drill of the playbook found, and when the next one is due."""
    overview = control.status.overview
    one = overview.drills.get(pointer.model)
    if one is None:
        return (wording.quiet(" · never drilled"),) if pointer.model in overview.undrilled else ()
    if one.outcome == "failed":
        return words(
            wording.quiet(" · "), Mark("breaks", "drill failed", "breaks"), " ", PointInTime(one.at, "relative")
        )
    due = " · drill due since " if one.is_due(overview.at) else f" · drilled: {visible(one.summary)}, next due "
    return words(wording.quiet(due), PointInTime(one.due, "day"))


def _owners(snapshot: Snapshot) -> dict[str, str]:
    """Model → its owners."""
    found: dict[str, set[str]] = {}
    for each in snapshot.contracts:
        if each.contract.owner:
            found.setdefault(each.contract.model, set()).add(each.contract.owner)
    return {model: visible(", ".join(sorted(owners))) for model, owners in found.items()}


def _models(snapshot: Snapshot) -> Panel:
    """Where nothing tells what serves: who must hold."""
    found: dict[str, list[Shared]] = {}
    for each in snapshot.contracts:
        found.setdefault(each.contract.model, []).append(each)
    rows, owners = [], _owners(snapshot)
    for model, contracts in found.items():
        inside = [each for each in contracts if each.is_in_window(snapshot.at)]
        rows.append(
            (
                (wording.name(model, addresses.model(model)),),
                _names(inside) or (wording.quiet("no version"),),
                _worst(snapshot, inside),
                words(owners.get(model, "")),
            )
        )
    note = "what serves is in the database; here are the contracts of the folder"
    made = grid("Who must hold", ("Model", "In its window", "Fit", "~Owner"), rows, filter_id="serves")
    return Panel("Who must hold", (made,), note)


def _worst(snapshot: Snapshot, contracts: list[Shared]) -> Words:
    found = [fit for each in contracts if (fit := snapshot.fits.get(each.contract.digest)) is not None]
    if not found:
        return (wording.quiet("–"),)
    order = ("fits", "unproven", "breaks")
    return wording.fit(max(found, key=lambda each: order.index(each.verdict)), with_cause=False)


def _windows(snapshot: Snapshot, inside: list[ListedContract]) -> Panel:
    control = snapshot.control
    intervals = windows.serving(control.records.entries) if control is not None else {}
    percents = {p.model: p.canary_percent for p, _ in control.status.overview.models} if control is not None else {}
    shown: WindowChart = windows.chart(inside[:_LANES], snapshot.at, intervals, percents)
    blocks: tuple[Block, ...] = (shown,)
    if len(inside) > _LANES:
        rest = words(f"{_LANES} of {len(inside)}: ", Span("every model", "", addresses.MODELS))
        blocks = (shown, Paragraph(rest, is_quiet=True))
    return Panel("Release windows", blocks, "what ends next comes first")


def _retired(control: BrowsedControl) -> Panel:
    kept = control.records.kept
    if not kept:
        return Panel("Retired", (EmptyNote(words("Nothing is out of sight.")),))
    rows = [
        (
            (
                wording.column(each.retired.table, each.retired.column)
                if each.retired.column
                else wording.table(each.retired.table),
            ),
            words(wording.size(each.size_bytes)),
            (PointInTime(each.retired.purge_after, "both"),),
        )
        for each in kept
    ]
    total = sum(each.size_bytes or 0 for each in kept)
    note = f"Out of sight, not a byte lost. About {wording.size(total)} in all, by the server’s statistics."
    table = grid("Retired data", ("Object", "#Kept", "Purge after"), rows)
    return Panel("Retired", (table, Paragraph(words(note), is_quiet=True)))


def _drift(control: BrowsedControl) -> Panel:
    status = control.status
    aliases = sum(alias.version is not None for alias in status.aliases.values())
    found = Mark("ok", "none", "ok")
    if status.drift:
        found = Mark("breaks", wording.number(len(status.drift), "difference"), "breaks")
    looked = (
        f"{wording.number(len(status.aliases), 'pointer')}, {wording.number(aliases, 'alias', 'aliases')}, the views"
    )
    return Panel("Drift", (FactList((("Found", words(found)), ("Looked at", words(looked)))),))


def _first_steps() -> Panel:
    steps = words(
        "Write down what a model reads: ",
        TerminalCommand("schemaguard contracts infer"),
        " drafts a contract from its query. Then ",
        TerminalCommand("schemaguard check"),
        " holds migrations against it. To see all of it at work: ",
        TerminalCommand("schemaguard demo --keep"),
    )
    return Panel("How it begins", (EmptyNote(steps),))
