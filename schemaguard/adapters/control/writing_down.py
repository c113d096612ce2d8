"""What a migration changes is written down with its inverse, while it runs."""

from collections.abc import Mapping
from typing import Any

import psycopg

from schemaguard.adapters.control import changes as journal
from schemaguard.adapters.postgres import introspect
from schemaguard.applying.acknowledgement import Loss
from schemaguard.applying.decision import Part, parts_of
from schemaguard.catalog import changes as c
from schemaguard.catalog.apply import apply
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace
from schemaguard.history.declared_fill import DeclaredFill

Connection = psycopg.Connection[tuple[Any, ...]]
Changes = tuple[c.Change, ...]

_INDEX = """\
select pg_get_indexdef(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = coalesce(%s, 'public') and c.relname = %s and c.relkind = 'i'"""
_VIEW_SCHEMAS = "select view_schema from schemaguard.contract"
_SILENT = (c.NoEffect, c.SetSetting, c.ControlTransaction, c.LockTable, c.SetComment)


class Running:
    """The revision that is being applied, in which direction, what it stands on (None: that isn't known), what it says
    that it loses, and what it declares that rows without a value get.
    """

    def __init__(
        self,
        revision: str = "",
        is_upgrade: bool = True,
        parents: tuple[str, ...] | None = None,
        losses: tuple[Loss, ...] = (),
        fills: tuple[DeclaredFill, ...] = (),
    ) -> None:
        self.revision = revision
        self.is_upgrade = is_upgrade
        self.parents = parents
        self.losses = losses
        self.fills = fills
        self.is_recorded = False


class LiveSchema:
    """The catalog as the inverses need it: read once, then changed as the statements change it.

    It decides nothing: what a statement loses, the server says. It is read again after what can't be followed.
    """

    def __init__(self, connection: Connection, *, is_installed: bool) -> None:
        self._connection = connection
        self._is_installed = is_installed
        self._catalog: Catalog | None = None
        self._foreseen: list[tuple[c.Change, Catalog, Catalog]] = []

    def __call__(self) -> Catalog:
        """The catalog now, with the session's search_path."""
        if self._catalog is None:
            row = self._connection.execute("select current_schemas(false)").fetchone()
            found = introspect.read_catalog(self._connection)
            ours = {each[0] for each in self._connection.execute(_VIEW_SCHEMAS)} if self._is_installed else set()
            self._catalog = replace(
                found,
                search_path=tuple(row[0]) if row and row[0] else ("public",),
                # Contract views follow whatever a migration does, and stand in the way of nothing.
                views=PersistentMap({name: view for name, view in found.views.items() if name.schema not in ours}),
            )
        return self._catalog

    def foresee(self, change: c.Change, catalog: Catalog) -> Catalog:
        """The catalog after a change of the next statement, kept for when it has run; Refusal as of `apply`."""
        after = apply(change, catalog)
        self._foreseen.append((change, catalog, after))
        return after

    def forget(self) -> None:
        """Something happened that can't be followed."""
        self._catalog = None
        self._foreseen = []

    def follow(self, changes: Changes) -> None:
        """The statement has run."""
        catalog, foreseen, self._foreseen = self._catalog, self._foreseen, []
        if catalog is None:
            return
        try:
            for change in changes:
                if isinstance(change, c.Opaque | c.Unreadable | c.SetSetting):
                    self._catalog = None
                    return
                known = (after for of, before, after in foreseen if of is change and before is catalog)
                catalog = next(known, None) or apply(change, catalog)
        except Refusal:
            self._catalog = None
            return
        self._catalog = catalog


class WritingDown:
    """The journal of one run of migrations; it writes nothing where there is no control schema.

    `is_gathering`: what is let through is written down together, when the revision has run or `write_gathered` is
    called. Whoever asks for it says so before each commit and savepoint, and `forget_gathered` after each rollback.
    """

    def __init__(
        self, connection: Connection, live: LiveSchema, *, is_installed: bool, is_gathering: bool = False
    ) -> None:
        self._connection = connection
        self._live = live
        self._is_installed = is_installed
        self._is_gathering = is_gathering
        self._gathered: list[journal.Applied] = []

    def parts(self, running: Running, changes: Changes) -> tuple[Part, ...]:
        """What of a statement will be written down, told before it runs."""
        if not self._is_installed or not running.is_upgrade or all(isinstance(each, _SILENT) for each in changes):
            return ()
        return tuple(self._spelled(part) for part in parts_of(changes, self._live(), self._live.foresee))

    def _spelled(self, part: Part) -> Part:
        if part.dropped_index is None:
            return part
        row = self._connection.execute(_INDEX, (part.dropped_index.schema, part.dropped_index.name)).fetchone()
        return replace(part, inverse=(row[0],), inverse_class="slow") if row else part

    def write(
        self, running: Running, statement: str, part: Part, performed: tuple[str, ...], number: int | None = None
    ) -> int:
        """Write one change down, behind what was gathered before it; its number."""
        self.write_gathered()
        running.is_recorded = True
        return journal.write_applied(self._connection, number, _applied(running, statement, part, performed))

    def gather(self, running: Running, statement: str, part: Part) -> None:
        """Write one change down soon: at once in an autocommit block, where nothing takes it back."""
        if not self._is_gathering or self._connection.autocommit:
            self.write(running, statement, part, (statement,))
            return
        running.is_recorded = True
        self._gathered.append(_applied(running, statement, part, (statement,)))

    def write_gathered(self) -> None:
        """Write down what was gathered."""
        gathered, self._gathered = self._gathered, []
        for text in journal.writing(gathered):
            self._connection.execute(text.encode())

    def forget_gathered(self) -> None:
        """What was done since the last commit or savepoint is taken back."""
        self._gathered = []

    def closing(self, running: Running, statement: str) -> tuple[str, ...]:
        """What is sent when the revision has run: an upgrade is applied even if it did nothing, a downgrade undone."""
        if not self._is_installed:
            return ()
        gathered, self._gathered = self._gathered, []
        if not running.is_upgrade:
            return (*journal.writing(gathered), journal.undoing(running.revision))
        if not running.is_recorded:
            gathered.append(_applied(running, statement, Part("MovesVersion"), (statement,)))
            running.is_recorded = True
        return journal.writing(gathered)

    def retiring(self, running: Running, statement: str, what: tuple[Name, str | None]) -> Mapping[str, Any] | None:
        """What is written down when a (table, column or None) is retired, behind what was gathered before it."""
        if not running.is_upgrade:
            return None
        self.write_gathered()
        running.is_recorded = True
        return journal.document(_applied(running, statement, _retired_part(*what), (statement,)))

    def retired(
        self, running: Running, statement: str, what: tuple[Name, str | None, str], kind: str = ""
    ) -> int | None:
        """A (table, column or None) was retired instead of lost, and its way back costs that; its number."""
        table, column, cls = what
        if not running.is_upgrade:
            return None
        part = _retired_part(table, column)
        # The class is the server's word.
        part = replace(part, kind=kind or part.kind, inverse_class=cls)  # type: ignore[arg-type]
        return self.write(running, statement, part, (statement,))


def _retired_part(table: Name, column: str | None) -> Part:
    return Part("DropColumn" if column else "DropTable", (table,), None, ())


def _applied(running: Running, statement: str, part: Part, performed: tuple[str, ...]) -> journal.Applied:
    return journal.Applied(
        running.revision, running.parents, statement, performed, (part.kind,), part.tables, part.adds, part.inverse,
        part.inverse_class,
    )  # fmt: skip
