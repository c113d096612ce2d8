"""The list of contracts: one row a contract and its versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.report.check.sentences import plural
from schemaguard.report.contracts import words
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_WIDE, _WIDER, _WIDEST = 80, 120, 150


def show(
    rows: Sequence[Shared],
    fits: Mapping[str, Fitness],
    console: Console,
    at: datetime,
    said: Sequence[str],
    *,
    with_tables: bool,
) -> None:
    """Print one row a contract, and below them `said`: where that was read. `with_tables` on narrow terminals, too."""
    headings = [
        Heading("contract"),
        Heading("role"),
        Heading("window"),
        Heading("days", whole=True, from_width=_WIDE),
        Heading("fit"),
        Heading("owner"),
        Heading("reads", from_width=0 if with_tables else _WIDER),
        Heading("writes", from_width=0 if with_tables else _WIDER),
        Heading("status", from_width=_WIDEST),
        Heading("through", from_width=_WIDEST),
        Heading("file", from_width=_WIDEST),
    ]
    if rows:
        in_short = console.is_terminal and console.width < _WIDEST
        table(
            console,
            headings,
            [_row(each, words.fit(fits.get(each.contract.digest), in_short=in_short), at) for each in rows],
        )
    changed = [each.name for each in rows if any(one.changes for one in each.versions)]
    versions = sum(len(each.versions) for each in rows)
    several = plural(len(rows), "contract")
    if versions > len(rows):
        several += f" of {versions} versions"
    text = f"{several} · {visible(said[0])}"
    if changed:
        text += visible(f" · the file isn't what was published: {', '.join(changed)}")
    line(console, Text(text, "yellow" if changed else "dim"))
    for sentence in said[1:]:
        line(console, Text(visible(sentence), "yellow"))


def _row(each: Shared, fit: Text, at: datetime) -> list[Text]:
    contract = each.contract
    days = words.days_left(each.until, at)
    return [
        Text(visible(each.name), "bold"),
        words.roles(each),
        words.window(each, at),
        Text(str(days) if days is not None else "–", "" if days is not None else "dim", justify="right"),
        fit,
        Text(visible(contract.owner or "–"), "" if contract.owner else "dim"),
        words.tables(contract, "read"),
        words.tables(contract, "write"),
        Text(visible(contract.status)),
        Text(contract.reads_through),
        words.file(each.versions[0]),
    ]


def document(
    listed: Sequence[ListedContract], fits: Mapping[str, Fitness], at: datetime, source: str
) -> dict[str, Any]:
    """The list as one document, an entry a version."""
    return {"version": 1, "source": source, "contracts": [words.document(each, fits, at) for each in listed]}
