"""One contract in full."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.contracts.contract import ContractTable
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.report.contracts import words
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_LABEL = 11


def show(each: Shared, fits: Mapping[str, Fitness], console: Console, at: datetime, place: str) -> None:
    """Print everything that one contract says; `place` is what it was held against."""
    for text in _lines(each, fits, at, place):
        line(console, text, indent=_LABEL + 2)


def document(each: ListedContract, fits: Mapping[str, Fitness], at: datetime) -> dict[str, Any]:
    """One version's contract, with the document that it is."""
    return {"version": 1, **words.document(each, fits, at), "document": dict(each.document)}


def _lines(each: Shared, fits: Mapping[str, Fitness], at: datetime, place: str) -> Iterator[Text]:
    contract, first = each.contract, each.versions[0]
    of = f" of {visible(contract.owner)}" if contract.owner else ""
    through = "a copy" if contract.reads_through == "copy" else f"the {contract.reads_through}"
    yield Text.assemble(
        (visible(each.name), "bold"),
        f"  contract {visible(contract.version)}{of}, {visible(contract.status)} · reads through {through}",
    )
    days = words.days_left(each.until, at)
    left = f", {days} day{'' if days == 1 else 's'} left" if days else ""
    yield _row("window", Text.assemble(words.roles(each), " · ", words.window(each, at), left))
    yield from _fit(fits.get(contract.digest), place)
    yield _row("file", words.file(first))
    yield _row("digest", Text(contract.digest))
    for one in each.versions:
        if one.bound is not None:
            yield _row("published", _published(one, several=len(each.versions) > 1))
    for part in contract.tables:
        key = f"  on conflict ({', '.join(part.upsert_key)})" if part.upsert_key else ""
        label = "reads" if part.access == "read" else "writes"
        yield _row(label, Text(visible(f"{part.table}{key}"), "bold cyan"))
        yield from _promises(part)
    for change in first.changes:
        style = {"-": "red", "+": "green"}.get(change[0], "yellow")
        yield _row("file says" if change is first.changes[0] else "", Text(visible(change), style))


def _fit(found: Fitness | None, place: str) -> Iterator[Text]:
    if found is None:
        return
    yield _row("fit", Text.assemble(words.fit(found, in_short=True), (f" · held against {visible(place)}", "dim")))
    for each in found.breaks:
        yield _row("", Text(visible(f"{each.cause}: {each.message}"), "red"))
    for doubt in found.unproven:
        yield _row("", Text(visible(doubt), "yellow"))


def _published(one: ListedContract, *, several: bool) -> Text:
    assert one.bound is not None
    views = "" if one.contract.reads_through == "copy" else f" · views {one.bound.view_schema}"
    which = f"{one.name} " if several else ""
    return Text(visible(f"{which}{one.bound.published_at:%Y-%m-%d %H:%M} by {one.bound.published_by}{views}"))


def _promises(part: ContractTable) -> Iterator[Text]:
    names = [visible(promise.column) for promise in part.promises]
    types = [str(promise.type) if promise.type is not None else "" for promise in part.promises]
    name_width, type_width = max(map(len, names), default=0), max(map(len, types), default=0)
    for promise, name, type_ in zip(part.promises, names, types, strict=True):
        text = Text.assemble(name.ljust(name_width), "  ", (type_.ljust(type_width), "green"))
        text.append(f"  {visible(promise.in_words)}", "dim")
        text.rstrip()
        yield _row("", text)


def _row(label: str, words_: Text) -> Text:
    return Text.assemble("  ", (f"{label:<{_LABEL}}", "dim"), words_)
