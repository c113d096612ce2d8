"""What a revision changes or deletes of promised rows is kept, from the statement on that does it until it has run."""

from schemaguard.adapters.control import captured
from schemaguard.adapters.control.guarded_run import GuardedRun
from schemaguard.adapters.control.writing_down import Changes
from schemaguard.applying.decision import Part
from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import replace
from schemaguard.sql.writing.identifiers import written

_BEGIN = """\
select schemaguard.begin_capture(c.oid, %s) from pg_class c where c.oid = to_regclass(%s) and c.relkind in ('r', 'p')
    and exists (select from schemaguard.promise p where p.kind = 'promised')"""
_IS_PROMISED = "select exists (select from schemaguard.promised_columns(to_regclass(%s)::oid))"
_OF_ROWS = c.UpdateRows | c.DeleteRows | c.TruncateTable
_KINDS = frozenset({"UpdateRows", "DeleteRows", "TruncateTable"})


class RowKeeper:
    """The tables whose rows are kept in the revision that runs."""

    def __init__(self, run: GuardedRun) -> None:
        self._run = run
        self._is_there = captured.is_there(run.raw)
        self._kept: set[Name] = set()
        self._inserted: set[Name] = set()

    def start_transaction(self) -> None:
        """The revision starts, perhaps not for the first time."""
        self._kept, self._inserted = set(), set()

    def begin(self, sql: str, changes: Changes) -> None:
        """A statement comes next: what it changes of promised rows is kept. RefusedError where it can't be."""
        # In an autocommit block each statement is a transaction of its own, and a downgrade has no way back.
        is_possible = self._is_there and self._run.running.is_upgrade and not self._run.raw.autocommit
        if is_possible and not _restarts_numbers(changes):
            for table in sorted({each.table for each in changes if isinstance(each, _OF_ROWS)}, key=str):
                if not self._is_given_up(table):
                    self._refuse_own_rows(table, changes)
                    self._begin(table, sql, changes)
        self._inserted |= {self._run.live().resolve(each.table) for each in changes if isinstance(each, c.InsertRows)}

    def part(self, part: Part) -> Part:
        """What is written down of a change: rows that are kept come back, after a look at each of them."""
        is_kept = part.kind in _KINDS and bool(part.tables) and set(part.tables) <= self._kept
        return replace(part, inverse=(), inverse_class="slow") if is_kept else part

    def ending(self) -> tuple[str, ...]:
        """What is sent when the revision has run."""
        return ("select schemaguard.end_capture()",) if self._kept else ()

    def refuse_retype(self, change: c.RetypeColumn) -> None:
        """RefusedError where rows of before a revision are kept of a column that is to get another type."""
        if self._is_there:
            captured.refuse_retype(self._run.raw, written(change.table), change.column)

    def _is_given_up(self, table: Name) -> bool:
        name = self._run.live().resolve(table)
        return any(loss.covers(name.schema or "public", name.name, None) for loss in self._run.running.losses)

    def _begin(self, table: Name, sql: str, changes: Changes) -> None:
        def begin() -> bool:
            with self._run.oracle.briefly():
                asked = (self._run.running.revision, written(table))
                row = self._run.raw.execute(_BEGIN, asked).fetchone()
            return bool(row and row[0])

        if self._run.patience.run(sql, changes, begin):
            self._kept.add(self._run.live().resolve(table))

    def _refuse_own_rows(self, table: Name, changes: Changes) -> None:
        """Rows that the revision has inserted before anything was kept can't be told from those of before it."""
        name = self._run.live().resolve(table)
        deletes = any(isinstance(each, c.DeleteRows | c.TruncateTable) and each.table == table for each in changes)
        if deletes and name in self._inserted and name not in self._kept and self._is_promised(table):
            raise RefusedError(
                f"rows of {name} are deleted after the same revision has inserted some: nothing tells these apart",
                next="delete first, or insert in a revision of its own",
            )

    def _is_promised(self, table: Name) -> bool:
        row = self._run.raw.execute(_IS_PROMISED, (written(table),)).fetchone()
        return bool(row and row[0])


def _restarts_numbers(changes: Changes) -> bool:
    """Whether numbers are given out again that rows have which would come back."""
    return any(isinstance(each, c.TruncateTable) and each.restarts_identity for each in changes)
