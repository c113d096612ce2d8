"""Tables and their columns: may one of them be dropped?"""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.objects import Column, Name
from schemaguard.commands.contracts.known import unknown
from schemaguard.commands.serve import Snapshot
from schemaguard.contracts.subject import Subject, Subjects
from schemaguard.contracts.usage import Usage
from schemaguard.errors import UsageError, command_line
from schemaguard.registry.listing import UNPUBLISHED
from schemaguard.registry.readership import Readership, SharedUse, readership
from schemaguard.report.contracts.readers import document, does, held_until, way
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Block,
    Columns,
    EmptyNote,
    Mark,
    Page,
    PageAnswer,
    Panel,
    Paragraph,
    Picks,
    PointInTime,
    Span,
    TerminalCommand,
    Words,
    grid,
    words,
)
from schemaguard.web.pages.past import happened

_NOTHING_READS = "No contract in its window reads it."
_NOTHING_WRITES = "No contract in its window writes it."


def index(snapshot: Snapshot) -> Page:
    """Every table and view that a contract or the catalog names."""
    named = snapshot.subjects
    rows = []
    promised_columns = 0
    for table in sorted(named.columns, key=str):
        users = snapshot.users.get((table, None), ())
        readers = wording.sharers_of([each for each, access in users if access == "read"])
        writers = wording.sharers_of([each for each, access in users if access == "write"])
        promised = sum((table, column) in snapshot.users for column in named.columns[table])
        promised_columns += promised
        rows.append(
            (
                (wording.table(table),),
                words(_kind(snapshot, table)),
                words(str(len(named.columns[table]))),
                words(str(promised)),
                readers or (wording.quiet("–"),),
                writers or (wording.quiet("–"),),
            )
        )
    columns = wording.number(sum(map(len, named.columns.values())), "column")
    several = f"{wording.number(len(rows), 'table or view', 'tables and views')} with {columns}"
    if rows:
        said = answer(
            "tables", several=several, promised=f"{wording.number(promised_columns, 'column is', 'columns are')}"
        )
    else:
        said = answer("tables-unknown")
    headings = ("Table", "~Kind", "#Columns", "#Promised", "Read by", "Written by")
    return Page(
        address=addresses.TABLES,
        title="Tables",
        answer=said,
        body=(Panel("Tables and views", (grid("Tables and views", headings, rows, filter_id="tables"),)),)
        if rows
        else (),
        command="schemaguard contracts graph",
        section=addresses.TABLES,
        document=lambda: {
            "tables": [
                {
                    "table": str(table),
                    "columns": sorted(named.columns[table]),
                    "promised": sorted(c for c in named.columns[table] if (table, c) in snapshot.users),
                }
                for table in sorted(named.columns, key=str)
            ]
        },
    )


def build(snapshot: Snapshot, table: Name, column: str | None = None) -> Page:
    """A table, or one of its columns. UsageError where neither the catalog nor a contract names it."""
    named = snapshot.subjects
    _require(named, table, column)
    found = readership(
        snapshot.contracts,
        Subject(table, column),
        snapshot.catalog,
        snapshot.at,
        unknown(snapshot.book, snapshot.bench),
    )
    main = [
        _users(found, "read", "Who reads it", _NOTHING_READS),
        _users(found, "write", "Who writes it", _NOTHING_WRITES),
    ]
    if column is None:
        main.append(_columns(snapshot, table, named))
    elif promises := list(_promises(snapshot, table, column)):
        main.append(Panel("What is promised", (grid("What is promised", ("Promise", "By", "Holds now"), promises),)))
    if found.outside:
        main.append(_outside(found))
    side = [*_past(snapshot, table, column), _views(found), _not_known(found)]
    crumbs = (
        ("Tables", addresses.TABLES),
        *([(visible(str(table)), addresses.table(table))] if column is not None else []),
    )
    return Page(
        address=addresses.column(table, column) if column is not None else addresses.table(table),
        title=visible(str(found.subject)),
        answer=_answer(snapshot, found),
        body=(
            Panel("", (_picks(table, column, named),)),
            Columns("side", (tuple(main), tuple(each for each in side if each is not None))),
        ),
        command=command_line("contracts", "readers", str(found.subject)),
        section=addresses.TABLES,
        crumbs=crumbs,
        meta=words(
            Span(_type(snapshot, table, column), "type"), " · ", Span("lineage", "", addresses.lineage_of_table(table))
        ),
        is_name=True,
        document=document(found, snapshot.bench.source),
    )


def _require(named: Subjects, table: Name, column: str | None) -> None:
    if table not in named.columns:
        raise UsageError(f"no table or view {table} is known", next="look at the list of tables")
    if column is not None and column not in named.columns[table]:
        raise UsageError(f"{table} has no column {column}", next="look at the table")


def _kind(snapshot: Snapshot, table: Name) -> str:
    if table in snapshot.catalog.tables:
        return "table"
    return "view" if table in snapshot.catalog.views else "not there"


def _column(snapshot: Snapshot, table: Name, column: str) -> Column | None:
    if (found := snapshot.catalog.tables.get(table)) is not None:
        return found.column(column)
    view = snapshot.catalog.views.get(table)
    return next((each for each in (view.columns or ()) if each.name == column), None) if view is not None else None


def _type(snapshot: Snapshot, table: Name, column: str | None) -> str:
    if column is None:
        return _kind(snapshot, table)
    found = _column(snapshot, table, column)
    if found is None:
        return "not there"
    return visible(f"{found.type}{' not null' if found.not_null else ''}")


def _answer(snapshot: Snapshot, found: Readership) -> PageAnswer:
    inside = found.inside
    is_there = _is_there(snapshot, found.subject)
    match found.answer:
        case "yes":
            coming = [each for use in found.outside if use.role == UNPUBLISHED for each in use.versions]
            if coming:
                return answer(
                    "drop-yes-coming",
                    who=wording.series(list({each.name: wording.version(each) for each in coming}.values())),
                )
            return answer("drop-yes", words("Who reads it without a contract isn’t known: see below."))
        case "unproven":
            first = next(use for use in inside if not use.usage.is_certain)
            return answer("drop-unproven", _others(found, first), **_parts(first, found))
        case "no":
            first = next(use for use in inside if use.until is None and use.usage.is_certain)
        case "later":
            first = inside[0]
    if snapshot.bench.catalog is not None and not is_there:
        parts = _parts(first, found)
        return answer("drop-gone", _others(found, first), who=parts["who"], does=parts["does"], until=parts["until"])
    return answer("drop-no", words(_earliest(found), _others(found, first)), **_parts(first, found))


def _is_there(snapshot: Snapshot, subject: Subject) -> bool:
    if subject.column is None:
        return _kind(snapshot, subject.table) != "not there"
    return _column(snapshot, subject.table, subject.column) is not None


def _parts(use: SharedUse, found: Readership) -> dict[str, str | Words]:
    return {
        "who": (wording.who(use.versions),),
        "does": does(use, found),
        "until": held_until(use),
        "through": visible(way(use)),
    }


def _earliest(found: Readership) -> Words:
    if found.until is None:
        return ()
    return words("From ", PointInTime(found.until, "day"), " on nobody with a contract needs it. ")


def _others(found: Readership, shown: SharedUse) -> Words:
    others = [use for use in found.inside if use.versions != shown.versions]
    if not others:
        return ()
    said = wording.series(list({id(use.versions[0]): wording.who(use.versions) for use in others}.values()))
    return words(said, " need", "s" if len(said) == 1 else "", " it too.")


def _users(found: Readership, access: str, title: str, nobody: str) -> Panel:
    rows = [_user(use, found) for use in found.inside if use.usage.access == access]
    if not rows:
        return Panel(title, (EmptyNote(words(nobody)),))
    headings = ("Who", "Role", "Through", "Must hold until", "If it goes", "~Owner")
    return Panel(title, (grid(f"{title}: {found.subject}", headings, rows),), wording.number(len(rows), "contract"))


def _user(use: SharedUse, found: Readership) -> tuple[Words, ...]:
    contract = use.usage.contract
    return (
        (wording.who(use.versions),),
        (wording.chip(use.role),),
        words(visible(way(use).removeprefix("through "))),
        wording.ends(use.versions[0], found.at),
        _felt(use.usage, found.subject),
        words(visible(contract.owner or "–")),
    )


def _felt(usage: Usage, subject: Subject) -> Words:
    """What its client gets once the column or table is gone: PostgreSQL, appendix A, class 42."""
    if not usage.is_certain:
        return (Mark("unknown", "not known", "unknown"),)
    if usage.contract.reads_through == "copy" and usage.access == "read":
        return words("the next copy fails, or lacks it")
    if usage.view is not None or usage.contract.reads_through == "view":
        return words("the drop is refused with ", wording.name("2BP01"))
    return words("fails with ", wording.name("42P01" if subject.column is None else "42703"), " at once")


def _outside(found: Readership) -> Panel:
    rows = [
        (
            (wording.who(use.versions),),
            (wording.chip(use.role),),
            words(f"{use.usage.access}s it"),
            wording.ends(use.versions[0], found.at),
        )
        for use in found.outside
    ]
    return Panel("Outside of their windows", (grid("Outside of their windows", ("Who", "Role", "How", "Until"), rows),))


def _promises(snapshot: Snapshot, table: Name, column: str) -> Iterator[tuple[Words, ...]]:
    """Each promise on the column once, with those who rely on it and whether it holds."""
    found: dict[str, dict[int, tuple[Span, bool | None]]] = {}
    for each, access in snapshot.users.get((table, column), ()):
        fit = snapshot.fits.get(each.contract.digest)
        broken = {b.object for b in fit.breaks} if fit is not None else set()
        holds = None if fit is None or fit.verdict == "unproven" else f"{table}.{column}" not in broken
        for part in each.contract.tables:
            promise = part.promise(column)
            if promise is None or part.access != access or snapshot.catalog.resolve(part.table) != table:
                continue
            said = [f"type is {visible(str(promise.type))}"] if promise.type is not None else []
            said += [f"{'receives' if access == 'read' else 'sends'}: {wording.promised(promise)}"]
            for one in said:
                found.setdefault(one, {})[id(each)] = (wording.sharers(each), holds)
    for promised, who in found.items():
        verdicts = [holds for _, holds in who.values()]
        verdict = (
            Mark("breaks", "no", "breaks")
            if False in verdicts
            else Mark("unknown", "not known", "unknown")
            if None in verdicts
            else Mark("ok", "yes", "ok")
        )
        yield (words(promised), wording.series([name for name, _ in who.values()]), (verdict,))


def _columns(snapshot: Snapshot, table: Name, named: Subjects) -> Panel:
    listed = [each.name for each in _listed(snapshot, table)]
    rows = []
    for column in [*listed, *sorted(named.columns[table] - set(listed))]:
        users = snapshot.users.get((table, column), ())
        rows.append(
            (
                (wording.name(column, addresses.column(table, column)),),
                (Span(_type(snapshot, table, column), "type"),),
                wording.sharers_of([each for each, access in users if access == "read"]) or (wording.quiet("–"),),
                wording.sharers_of([each for each, access in users if access == "write"]) or (wording.quiet("–"),),
            )
        )
    return Panel(
        "Columns",
        (grid("Columns", ("Column", "Type", "Read by", "Written by"), rows, filter_id="columns"),),
        str(len(rows)),
    )


def _listed(snapshot: Snapshot, table: Name) -> Sequence[Column]:
    if (found := snapshot.catalog.tables.get(table)) is not None:
        return found.columns
    view = snapshot.catalog.views.get(table)
    return (view.columns or ()) if view is not None else ()


def _picks(table: Name, column: str | None, named: Subjects) -> Picks:
    columns = sorted(named.columns[table])
    shown = columns if len(columns) <= 40 else [each for each in columns if each == column]
    choices: list[tuple[str, str | None, bool]] = [
        (visible(each), addresses.column(table, each), each == column) for each in shown
    ]
    if len(shown) < len(columns):
        choices.append((f"all {len(columns)} columns", addresses.table(table), column is None))
    return Picks(visible(str(table)), tuple(choices))


def _past(snapshot: Snapshot, table: Name, column: str | None) -> Iterator[Panel]:
    entries = happened(snapshot, table, column)
    if entries is not None:
        yield Panel("What happened to it", (entries,))


def _views(found: Readership) -> Panel | None:
    if not found.views:
        return None
    rows = [
        ((wording.table(name),), words("a drop is refused, or takes it along" if is_certain else "may read it"))
        for name, is_certain in found.views
    ]
    return Panel("Views that show it", (grid("Views that show it", ("View", "So"), rows),))


def _not_known(found: Readership) -> Panel:
    blocks: list[Block] = []
    for place, sentence in enumerate(found.unknown):
        said, _, command = sentence.partition(": schemaguard ")
        mark: tuple[Mark, ...] = (Mark("unknown", "Not known:", "unknown"),) if not place else ()
        ask, _, rest = command.partition(" finds out")
        tail = words(": ", TerminalCommand(f"schemaguard {ask}"), " finds out", rest) if command else ()
        blocks.append(Paragraph(words(*mark, f" {visible(said)}", tail)))
    return Panel(
        "Not known", (EmptyNote(words(*(each.said for each in blocks[:1] if isinstance(each, Paragraph)))), *blocks[1:])
    )
