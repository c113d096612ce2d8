"""What contracts declare against what a server has seen: who reads without a contract, and what nobody reads."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.observed import Accesses, accesses
from schemaguard.sql.queries.traced import Source, Untraceable


@dataclass(frozen=True, slots=True)
class ObservedStatement:
    """One statement as pg_stat_statements counts it; `path` is the search_path that its role begins with.

    The text is empty where the server has lost it.
    """

    id: int
    role: str
    text: str
    calls: int
    path: tuple[str, ...] = ("public",)


@dataclass(frozen=True, slots=True)
class Log:
    """All that pg_stat_statements knows of one database, and the catalog that it is read over."""

    statements: tuple[ObservedStatement, ...]
    catalog: Catalog
    since: datetime | None = None
    evictions: int = 0
    """How often the server has thrown away its least executed statements to make room."""
    is_nested: bool = False
    """Whether statements inside of functions are recorded, too."""


@dataclass(frozen=True, slots=True)
class ObservedReading:
    """What one role reads of one table, in all its statements that the same contracts cover.

    `contracts` are those that declare all that such a statement names of the table; empty where none does. `strangers`
    are the columns that no contract at all declares to read.
    """

    role: str
    table: Name
    columns: tuple[str, ...]
    contracts: tuple[str, ...]
    strangers: tuple[str, ...]
    calls: int
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Columns of a table that a contract declares to read and no statement has named."""

    contract: str
    table: Name
    columns: tuple[str, ...]
    is_whole: bool
    """Whether the table wasn't read at all."""
    is_certain: bool
    """False where a statement that couldn't be read may have read them."""


@dataclass(frozen=True, slots=True)
class UnreadableStatement:
    """A statement about tables under contract whose reads can't be shown; `tables` is empty where it has no text."""

    id: int
    role: str
    tables: tuple[str, ...]
    """The names of those tables, and of views over them, that stand in its text."""
    reason: str
    calls: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, over how many statements; the undeclared readings stand first."""

    readings: tuple[ObservedReading, ...]
    unread: tuple[Unread, ...]
    unreadable: tuple[UnreadableStatement, ...]
    statements: int
    since: datetime | None
    evictions: int
    is_nested: bool

    @property
    def undeclared(self) -> tuple[ObservedReading, ...]:
        """The readings that no contract covers."""
        return tuple(reading for reading in self.readings if not reading.contracts)


def observe(log: Log, contracts: Sequence[tuple[str, Contract]]) -> Observation:
    """Compare what was run with what (name, contract) pairs declare; only those in their windows belong here."""
    declared = [_declared(name, contract, log.catalog) for name, contract in contracts]
    wanted = frozenset(table for each in declared for table in each.tables)
    named = _naming(wanted, log.catalog)
    catalogs: dict[tuple[str, ...], Catalog] = {}
    seen: list[tuple[ObservedStatement, Accesses]] = []
    unreadable: list[UnreadableStatement] = []
    for statement in log.statements:
        if not statement.text:
            lost = "the server has lost its text"
            unreadable.append(UnreadableStatement(statement.id, statement.role, (), lost, statement.calls))
            continue
        about = named.in_text(statement.text)
        if not about:
            continue
        over = catalogs.setdefault(statement.path, replace(log.catalog, search_path=statement.path))
        try:
            seen.append((statement, _at_home(accesses(statement.text, over), log.catalog)))
        except Untraceable as error:
            unreadable.append(UnreadableStatement(statement.id, statement.role, about, str(error), statement.calls))
    return Observation(
        readings=_readings(seen, declared, wanted),
        unread=tuple(_unread(contracts, seen, unreadable, log.catalog)),
        unreadable=tuple(unreadable),
        statements=len(log.statements),
        since=log.since,
        evictions=log.evictions,
        is_nested=log.is_nested,
    )


@dataclass(frozen=True, slots=True)
class _Declared:
    """What one contract declares, views followed to their tables."""

    name: str
    reads: frozenset[Source]
    tables: frozenset[Name]
    written: Mapping[Name, frozenset[str]]

    def covers(self, table: Name, columns: frozenset[str], access: Accesses) -> bool:
        """Whether it declares these columns of the table; a writer may name those that it writes, too."""
        own = {column for name, column in self.reads if name == table}
        is_writer = table in access.writes and table in self.written
        if table not in self.tables or (not own and not is_writer):
            return False
        return columns <= own | (self.written[table] if is_writer else frozenset())


def _declared(name: str, contract: Contract, catalog: Catalog) -> _Declared:
    reads: set[Source] = set()
    written: dict[Name, frozenset[str]] = {}
    tables: set[Name] = set()
    for part in contract.tables:
        table = _home(catalog.resolve(part.table), catalog)
        tables.add(table)
        columns = frozenset(promise.column for promise in part.promises)
        if part.access == "write":
            written[table] = columns
            continue
        reads.update((table, column) for column in columns)
        below = _below(table, columns, catalog)
        reads |= below
        tables.update(name for name, _ in below)
    return _Declared(name, frozenset(reads), frozenset(tables), written)


def _below(view: Name, columns: frozenset[str], catalog: Catalog) -> frozenset[Source]:
    """What reading these columns of a view reads of other relations; nothing for a table."""
    if view not in catalog.views or not columns:
        return frozenset()
    query = f"select {', '.join(map(_quoted, sorted(columns)))} from {_quoted(view.schema or '')}.{_quoted(view.name)}"  # noqa: S608 - it is traced, not run, and every name is quoted
    try:
        return trace(query, catalog).reads
    except Untraceable:
        return frozenset()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _home(name: Name, catalog: Catalog) -> Name:
    """The partitioned table that a partition belongs to; another relation is its own."""
    while (table := catalog.tables.get(name)) is not None and table.partition_of is not None:
        name = catalog.resolve(table.partition_of)
    return name


def _at_home(found: Accesses, catalog: Catalog) -> Accesses:
    return Accesses(
        frozenset((_home(name, catalog), column) for name, column in found.reads),
        frozenset(_home(name, catalog) for name in found.relations),
        frozenset(_home(name, catalog) for name in found.writes),
    )


@dataclass(frozen=True, slots=True)
class _Naming:
    """Finds the names of relations in a text, cheaply: most statements are about something else."""

    pattern: re.Pattern[str] | None

    def in_text(self, text: str) -> tuple[str, ...]:
        """The names that stand in it; also `U&"…"`, behind which any of them may hide."""
        return tuple(sorted({name.lower() for name in self.pattern.findall(text)})) if self.pattern else ()


def _naming(wanted: frozenset[Name], catalog: Catalog) -> _Naming:
    if not wanted:
        return _Naming(None)
    names = {name.name for name in wanted}
    names |= {
        name.name for name, table in catalog.tables.items() if table.partition_of and _home(name, catalog) in wanted
    }
    grown = True
    while grown:
        over = {
            name.name
            for name, view in catalog.views.items()
            if view.columns is None or any(relation.name in names for relation, _ in view.reads)
        }
        grown, names = not over <= names, names | over
    spelled = sorted((re.escape(name.replace('"', '""')) for name in names), key=len, reverse=True)
    return _Naming(re.compile(rf'(?<!\w)(?:{"|".join(spelled)})(?!\w)|\bU&"', re.IGNORECASE))


def _readings(
    seen: Iterable[tuple[ObservedStatement, Accesses]], declared: Sequence[_Declared], wanted: frozenset[Name]
) -> tuple[ObservedReading, ...]:
    known = frozenset(source for each in declared for source in each.reads)
    found: dict[tuple[str, Name, tuple[str, ...]], ObservedReading] = {}
    for statement, access in seen:
        for table in access.relations & wanted:
            columns = frozenset(column for name, column in access.reads if name == table)
            covering = tuple(each.name for each in declared if each.covers(table, columns, access))
            strangers = () if covering else sorted(column for column in columns if (table, column) not in known)
            key = (statement.role, table, covering)
            before = found.get(key, ObservedReading(statement.role, table, (), covering, (), 0, ()))
            found[key] = replace(
                before,
                columns=tuple(sorted({*before.columns, *columns})),
                strangers=tuple(sorted({*before.strangers, *strangers})),
                calls=before.calls + statement.calls,
                statements=(*before.statements, statement.id),
            )
    return tuple(sorted(found.values(), key=lambda each: (bool(each.contracts), each.role, str(each.table))))


def _unread(
    contracts: Sequence[tuple[str, Contract]],
    seen: Sequence[tuple[ObservedStatement, Accesses]],
    unreadable: Sequence[UnreadableStatement],
    catalog: Catalog,
) -> Iterator[Unread]:
    read = frozenset(source for _, access in seen for source in access.reads)
    relations = frozenset(name for _, access in seen for name in access.relations)
    doubtful = {name for each in unreadable for name in each.tables}
    is_any_lost = any(not each.tables for each in unreadable)
    for name, contract in contracts:
        for part in contract.tables:
            if part.access != "read":
                continue
            table = _home(catalog.resolve(part.table), catalog)
            columns = tuple(each.column for each in part.promises if (table, each.column) not in read)
            is_whole = table not in relations
            if columns or is_whole:
                is_certain = not is_any_lost and not {table.name.lower(), 'u&"'} & doubtful
                yield Unread(name, table, columns, is_whole, is_certain)
