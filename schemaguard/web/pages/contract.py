"""A contract: what may this version count on, and what is different from the one before?"""

from collections.abc import Iterator, Sequence

import yaml

from schemaguard.commands.serve import Snapshot
from schemaguard.contracts.comparison import ContractDifference, compare
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.errors import command_line
from schemaguard.registry.listing import RETIRED, UNPUBLISHED, ListedContract, Shared, chosen, shared
from schemaguard.report.contracts.show import document as shown_document
from schemaguard.report.visible import visible
from schemaguard.web import addresses, windows, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import (
    Columns,
    EmptyNote,
    FactList,
    Mark,
    Page,
    PageAnswer,
    Panel,
    Picks,
    PointInTime,
    Span,
    Words,
    file_text,
    grid,
    grouped,
    words,
)

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NO_SIGNATURE = "No signature was recorded with this version: what the model expects as input isn’t known here."
_STANDING = {
    "active": "contract-active", "canary": "contract-canary", "fallback": "contract-fallback",
    "published": "contract-published", UNPUBLISHED: "contract-unreleased", RETIRED: "contract-retired",
}  # fmt: skip


def build(snapshot: Snapshot, model: str, version: str) -> Page:
    """The page of one version's contract. UsageError where there is none."""
    mine = chosen(snapshot.book.listed, model, None)
    return page(snapshot, chosen(snapshot.book.listed, model, version)[0], mine)


def page(snapshot: Snapshot, each: ListedContract, mine: tuple[ListedContract, ...]) -> Page:
    """The page of one contract among those of its model."""
    contract = each.contract
    before = _before(each, mine)
    main = [_promises(snapshot, each)]
    if before is not None:
        main.append(_difference(before, each))
    is_consumer = not each.version
    body: list[Panel | Columns] = [] if is_consumer else [Panel("", (_versions(snapshot, each, mine),))]
    body += [
        Columns(
            "side", (tuple(main), (_glance(snapshot, each, mine), *([] if is_consumer else [_signature(contract)])))
        ),
        Panel("The file", (file_text(contract.file, _text(each), is_tall=True),)),
    ]
    crumbs = (("Models", addresses.MODELS),)
    return Page(
        address=addresses.contract(contract.model, each.version),
        title=visible(each.name),
        answer=_answer(snapshot, each),
        body=tuple(body),
        command=command("contracts", "show", contract.model, *([each.version] if each.version else [])),
        section=addresses.MODELS,
        crumbs=crumbs if is_consumer else (*crumbs, (visible(contract.model), addresses.model(contract.model))),
        meta=(wording.chip(each.standing),),
        is_name=True,
        document=shown_document(each, snapshot.fits, snapshot.at),
    )


def command(*parts: str) -> str:
    """A command that can be pasted."""
    return command_line(*parts)


def _answer(snapshot: Snapshot, each: ListedContract) -> PageAnswer:
    who = Span(visible(each.name), "name")
    fit = snapshot.fits.get(each.contract.digest)
    is_inside = each.is_in_window(snapshot.at)
    if is_inside and fit is not None and fit.verdict != "fits":
        key = "contract-broken" if fit.verdict == "breaks" else "contract-unproven"
        return answer(key, who=who, cause=wording.cause(fit))
    more = _held_by(snapshot, each) if is_inside else ()
    if each.until is not None and each.until <= snapshot.at and each.standing not in _STANDING:
        return answer("contract-over", who=who, until=PointInTime(wording.last_day(each.until), "exact"))
    if each.standing in _STANDING:
        return answer(_STANDING[each.standing], more, who=who)
    if each.until is None:
        return answer("contract-endless", more, who=who)
    key = "contract-superseded" if each.standing == "superseded" else "contract-until"
    return answer(key, more, who=who, until=PointInTime(wording.last_day(each.until), "day"))


def _held_by(snapshot: Snapshot, each: ListedContract) -> Words:
    if snapshot.fits.get(each.contract.digest) is None:
        return words("Whether it holds isn’t known: no tables were read.")
    return words(f"The tables of {visible(snapshot.bench.place)} satisfy it.")


def _before(each: ListedContract, mine: Sequence[ListedContract]) -> ListedContract | None:
    """The version before it in the list with another contract."""
    earlier = list(mine)[: list(mine).index(each)]
    return next((one for one in reversed(earlier) if one.contract.digest != each.contract.digest), None)


def _versions(snapshot: Snapshot, each: ListedContract, mine: Sequence[ListedContract]) -> Picks:
    shown = [one for one in reversed(mine) if one.is_in_window(snapshot.at) or one is each]
    choices: list[tuple[str, str | None, bool]] = [
        (f"{visible(one.version)} {one.standing}", addresses.contract(one.contract.model, one.version), one is each)
        for one in shown
    ]
    if len(shown) < len(mine):
        choices.append((f"all {len(mine)}", addresses.model(each.contract.model), False))
    choices.append(("· lineage", addresses.lineage_of_model(each.contract.model), False))
    return Picks("Version", tuple(choices))


def _promises(snapshot: Snapshot, each: ListedContract) -> Panel:
    groups = [(_table_heading(part), list(_columns(snapshot, each, part))) for part in each.contract.tables]
    count = sum(len(part.promises) for part in each.contract.tables)
    note = f"{wording.number(count, 'column')} in {wording.number(len(each.contract.tables), 'table')}"
    return Panel(
        "What it promises",
        (grouped("What it promises", ("Column", "Type", "Promise", "Who else uses it"), groups, "spec"),),
        note,
    )


def _table_heading(part: ContractTable) -> Words:
    key = f" · upserts on ({visible(', '.join(part.upsert_key))})" if part.upsert_key else ""
    return words(wording.table(part.table), f" · {'read' if part.access == 'read' else 'written'}{key}")


def _columns(snapshot: Snapshot, each: ListedContract, part: ContractTable) -> Iterator[tuple[Words, ...]]:
    table = snapshot.catalog.resolve(part.table)
    for promise in part.promises:
        users = snapshot.users.get((table, promise.column), ())
        others = [one for one, _ in users if one.contract.digest != each.contract.digest]
        yield (
            (wording.name(promise.column, addresses.column(table, promise.column)),),
            (Span(visible(str(promise.type)) if promise.type is not None else "", "type"),),
            words(wording.promised(promise)),
            wording.series([wording.sharers(one) for one in _once(others)]),
        )


def _once(contracts: Sequence[Shared]) -> list[Shared]:
    return list({id(each): each for each in contracts}.values())


def _difference(before: ListedContract, each: ListedContract) -> Panel:
    differences = tuple(compare(before.contract, each.contract))
    title = f"Difference to {visible(before.name)}"
    if not differences:
        return Panel(title, (EmptyNote(words("The tables and columns are the same; the rest of the file differs.")),))
    rows = [_difference_row(one, before.contract, each.contract) for one in differences]
    headings = (visible(before.name), visible(each.name), "To who needs the first")
    return Panel(title, (grid(title, headings, rows),), wording.number(len(differences), "difference"))


def _difference_row(one: ContractDifference, before: Contract, after: Contract) -> tuple[Words, ...]:
    felt = one.reader if one.access == "read" else one.writer
    if felt:
        state = f"fails with {felt[0].sqlstate}" if felt[0].sqlstate else "gets other values"
        verdict = words(Mark("breaks", "breaks", "breaks"), f" {state}")
    else:
        verdict = (Mark("ok", "disturbs nobody", "ok"),)
    return (_side(one, before), words(_side(one, after), wording.quiet(f" {visible(one.what)}")), verdict)


def _side(one: ContractDifference, contract: Contract) -> Words:
    """The column as a contract has it, or a dash where it has none."""
    for part in contract.tables:
        if part.table != one.table or part.access != one.access:
            continue
        if one.column is None:
            return (wording.name(str(one.table)),)
        promise = part.promise(one.column)
        if promise is not None:
            return words(
                wording.name(f"{one.table}.{one.column}"), Span(f" {visible(str(promise.type or ''))}", "type")
            )
    return (wording.quiet("–"),)


def _glance(snapshot: Snapshot, each: ListedContract, mine: Sequence[ListedContract]) -> Panel:
    contract, bound = each.contract, each.bound
    through = {"table": "the table", "view": "its contract view", "copy": "a copy"}[contract.reads_through]
    facts: list[tuple[str, Words]] = [
        ("Must hold", wording.ends(each, snapshot.at)),
        ("Fit", wording.fit(snapshot.fits.get(contract.digest))),
        ("Served", _served(snapshot, each)),
        ("Reads through", words(through)),
        ("Owner", words(visible(contract.owner or "–"))),
        ("Contract", words(visible(contract.version), _sharing(each, mine))),
        ("File", words(wording.name(contract.file), "" if each.is_in_folder else " (not here)")),
        ("Digest", words(wording.name(f"{contract.digest[:12]}…"))),
    ]
    if bound is not None:
        facts.append(
            ("Published", words(PointInTime(bound.published_at, "both"), f" by {visible(bound.published_by)}"))
        )
        if contract.reads_through != "copy":
            facts.append(("Views", words(wording.name(bound.view_schema))))
    if each.changes:
        facts.append(("File says", words(wording.joined(visible(change) for change in each.changes))))
    return Panel("At a glance", (FactList(tuple(fact for fact in facts if fact[1])),))


def _sharing(each: ListedContract, mine: Sequence[ListedContract]) -> str:
    together = next((one for one in shared(mine) if each in one.versions), None)
    others = len(together.versions) - 1 if together is not None else 0
    return f" · shared with {wording.number(others, 'other version')}" if others else ""


def _served(snapshot: Snapshot, each: ListedContract) -> Words:
    if snapshot.control is None:
        return ()
    intervals = windows.serving(snapshot.control.records.entries).get((each.contract.model, each.version), ())
    said: list[Words] = []
    for since, until in intervals[-2:]:
        end = words(PointInTime(until, "day")) if until is not None else words("now")
        said.append(words("; " if said else "", PointInTime(since, "day"), " – ", end))
    return words(*said) if said else (wording.quiet("not yet"),)


def _signature(contract: Contract) -> Panel:
    if contract.signature is None:
        return Panel("Signature", (EmptyNote(words(Mark("unknown", "Not known", "unknown"), f" {_NO_SIGNATURE}")),))
    rows = [
        (
            (wording.name(each.name),),
            (Span(visible(str(each.type)), "type"),),
            words("required" if each.required else "optional"),
        )
        for each in contract.signature
    ]
    return Panel("Signature", (grid("Signature", ("Input", "Type", "Required"), rows),), "as MLflow has it")


def _text(each: ListedContract) -> str:
    """The contract as a file: the document that was published, or that the folder has."""
    return str(yaml.dump(dict(each.document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))
