"""Search over everything: models, tables, columns, revisions, operations, and every word of a contract."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from schemaguard.catalog.objects import Name
from schemaguard.commands.serve import Snapshot
from schemaguard.errors import command_line
from schemaguard.frozen import dataclass
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
    named = _named(snapshot, asked)
    found = search(snapshot.searchable, asked.split())
    total = len(named) + len(found)
    document = {
        "asked": asked,
        "names": [{"kind": each.kind, "name": visible(each.text)} for each in named],
        "contracts": [each.who.name for each in found],
    }
    if not total:
        near = [*get_close_matches(asked, _names(snapshot), n=4), *nearest(snapshot.searchable, asked.split())]
        said = answer("search-none", asked=visible(asked))
        if near:
            like = wording.series([_looked_for(each) for each in dict.fromkeys(near)])
            body = (Panel("Near it", (EmptyNote(words("There is ", like, ".")),)),)
        else:
            body = (Panel("What was searched", (EmptyNote(words(_searched(snapshot))),)),)
        return _page(asked, said, body, document)
    panels = []
    if named:
        rows = [(words(each.span), words(each.kind), _said_of(snapshot, each)) for each in named[:_MOST_HITS]]
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


@dataclass(frozen=True, slots=True)
class _Named:
    """Something that has a name, and its page; of a table or a column, which it is."""

    text: str
    kind: str
    to: str
    subject: tuple[Name, str | None] | None = None

    @property
    def span(self) -> Span:
        return Span(visible(self.text), "name", self.to)


def _named(snapshot: Snapshot, asked: str) -> list[_Named]:
    """What is called so first, then what begins so, then what has it inside."""
    wanted = asked.lower()
    hits = [hit for hit in _everything_named(snapshot) if wanted in hit.text.lower()]

    def how_near(hit: _Named) -> tuple[bool, bool, int, str]:
        text = hit.text.lower()
        return (text != wanted, not text.startswith(wanted), len(text), hit.text)

    return sorted(hits, key=how_near)


def _said_of(snapshot: Snapshot, hit: _Named) -> Words:
    if hit.subject is None:
        return ()
    users = snapshot.users.get(hit.subject, ())
    if not users:
        return (wording.quiet("nobody in a window names it"),)
    return words(wording.series([wording.sharers(each) for each, _ in users]))


def _everything_named(snapshot: Snapshot) -> Iterator[_Named]:
    for model in dict.fromkeys(each.contract.model for each in snapshot.contracts):
        yield _Named(model, "model or consumer", addresses.model(model))
    for each in snapshot.book.listed:
        if each.version:
            yield _Named(each.name, "contract", addresses.contract(each.contract.model, each.version))
    for table, columns in _tables(snapshot).items():
        yield _Named(str(table), "table", addresses.table(table), (table, None))
        for column in columns:
            yield _Named(f"{table}.{column}", "column", addresses.column(table, column), (table, column))
    for number, browsed in enumerate(snapshot.histories):
        for run in browsed.runs:
            title = f"{run.revision.id} {run.revision.message}".strip()
            yield _Named(title, "revision", addresses.revision(number, run.revision.id))
    if snapshot.control is not None:
        for record in snapshot.control.records.operations:
            yield _Named(str(record.operation), "operation", addresses.operation(record.operation.id))


def _tables(snapshot: Snapshot) -> dict[Name, list[str]]:
    named = snapshot.subjects
    return {table: sorted(named.columns[table]) for table in sorted(named.columns, key=str)}


def _names(snapshot: Snapshot) -> list[str]:
    return [each.text for each in _everything_named(snapshot)]


def _everything(snapshot: Snapshot) -> tuple[Panel, ...]:
    """An index of names, for whoever has no search box."""
    kinds: dict[str, list[Span]] = {}
    for each in _everything_named(snapshot):
        if each.kind in ("model or consumer", "table"):
            kinds.setdefault(each.kind, []).append(each.span)
    rows = [(words(span), words(kind)) for kind, spans in kinds.items() for span in spans]
    return (Panel("Everything", (grid("Everything", ("Name", "Kind"), rows, filter_id="everything"),)),) if rows else ()
