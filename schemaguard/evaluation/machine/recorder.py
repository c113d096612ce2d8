"""What a revision sends while it is evaluated: each statement becomes a step, and the catalog follows."""

import ast
import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import exc

from schemaguard.catalog.changes import (
    AddConstraint,
    Change,
    ControlTransaction,
    InsertRows,
    Opaque,
    Unreadable,
    UpdateRows,
)
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.evaluation.database.connection import RecordingConnection, SentStatement
from schemaguard.evaluation.database.dialect import CatalogDialect, catalog_dialect
from schemaguard.evaluation.machine.budget import Exhausted
from schemaguard.evaluation.machine.standpoint import CallSite, Standpoint
from schemaguard.evaluation.values.holes import HOLE, PLACEHOLDER, filled, has_hole, shown
from schemaguard.evaluation.values.objects import NOTHING, Raised, Unknown, Unsupported, Value
from schemaguard.finding import Place
from schemaguard.history.absence import finds_nothing
from schemaguard.history.folding import fold, is_refusal
from schemaguard.history.revision import Step
from schemaguard.history.undoing import Undoing, undone
from schemaguard.sql.reading.confirming import confirmed
from schemaguard.sql.reading.statement import Statement
from schemaguard.sql.reading.translate import translate

T = TypeVar("T")
MOST_STATEMENTS = 3_000
_RESULT = Unknown("what a query finds isn't known")
_FREE_TEXT = frozenset(
    {"comment", "default", "definition", "body", "option", "expression", "using", "reason", "value", "generated",
     "predicate", "text", "query", "bound", "where"}
)  # fmt: skip
"""Parts of a change that name nothing: a hole in them leaves the rest of the change certain."""
_ASSIGNED = frozenset({"default", "expression"})
_LITERAL_WITH_HOLE = re.compile(rf"'(?:[^']|'')*{PLACEHOLDER}(?:[^']|'')*'")
_CONSTRAINTS_A_UNIT = 8
_State = tuple[Catalog, int, bool, Catalog, Undoing]
"""Where a branch starts, and where it ends."""
_ENDING = ("COMMIT", "ROLLBACK", "COMMIT PREPARED", "ROLLBACK PREPARED")


def _looked_through(change: Change, catalog: Catalog) -> int:
    """The constraints that are there when one is added: each is looked at for what the new one may be called."""
    table = catalog.tables.get(catalog.resolve(change.table)) if isinstance(change, AddConstraint) else None
    return len(table.constraints) // _CONSTRAINTS_A_UNIT if table is not None else 0


def name_of(name: object, schema: object) -> Name:
    """The name that a library was given, whatever it was given."""
    return Name(str(name), str(schema) if isinstance(schema, str) else None)


class Recorder:
    """The database that evaluated code believes to have: real compilers in front, a catalog behind."""

    def __init__(self, catalog: Catalog, postgresql: int, options: Mapping[str, Any], standpoint: Standpoint) -> None:
        self.catalog = catalog
        self.steps: list[Step] = []
        self.transaction = 0
        self.is_open = False
        """Whether something was sent in the transaction that is going on."""
        self.at_begin = catalog
        self.undoing = Undoing()
        self.is_read = False
        """Whether a session has read objects, so that giving one another value may be a write."""
        self.names_read: frozenset[Name] | None = frozenset()
        """The tables whose rows a session has read, None where they could be any."""
        self.is_stopped = False
        """Whether only the reason is missing why nothing more comes."""
        self.standpoint = standpoint
        self.site: CallSite | None = None
        """The place of a statement that is sent later than it was written, as those of a batch are."""
        self.dialect: CatalogDialect = catalog_dialect(lambda: self.catalog, postgresql)
        self.connection = RecordingConnection(self.dialect, self._send, self)
        self.context = MigrationContext(
            self.dialect, self.connection, {"as_sql": False, "transactional_ddl": True, **options}
        )
        self.operations = Operations(self.context)

    # Calls into libraries

    def guarded(self, act: Callable[[], T]) -> T:
        """Call into a library; what it raises is raised as the evaluated code would see it."""
        try:
            return act()
        except (Raised, Exhausted, Unsupported):
            raise
        except (RecursionError, MemoryError) as error:
            raise Exhausted(f"a library gave up: {type(error).__name__}") from error
        except Exception as error:
            raise Raised(error) from error

    def attempted(self, act: Callable[[], T], what: str) -> T | Unknown:
        """Call into a library; outside of a `try`, what it raises only leaves the result unknown.

        A migration that is in use doesn't fail: where a library refuses, it is because something wasn't known.
        """
        try:
            return self.guarded(act)
        except Raised as raised:
            if self.standpoint.trying:
                raise
            return Unknown(f"{what} can't be made: {raised.message}")

    def entered(self, value: Value) -> None:
        """A library's context manager was entered: what a batch gathers keeps the places where it was written."""
        if isinstance(value, BatchOperations):
            value.impl.batch = _PlacedBatch(self)

    def left(self, manager: AbstractContextManager[object], value: Value) -> None:
        """A library's context manager is left: a batch sends what it has gathered."""
        try:
            self.guarded(lambda: manager.__exit__(None, None, None))
        except Raised as raised:
            if self.standpoint.trying or not isinstance(value, BatchOperations):
                raise
            names = frozenset({name_of(value.impl.table_name, value.impl.schema)})
            self.opaque(f"a batch can't be compiled: {raised.message}", None, names)

    # Statements

    def _send(self, sent: SentStatement) -> Value:
        self.statement(sent.sql, sent.parameters, many=sent.many)
        return _RESULT

    def statement(self, sql: str, parameters: object = None, *, many: bool = False) -> None:
        """Record one statement. Raises Raised where the server would refuse it and the code would catch that."""
        sql = self.standpoint.holes.presumed(sql, self.standpoint.deployment)
        changes = translate(filled(sql).strip(), has_holes=has_hole(sql))
        if has_hole(sql):
            changes = tuple(_with_open_defaults(change) for change in self._as_far_as_known(sql, changes))
        else:
            changes = confirmed(sql.strip(), changes)
        text = shown(sql).strip()
        self._record(text, changes, None if not parameters else _plain(parameters), many=many)

    def _as_far_as_known(self, sql: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """The changes of a statement with holes; opaque where they need one to be known."""
        if any(isinstance(change, Unreadable) for change in changes):
            # A hole may stand for a word of the grammar, or for none.
            without = translate(HOLE.sub(" ", sql).strip(), has_holes=True)
            names: Any = None if any(isinstance(one, Unreadable | Opaque) for one in without) else _known(without)
        else:
            changes = tuple(map(_without_open_values, changes))
            names = _named_by_holes(changes)
        if names is NOTHING:
            return changes
        return (Opaque(f"not all of the statement is known: {self._reason(sql)}", names),)

    def opaque(self, reason: str, node: ast.expr | None, names: frozenset[Name] | None = None) -> None:
        """Record that something runs which can't be understood, at the call that is going on or at a node."""
        site = self._site()
        if node is not None and site is not None:
            site = replace(site, node=node)
        self._record("", (Opaque(reason, names),), None, many=False, site=site)

    def changed(self, sql: str, changes: tuple[Change, ...]) -> None:
        """Record a statement whose changes are known better than its text."""
        self._record(sql, changes, None, many=False)

    def _record(
        self,
        sql: str,
        changes: tuple[Change, ...],
        parameters: object,
        *,
        many: bool,
        site: CallSite | None = None,
    ) -> None:
        standpoint = self.standpoint
        before = self.catalog
        changes, after = (changes, before) if finds_nothing(sql, changes, before) else fold(changes, before)
        if standpoint.trying and is_refusal(changes[-1]):
            refused = changes[-1]
            assert isinstance(refused, Opaque)
            raise Raised(exc.ProgrammingError(sql, None, Exception(refused.reason)))
        if len(self.steps) >= MOST_STATEMENTS and not self.is_stopped:
            raise Exhausted(f"it sends more than {MOST_STATEMENTS:,} statements")
        if looked_through := sum(_looked_through(change, after) for change in changes):
            standpoint.budget.labour(looked_through)
        autocommit = self.connection.is_autocommit
        if autocommit and self.is_open:
            self._end()
        if not self.is_open:
            self.at_begin = before
            self.undoing.begins(len(self.steps))
        place, source, comments = self._place(site or self._site())
        self.catalog = after
        undoes, is_ended = self._controls(changes, before)
        self.steps.append(
            Step(
                statement=Statement(
                    sql or f"-- {' '.join((source or 'the whole file').split())}", place, comments, source
                ),
                changes=changes,
                before=self.catalog if undoes else before,
                after=self.catalog,
                transaction=self.transaction,
                autocommit=autocommit,
                conditional=standpoint.conditional > 0,
                parameters=parameters,
                many=many,
                comments=comments,
            )
        )
        self.is_open = True
        if autocommit or is_ended:
            self._end()

    def _controls(self, changes: tuple[Change, ...], before: Catalog) -> tuple[bool, bool]:
        """Whether the statement undoes what has run, and whether it ends the transaction."""
        change = changes[0] if len(changes) == 1 else None
        if not isinstance(change, ControlTransaction):
            return False, False
        undoes_from = self.undoing.noted(change, len(self.steps))
        left = self.at_begin if change.action == "ROLLBACK" else self.catalog
        undoes = undoes_from is not None and self._undo(undoes_from, left)
        if undoes_from is not None and not undoes:
            self.catalog = before
        return undoes, change.action in _ENDING

    def _undo(self, first: int, left: Catalog) -> bool:
        """The steps from one on are undone, if it is certain that this runs; whether it is.

        A rollback that may not run undoes nothing: what it would undo has to be judged.
        """
        if self.standpoint.conditional:
            return False
        self.catalog = left
        self.steps[first:] = undone(self.steps[first:], left)
        return True

    def mark(self) -> tuple[int, Catalog]:
        """Where a transaction within the transaction begins."""
        return len(self.steps), self.catalog

    def go_back(self, mark: tuple[int, Catalog] | None = None) -> None:
        """The code rolls back to a mark, or to where the transaction began."""
        if mark is not None:
            self._undo(*mark)
        elif self.is_open:
            self._undo(self.undoing.begun, self.at_begin)
            self._end()

    def _end(self) -> None:
        """The transaction is over, and the next statement starts another."""
        if self.catalog.session_path is not None:
            self.catalog = replace(self.catalog, search_path=self.catalog.session_path, session_path=None)
        self.transaction += 1
        self.is_open = False

    def read(self, names: frozenset[Name] | None) -> None:
        """A session reads objects that are rows of these tables, None where they could be of any."""
        self.is_read = True
        self.names_read = None if names is None or self.names_read is None else self.names_read | names

    def commit(self) -> None:
        """The code commits what it has sent so far."""
        if self.is_open:
            self._end()

    # Places

    def _site(self) -> CallSite | None:
        if self.site is not None:
            return self.site
        return self.standpoint.sites[-1] if self.standpoint.sites else None

    def _place(self, site: CallSite | None) -> tuple[Place, str | None, tuple[str, ...]]:
        if site is None:
            return Place("", 1), None, ()
        place = Place(site.module.file, site.node.lineno, site.node.col_offset + 1)
        comments = [one.module.comments_beside(one.node) for one in (*self.standpoint.sites, site)]
        return place, site.module.segment(site.node), tuple(dict.fromkeys(text for one in comments for text in one))

    def _reason(self, sql: str) -> str:
        return self.standpoint.holes.reason(sql)

    # Branches

    def fork(
        self, first: Callable[[], Value], second: Callable[[], Value]
    ) -> tuple[Callable[[], Value], Callable[[], Value]]:
        """Let both start from the same catalog, and leave the catalog of where they meet."""
        start = self._state()
        ended: list[tuple[Value, _State]] = []

        def run_first() -> Value:
            result = first()
            ended.append((result, self._state()))
            self._resume(start)
            return result

        def run_second() -> Value:
            result = second()
            left_result, left = ended[0]
            if result is NOTHING:
                self._resume(left)
            elif left_result is not NOTHING:
                self.catalog = met(start[0], left[0], self.catalog)
                self.transaction = max(left[1], self.transaction)
                self.is_open = self.is_open or left[2]
            return result

        return run_first, run_second

    def _state(self) -> _State:
        return self.catalog, self.transaction, self.is_open, self.at_begin, self.undoing.copied()

    def _resume(self, state: _State) -> None:
        self.catalog, self.transaction, self.is_open, self.at_begin, undoing = state
        self.undoing = undoing.copied()


def met(start: Catalog, left: Catalog, right: Catalog) -> Catalog:
    """The catalog where two sides of a branch meet: the one that was changed, what differs between two being unsure."""
    if left is right or left in (start, right):
        return right
    if right == start:
        return left
    opaque = max(left.opaque, right.opaque)
    left = replace(left, assumed=left.assumed | right.assumed)
    if left.clouded is None or right.clouded is None:
        return replace(left, clouded=None, opaque=opaque)
    return replace(left, clouded=left.clouded | right.clouded | frozenset(_differing(left, right)), opaque=opaque)


def _differing(left: Catalog, right: Catalog) -> Iterator[Name]:
    pairs: tuple[tuple[Mapping[Name, Any], Mapping[Name, Any]], ...] = (
        (left.tables, right.tables),
        (left.views, right.views),
    )
    for one, other in pairs:
        if isinstance(one, PersistentMap) and isinstance(other, PersistentMap):
            yield from one.differing(other)
        else:
            yield from (name for name in {*one, *other} if one.get(name) != other.get(name))


class _PlacedBatch(list[Any]):
    """What a batch of operations gathers; each one is sent from the place where it was written."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._sites: list[CallSite | None] = []

    def append(self, operation: Any) -> None:
        """Gather an operation, and where it was written."""
        self._sites.append(self._recorder._site())
        super().append(operation)

    def __iter__(self) -> Iterator[Any]:
        for operation, site in zip(super().__iter__(), self._sites, strict=True):
            self._recorder.site = site
            try:
                yield operation
            finally:
                self._recorder.site = None


# Holes in statements


def _with_open_defaults(value: Any) -> Any:
    """A change in which a literal with a hole, which a column gets, is an expression: it may be input for any type."""
    if isinstance(value, tuple):
        return tuple(_with_open_defaults(one) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    parts = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
    opened = {
        name: _LITERAL_WITH_HOLE.sub(f"{PLACEHOLDER}0", part)
        if name in _ASSIGNED and isinstance(part, str)
        else _with_open_defaults(part)
        for name, part in parts.items()
    }
    changed = {name: part for name, part in opened.items() if part is not parts[name] and part != parts[name]}
    return replace(value, **changed) if changed else value


def _named_by_holes(changes: tuple[Change, ...]) -> Any:
    """The relations that are known of changes which need a hole to be known; NOTHING where none does."""
    if not any(_needs_hole(change) for change in changes):
        return NOTHING
    return _known(changes)


def _without_open_values(change: Change) -> Change:
    """Rows whose values have a hole hold what nobody knows."""
    match change:
        case InsertRows(values=values) if _needs_hole(values):
            return replace(change, values=())
        case UpdateRows(values=values) if _needs_hole(values):
            return replace(change, values=())
        case _:
            return change


def _known(changes: tuple[Change, ...]) -> frozenset[Name] | None:
    """The relations that changes name, None where one of them isn't known."""
    names = {name for change in changes for name in _names(change)}
    known = frozenset(name for name in names if PLACEHOLDER not in name.name and PLACEHOLDER not in (name.schema or ""))
    return known if known and len(known) == len(names) else None


def _needs_hole(value: object) -> bool:
    if isinstance(value, str):
        return PLACEHOLDER in value
    if isinstance(value, Mapping):
        return any(_needs_hole(part) for pair in value.items() for part in pair)
    if isinstance(value, Sequence | frozenset | set):
        return any(_needs_hole(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return any(_needs_hole(getattr(value, one.name)) for one in fields(value) if one.name not in _FREE_TEXT)
    return False


def _names(value: object) -> Iterator[Name]:
    if isinstance(value, Name):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for part in value:
            yield from _names(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _names(getattr(value, one.name))


def _plain(value: object) -> object:
    """Parameters as they can be shown and kept: plain values, three dots for what isn't known."""
    match value:
        case str():
            return shown(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Unknown():
            return "…"
        case datetime.datetime() | datetime.date():
            return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return shown(str(value)) if isinstance(value, object) and type(value).__module__ == "uuid" else "…"
