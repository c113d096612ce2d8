"""Tables under contract of which the catalog doesn't know everything: they are there, with columns that nobody listed.

A table may be made elsewhere, in a DO block, or by a statement that couldn't be read. What a later statement names of
it is judged all the same, so a revision is walked in a world in which such tables stand with unknown columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from schemaguard.catalog.changes import (
    AddColumn,
    Change,
    CreateIndex,
    CreateTable,
    CreateView,
    MoveObject,
    MoveTable,
    Opaque,
    RenameColumn,
    RenameObject,
    RenameTable,
)
from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.objects import Catalog, Name, Table, View
from schemaguard.frozen import dataclass, field, replace
from schemaguard.history.folding import is_refusal
from schemaguard.rules.facts.walk import Visit, applied
from schemaguard.window.under_contract import UnderContract


def opened(visits: Sequence[Visit], contracts: Iterable[UnderContract]) -> tuple[Visit, ...]:
    """The visits in a world in which what the contracts name and the catalog doesn't know in full stands open."""
    names = frozenset(part.table for held in contracts for part in held.contract.tables)
    if not visits or not names:
        return tuple(visits)
    unknown = _unknown(names, visits[0].before)
    seeds = unknown - frozenset(_made_before_met(visits, unknown)) if unknown else unknown
    if not seeds and not any(_is_clouded(name, visit.before) for visit in visits for name in names):
        return tuple(visits)
    return tuple(_walked_again(visits, seeds, names))


def _unknown(names: Iterable[Name], catalog: Catalog) -> frozenset[Name]:
    """Those that the catalog neither has nor has seen going."""
    found = (catalog.resolve(name) for name in names)
    return frozenset(
        name for name in found
        if not (name in catalog.tables or name in catalog.views or name in catalog.indexes
                or name in catalog.sequences or name in catalog.gone)
    )  # fmt: skip


def _made_before_met(visits: Iterable[Visit], names: frozenset[Name]) -> Iterator[Name]:
    """Those that the visits make, or give their name to, before anything else is done to them."""
    met: set[Name] = set()
    for visit in visits:
        made = _relation_made(visit)
        if made in names and made not in met:
            yield made
        met.update(name for name in names for written in _named(visit.change) if _may_mean(written, name, visit.before))


def _relation_made(visit: Visit) -> Name | None:
    """The relation that the change makes, or gives a name to."""
    before = visit.before
    match visit.change:
        case CreateTable(table=Table(name=name)) | CreateView(view=View(name=name)):
            # IF NOT EXISTS makes the table too, as far as anybody knows.
            return before.resolve(name)
        case RenameTable(table=table, to=to) | RenameObject(object=table, to=to):
            return Name(to, before.resolve(table).schema)
        case MoveTable(table=table, schema=schema) | MoveObject(object=table, schema=schema):
            return Name(table.name, schema)
        case _:
            return None


def _walked_again(visits: Sequence[Visit], seeds: frozenset[Name], names: frozenset[Name]) -> Iterator[Visit]:
    told: Catalog | None = None
    now = visits[0].before
    for visit in visits:
        # A branch, or a transaction that was undone, goes on from another catalog than the last change left.
        before = _opened(now if visit.before is told else _seeded(visit.before, seeds), names)
        # A statement that the server refuses leaves everything as it was.
        now = _seeded(visit.after, seeds) if is_refusal(visit.change) else applied(visit.change, before)
        told = visit.after
        yield replace(visit, before=before, after=now)


def _seeded(catalog: Catalog, seeds: frozenset[Name]) -> Catalog:
    missing = [name for name in sorted(seeds, key=str) if name in _unknown((name,), catalog)]
    return _with_tables(catalog, [Table(name, open=True) for name in missing])


def _opened(catalog: Catalog, names: frozenset[Name]) -> Catalog:
    """The catalog with those tables open that a statement nobody could read may have given more columns."""
    found = [catalog.tables.get(catalog.resolve(name)) for name in names if _is_clouded(name, catalog)]
    return _with_tables(catalog, [replace(table, open=True) for table in found if table is not None and not table.open])


def _is_clouded(name: Name, catalog: Catalog) -> bool:
    return catalog.clouded is None or (bool(catalog.clouded) and catalog.resolve(name) in catalog.clouded)


def _with_tables(catalog: Catalog, tables: Sequence[Table]) -> Catalog:
    if not tables:
        return catalog
    draft = Draft(indexed(catalog))
    for table in tables:
        draft.put(table)
    if draft.clouded is not None:
        # Whether it is a table at all nobody knows, so nothing that is done to it is certainly refused.
        draft.clouded |= {table.name for table in tables}
    return draft.freeze()


@dataclass(slots=True)
class Elsewhere:
    """The tables under contract that a history takes for granted, and what it adds to them itself."""

    names: frozenset[Name]
    """As the contracts write them."""
    since: dict[Name, int] = field(default_factory=dict)
    """Table → the position of the first run that meets it."""
    added: dict[Name, set[str]] = field(default_factory=dict)
    """Table → columns that aren't there before the history adds them."""
    _met: set[tuple[Name, str]] = field(default_factory=set)
    _simple: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """The names, schemas left aside, by which what concerns nobody is passed over."""
        self._simple = frozenset(name.name for name in self.names)

    def standing(self, catalog: Catalog, position: int) -> Catalog:
        """The catalog that the run at the position meets, with those tables in it."""
        missing = _unknown(self.since, catalog)
        tables = [
            Table(name, open=True, absent=frozenset(self.added.get(name, ())))
            for name, since in self.since.items()
            if since <= position and name in missing
        ]
        for name, columns in self.added.items():
            table = catalog.tables.get(name)
            if table is not None and table.open:
                absent = table.absent | {column for column in columns if table.column(column) is None}
                tables.append(replace(table, absent=absent))
        return _with_tables(catalog, tables)

    def note(self, visits: Iterable[Visit], position: int) -> None:
        """Learn from what the run at the position does."""
        for visit in visits:
            for written in _named(visit.change):
                if written.name not in self._simple:
                    continue
                for name in _unknown((n for n in self.names if n.name == written.name), visit.before):
                    if _may_mean(written, name, visit.before) and name not in self.since:
                        self.since[name] = position + 1 if _makes(visit, name) else 0
            self._note_column(visit)

    def _note_column(self, visit: Visit) -> None:
        table = getattr(visit.change, "table", None)
        if not isinstance(table, Name):
            return
        name = visit.before.resolve(table)
        match visit.change:
            case AddColumn(column=column, if_not_exists=False):
                new = column.name
            case RenameColumn(column=old, to=to):
                self._met.add((name, old))
                new = to
            case change:
                met = getattr(change, "column", None)
                if isinstance(met, str):
                    self._met.add((name, met))
                return
        if name in self.since and (name, new) not in self._met:
            self.added.setdefault(name, set()).add(new)
        self._met.add((name, new))


def _may_mean(written: Name, name: Name, catalog: Catalog) -> bool:
    """Whether the statement's name means the relation; without a schema it may stand anywhere on the search_path."""
    if written.name != name.name:
        return False
    return written.schema == name.schema or (written.schema is None and name.schema in catalog.search_path)


def _named(change: Change) -> Iterator[Name]:
    """The relations and whatever else the change names as something that is there."""
    if isinstance(change, Opaque):
        yield from change.names or ()
        return
    if isinstance(change, CreateIndex):
        yield change.index.table
    if isinstance(change, CreateTable):
        parents = (change.table.partition_of, *change.table.inherits, *(source for source, _ in change.like))
        yield from (parent for parent in parents if parent is not None)
    for one in fields(change):
        value = getattr(change, one.name)
        if isinstance(value, Name):
            yield value


def _makes(visit: Visit, name: Name) -> bool:
    """Whether a statement that can't be read says that it makes the table."""
    if not isinstance(visit.change, Opaque):
        return False
    made = (
        rf'\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:"?\w+"?\s*\.\s*)?"?{re.escape(name.name)}\b'
    )
    return re.search(made, visit.step.statement.sql, re.IGNORECASE) is not None
