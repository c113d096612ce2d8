"""Search over everything: models, tables, columns, revisions, operations, and every word of a contract."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from schemaguard.catalog.objects import Name
from schemaguard.commands.serve import Snapshot
from schemaguard.errors import command_line
from schemaguard.registry.search import nearest, search
from schemaguard.report.visible import visible
from schemaguard.web import addresses, wording
from schemaguard.web.answers import answer
from schemaguard.web.blocks import EmptyNote, Page, PageAnswer, Panel, SearchHit, SearchHits, Span, Words, grid, words

_MOST_HITS = 20
_MOST_PLACES = 3
_LONGEST_QUERY = 200


def build(snapshot: Snapshot, asked: str) -> Page:
    """What has every word of the query somewhere."""
    asked = " ".join(asked.split())[:_LONGEST_QUERY]
    if not asked:
        return _page("", answer("search-nothing-asked"), _everything(snapshot), {})
    named = list(_named(snapshot, asked))
    found = search(snapshot.contracts, asked.split())
    total = len(named) + len(found)
    document = {
        "asked": asked,
        "names": [{"kind": kind, "name": span.text} for kind, span, _ in named],
        "contracts": [each.who.name for each in found],
    }
    if not total:
        near = [*get_close_matches(asked, _names(snapshot), n=4), *nearest(snapshot.contracts, asked.split())]
        said = answer("search-none", asked=visible(asked))
        if near:
            like = wording.series([_looked_for(each) for each in dict.fromkeys(near)])
            body = (Panel("Near it", (EmptyNote(words("There is ", like, ".")),)),)
        else:
            body = (Panel("What was searched", (EmptyNote(words(_searched(snapshot))),)),)
        return _page(asked, said, body, document)
    panels = []
    if named:
        rows = [(words(span), words(kind), verdict) for kind, span, verdict in named[:_MOST_HITS]]
        panels.append(
            Panel("Names", (grid("Names", ("Name", "Kind", "What is said of it"), rows),), _several(len(named)))
        )
    if found:
        hits = tuple(
            SearchHit(
                (wording.sharers(each.who),),
                wording.fit(snapshot.fits.get(each.who.contract.digest), with_cause=False),
                tuple((hit.field, visible(hit.text), _spans(hit.text, hit.spans)) for hit in each.hits[:_MOST_PLACES]),
            )
            for each in found[:_MOST_HITS]
        )
        panels.append(Panel("Contracts", (SearchHits(hits),), _several(len(found))))
    several = f"{total} hit" if total == 1 else f"{total} hits"
    return _page(asked, answer("search-found", several=several, asked=visible(asked)), tuple(panels), document)


def _spans(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Where the words are, unless making the text harmless has moved them."""
    return tuple(spans) if visible(text) == text else ()


def _several(count: int) -> str:
    return f"the first {_MOST_HITS} of {count}" if count > _MOST_HITS else str(count)


def _page(asked: str, said: PageAnswer, body: tuple[Panel, ...], document: Mapping[str, Any]) -> Page:
    return Page(
        address=addresses.SEARCH,
        title="Search",
        answer=said,
        body=body,
        command=command_line("contracts", "search", *(asked.split() or ["WORD"])),
        document=document,
        query=asked,
    )


def _looked_for(text: str) -> Span:
    return Span(visible(text), "name")


def _searched(snapshot: Snapshot) -> str:
    tables = len(_tables(snapshot))
    revisions = sum(len(each.runs) for each in snapshot.histories)
    return f"Searched: {len(snapshot.contracts)} contracts, {tables} tables and views, {revisions} revisions."


def _named(snapshot: Snapshot, asked: str) -> Iterator[tuple[str, Span, Words]]:
    """(kind, name, what is said of it): what is called so first, then what begins so, then what has it inside."""
    wanted = asked.lower()
    hits = [hit for hit in _everything_named(snapshot) if wanted in hit[0].lower()]
    hits.sort(key=lambda hit: (hit[0].lower() != wanted, not hit[0].lower().startswith(wanted), len(hit[0]), hit[0]))
    for text, kind, to in hits:
        yield kind, Span(visible(text), "name", to), _said_of(snapshot, kind, text)


def _said_of(snapshot: Snapshot, kind: str, text: str) -> Words:
    if kind not in ("table", "column"):
        return ()
    table, column = _by_name(snapshot, text, kind)
    users = snapshot.users.get((table, column), ()) if table is not None else ()
    if not users:
        return (wording.quiet("nobody in a window names it"),)
    return words(wording.series([wording.sharers(each) for each, _ in users]))


def _by_name(snapshot: Snapshot, text: str, kind: str) -> tuple[Name | None, str | None]:
    for table, columns in _tables(snapshot).items():
        if kind == "table" and str(table) == text:
            return table, None
        if kind == "column":
            column = text.removeprefix(f"{table}.")
            if column != text and column in columns:
                return table, column
    return None, None


def _everything_named(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    """(text, kind, address) of everything that has a name."""
    for model in dict.fromkeys(each.contract.model for each in snapshot.contracts):
        yield model, "model or consumer", addresses.model(model)
    for each in snapshot.book.listed:
        if each.version:
            yield each.name, "contract", addresses.contract(each.contract.model, each.version)
    for table, columns in _tables(snapshot).items():
        yield str(table), "table", addresses.table(table)
        for column in columns:
            yield f"{table}.{column}", "column", addresses.column(table, column)
    for number, browsed in enumerate(snapshot.histories):
        for run in browsed.runs:
            title = f"{run.revision.id} {run.revision.message}".strip()
            yield title, "revision", addresses.revision(number, run.revision.id)
    if snapshot.control is not None:
        for record in snapshot.control.records.operations:
            yield str(record.operation), "operation", addresses.operation(record.operation.id)


def _tables(snapshot: Snapshot) -> dict[Name, list[str]]:
    named = snapshot.subjects
    return {table: sorted(named.columns[table]) for table in sorted(named.columns, key=str)}


def _names(snapshot: Snapshot) -> list[str]:
    return [text for text, _, _ in _everything_named(snapshot)]


def _everything(snapshot: Snapshot) -> tuple[Panel, ...]:
    """An index of names, for whoever has no search box."""
    kinds: dict[str, list[Span]] = {}
    for text, kind, to in _everything_named(snapshot):
        if kind in ("model or consumer", "table"):
            kinds.setdefault(kind, []).append(Span(visible(text), "name", to))
    rows = [(words(span), words(kind)) for kind, spans in kinds.items() for span in spans]
    return (Panel("Everything", (grid("Everything", ("Name", "Kind"), rows, filter_id="everything"),)),) if rows else ()
