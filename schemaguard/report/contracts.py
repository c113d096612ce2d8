"""Contracts: the list of who uses what until when, and one of them in full."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.contract import Access, Contract, ContractTable, Promise
from schemaguard.releases.listing import UNPUBLISHED, Listed, Thing
from schemaguard.releases.publication import Published
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_STYLES = {"active": "bold green", "canary": "green", "fallback": "cyan", UNPUBLISHED: "yellow"}
_LABEL = 11
_NARROW = 100


def show_list(listed: Sequence[Listed], console: Console, at: datetime, thing: Thing | None, source: str) -> None:
    """Print one row a model version or consumer, and below them where that was read."""
    headings = [
        Heading("contract", whole=True),
        Heading("standing"),
        Heading("reads"),
        Heading("writes"),
        Heading("through", from_width=_NARROW),
        Heading("file", from_width=_NARROW),
    ]
    rows = [
        [
            Text(visible(each.name), "bold"),
            _standing(each, at),
            _tables(each.contract, "read", thing),
            _tables(each.contract, "write", thing),
            Text(each.contract.reads_through, "dim"),
            _file(each),
        ]
        for each in listed
    ]
    if rows:
        table(console, headings, rows)
    several = f"{len(rows)} contract{'' if len(rows) == 1 else 's'}"
    changed = [each.name for each in listed if each.changes]
    words = f"{several} · {visible(source)}"
    if changed:
        words += f" · the file isn't what was published: {', '.join(changed)}"
    line(console, Text(words, "dim" if not changed else "yellow"))


def list_json(listed: Sequence[Listed], source: str) -> dict[str, Any]:
    """The list as one document."""
    return {"version": 1, "source": source, "contracts": [_json(each) for each in listed]}


def show_one(each: Listed, console: Console, at: datetime) -> None:
    """Print everything that one contract says."""
    for text in _lines(each, at):
        line(console, text, indent=_LABEL + 2)


def one_json(each: Listed) -> dict[str, Any]:
    """One contract with its document."""
    return {"version": 1, **_json(each), "document": dict(each.document)}


def show_published(published: Published, console: Console) -> None:
    """Print what was bound to what."""
    publication, views = published.publication, published.views
    verb = "PUBLISHED" if published.is_new else "UNCHANGED"
    facts = [f"contract {publication.contract.version} ({publication.contract.digest[:12]})"]
    if views.views:
        facts.append(f"views {views.schema}: {', '.join(view.name for view in views.views)}")
    facts.append(visible(publication.contract.file))
    line(
        console,
        Text.assemble((f"{verb} ", "bold green"), (visible(publication.name), "bold"), f"  {' · '.join(facts)}"),
    )


def published_json(published: Published) -> dict[str, Any]:
    """What was bound to what."""
    publication, views = published.publication, published.views
    return {
        "version": 1,
        "model": publication.contract.model,
        "model_version": publication.version,
        "digest": publication.contract.digest,
        "file": publication.contract.file,
        "is_new": published.is_new,
        "view_schema": views.schema if views.views else None,
        "views": [view.name for view in views.views],
    }


def _standing(each: Listed, at: datetime) -> Text:
    style = _STYLES.get(each.standing, "")
    if each.standing == UNPUBLISHED:
        return Text("not published", style)
    if each.until is None:
        return Text(each.standing, style)
    if each.until <= at:
        return Text(f"over since {each.until:%Y-%m-%d}", "dim")
    days = (each.until - at).days
    return Text(f"until {each.until:%Y-%m-%d} ({days} day{'' if days == 1 else 's'})", style)


def _tables(contract: Contract, access: Access, thing: Thing | None) -> Text:
    named = [table for table in contract.tables if table.access == access and (thing is None or thing.names(table))]
    column = f".{thing.column}" if thing is not None and thing.column else ""
    return Text(visible(", ".join(f"{table.table}{column}" for table in named)))


def _file(each: Listed) -> Text:
    if not each.is_in_folder:
        return Text(f"{visible(each.contract.file)} (not here)", "dim")
    changed = len(each.changes)
    note = f" ({changed} change{'' if changed == 1 else 's'} since)" if changed else ""
    return Text.assemble(visible(each.contract.file), (note, "yellow"))


def _lines(each: Listed, at: datetime) -> Iterator[Text]:
    contract = each.contract
    of = f" of {visible(contract.owner)}" if contract.owner else ""
    through = "a copy" if contract.reads_through == "copy" else f"the {contract.reads_through}"
    yield Text.assemble(
        (visible(each.name), "bold"), f"  contract {visible(contract.version)}{of} · ", _standing(each, at),
        f" · reads through {through}",
    )  # fmt: skip
    yield _row("file", _file(each))
    yield _row("digest", Text(contract.digest))
    if each.bound is not None:
        published = f"{each.bound.published_at:%Y-%m-%d %H:%M} by {visible(each.bound.published_by)}"
        views = "" if contract.reads_through == "copy" else f" · views {each.bound.view_schema}"
        yield _row("published", Text(published + views))
    for each_table in contract.tables:
        key = f"  on conflict ({', '.join(each_table.upsert_key)})" if each_table.upsert_key else ""
        yield _row(
            "reads" if each_table.access == "read" else "writes", Text(visible(f"{each_table.table}{key}"), "bold cyan")
        )
        yield from _promises(each_table)
    for change in each.changes:
        style = {"-": "red", "+": "green"}.get(change[0], "yellow")
        yield _row("file says" if change is each.changes[0] else "", Text(visible(change), style))


def _promises(each: ContractTable) -> Iterator[Text]:
    names = [visible(promise.column) for promise in each.promises]
    types = [str(promise.type) if promise.type is not None else "" for promise in each.promises]
    name_width, type_width = max(map(len, names), default=0), max(map(len, types), default=0)
    for promise, name, type_ in zip(each.promises, names, types, strict=True):
        text = Text.assemble(name.ljust(name_width), "  ", (type_.ljust(type_width), "green"))
        text.append(f"  {', '.join(_says(promise))}", "dim")
        text.rstrip()
        yield _row("", text)


def _says(promise: Promise) -> Iterator[str]:
    if promise.required:
        yield "required"
    if promise.unique:
        yield "unique"
    bounds = (
        ("≥", promise.minimum), (">", promise.exclusive_minimum),
        ("≤", promise.maximum), ("<", promise.exclusive_maximum),
    )  # fmt: skip
    for sign, bound in bounds:
        if bound is not None:
            yield f"{sign} {bound:g}"
    if promise.max_length is not None:
        yield f"at most {promise.max_length} characters"
    if promise.enum is not None:
        yield f"one of {visible(' | '.join(promise.enum))}"


def _row(label: str, words: Text) -> Text:
    return Text.assemble("  ", (f"{label:<{_LABEL}}", "dim"), words)


def _json(each: Listed) -> dict[str, Any]:
    contract, bound = each.contract, each.bound
    return {
        "model": contract.model,
        "model_version": each.version or None,
        "standing": each.standing,
        "until": each.until.isoformat() if each.until is not None else None,
        "reads_through": contract.reads_through,
        "reads": _uses(contract, "read"),
        "writes": _uses(contract, "write"),
        "contract": {
            "id": contract.id,
            "version": contract.version,
            "digest": contract.digest,
            "file": contract.file,
            "owner": contract.owner,
        },
        "published_at": bound.published_at.isoformat() if bound is not None else None,
        "published_by": bound.published_by if bound is not None else None,
        "view_schema": bound.view_schema if bound is not None and contract.reads_through != "copy" else None,
        "in_folder": each.is_in_folder,
        "changes": list(each.changes),
    }


def _uses(contract: Contract, access: Access) -> list[dict[str, Any]]:
    return [
        {"table": str(table.table), "columns": [promise.column for promise in table.promises]}
        for table in contract.tables
        if table.access == access
    ]
