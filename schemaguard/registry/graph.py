"""Models and consumers, the tables and views that they read and write, and what views read: one graph."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Literal

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Access
from schemaguard.contracts.subject import find, subjects
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.listing import Shared


@dataclass(frozen=True, slots=True)
class Edge:
    """A contract's versions and one relation that they read or write."""

    who: Shared
    relation: Name
    access: Access
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegistryGraph:
    """Who uses which relation how; `shows` are (view, relation that it reads)."""

    edges: tuple[Edge, ...]
    shows: tuple[tuple[Name, Name], ...]

    @property
    def who(self) -> tuple[Shared, ...]:
        """The contracts, in their order."""
        return tuple({id(edge.who): edge.who for edge in self.edges}.values())

    @property
    def relations(self) -> tuple[Name, ...]:
        """The tables and views, sorted by name."""
        named = {edge.relation for edge in self.edges} | {name for pair in self.shows for name in pair}
        return tuple(sorted(named, key=str))

    def of(self, who: Shared, access: Access) -> tuple[Edge, ...]:
        """What it reads, or writes."""
        return tuple(edge for edge in self.edges if edge.who is who and edge.access == access)

    def on(self, relation: Name, access: Access) -> tuple[Edge, ...]:
        """Who reads the relation, or writes it."""
        return tuple(edge for edge in self.edges if edge.relation == relation and edge.access == access)

    def about(self, focus: "Focus") -> "RegistryGraph":
        """The part around a model: its relations and who else uses them; or around a relation: its users and theirs."""
        kind, wanted = focus
        if kind == "model":
            own = {edge.relation for edge in self.edges if is_of(edge.who, str(wanted))}
            relations = _reached(own, self.shows)
            edges = tuple(edge for edge in self.edges if edge.relation in relations)
        else:
            assert isinstance(wanted, Name)
            relations = _reached({wanted}, [(below, view) for view, below in self.shows])
            near = {id(edge.who) for edge in self.edges if edge.relation in relations}
            edges = tuple(edge for edge in self.edges if id(edge.who) in near)
        return RegistryGraph(edges, tuple(pair for pair in self.shows if set(pair) <= relations))


Focus = tuple[Literal["model", "relation"], Name | str]


def is_of(who: Shared, model: str) -> bool:
    """Whether it is the contract of a model, a consumer, or MODEL@VERSION."""
    name, _, version = model.partition("@")
    known = who.contract.model == name
    return known and (not version or any(each.version == version for each in who.versions))


def _reached(start: Iterable[Name], steps: Iterable[tuple[Name, Name]]) -> set[Name]:
    """The relations that steps lead to, the first ones included."""
    pairs, found, waiting = tuple(steps), set(start), list(start)
    while waiting:
        here = waiting.pop()
        beyond = {to for at, to in pairs if at == here} - found
        found |= beyond
        waiting += beyond
    return found


def graph(contracts: Sequence[Shared], catalog: Catalog) -> RegistryGraph:
    """The graph of all contracts, with the views of the catalog that they read."""
    edges = tuple(
        Edge(each, catalog.resolve(part.table), part.access, tuple(promise.column for promise in part.promises))
        for each in contracts
        for part in each.contract.tables
    )
    return RegistryGraph(edges, tuple(_shows({edge.relation for edge in edges}, catalog)))


def _shows(relations: Iterable[Name], catalog: Catalog) -> Iterator[tuple[Name, Name]]:
    """(view, relation that it reads) for the views among the relations, and the views below them."""
    seen: set[Name] = set()
    waiting = sorted(relations, key=str)
    while waiting:
        name = waiting.pop(0)
        view = catalog.views.get(name)
        if view is None or name in seen:
            continue
        seen.add(name)
        below = sorted({catalog.resolve(each) for each, _ in view.reads}, key=str)
        yield from ((name, each) for each in below)
        waiting += below


def focus(text: str, whole: RegistryGraph, catalog: Catalog) -> Focus:
    """What a text means: a model, consumer or MODEL@VERSION with a contract, else a table that is used.

    Raises UsageError with the nearest names.
    """
    if any(is_of(edge.who, text) for edge in whole.edges):
        return "model", text
    try:
        named = subjects((edge.who.contract for edge in whole.edges), catalog)
        return "relation", find(text, named, catalog, "model, table or view").table
    except UsageError as error:
        near = get_close_matches(text, sorted({edge.who.contract.model for edge in whole.edges}))
        models = f"; models like it: {', '.join(near)}" if near else ""
        raise UsageError(error.what, at=f"{error.at}{models}", next="a model, MODEL@VERSION, or a table") from error
