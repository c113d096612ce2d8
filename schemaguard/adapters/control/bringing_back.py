"""A downgrade gets back what its upgrade had retired, instead of an empty column or table beside it."""

from typing import Any

import psycopg
from psycopg import sql

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Constraint, ForeignKey, Name, PrimaryKey, Unique
from schemaguard.errors import RefusedError
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import quote, written

Connection = psycopg.Connection[tuple[Any, ...]]

_RETIRED = """\
select r.id
from schemaguard.retired_object r left join schemaguard.applied_change a on a.id = r.applied_change
where a.revision = %s and r.restored_at is null and r.purged_at is null
    and r.table_name = %s and r.column_name is not distinct from %s
    and (r.of_attnum is not null) = %s
    and r.table_schema = coalesce(%s, (select n.nspname from pg_class k join pg_namespace n on n.oid = k.relnamespace
        where k.oid = to_regclass(%s)), current_schema())
order by r.id desc limit 1"""
_MARKED = """\
select n.nspname, c.relname, r.hidden_column, r.marker
from schemaguard.retired_object r, pg_class c join pg_namespace n on n.oid = c.relnamespace
where r.id = %s and c.oid = schemaguard.hidden_relation(r) and r.marker is not null"""
_APART = "select schemaguard.part(id) from schemaguard.retired_object where swapped_for = %s"
_HIDDEN_INDEX = """\
select inverse[1] from schemaguard.applied_change
where revision = %s and undone_at is null and change -> 'kinds' ->> 0 = 'DropIndex' and inverse_class = 'instant'
    and inverse[1] like %s
order by id desc limit 1"""
_IS_THERE = """\
select exists (select from pg_class i join pg_index x on x.indexrelid = i.oid
    where x.indrelid = to_regclass(%(table)s) and i.relname = %(name)s)
    or exists (select from pg_constraint k where k.conrelid = to_regclass(%(table)s) and k.conname = %(name)s)"""

_LIKE = """\
select exists (
    select from pg_constraint k where k.conrelid = to_regclass(%s::text) and k.contype::text = %s::text
        and (k.contype <> 'f' or k.confrelid = to_regclass(%s::text))
        and %s::text[] = (
            select array_agg(a.attname::text order by key.n) from unnest(k.conkey) with ordinality as key (number, n)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.number))"""
_KINDS: dict[type[Constraint], str] = {PrimaryKey: "p", Unique: "u", ForeignKey: "f"}


class BringingBack:
    """What one downgrade has brought back so far."""

    def __init__(self, connection: Connection, revision: str) -> None:
        self._connection = connection
        self._revision = revision
        self._tables: set[Name] = set()

    def instead(self, changes: tuple[c.Change, ...]) -> bool:
        """Whether the statement makes what was retired: then that is back, and the statement isn't to be sent.

        RefusedError where it makes something else as well.
        """
        found = [self._answer(change) for change in changes]
        if not any(found):
            return False
        if not all(found):
            raise RefusedError(
                "the statement makes what was retired and also something else",
                next="add what was dropped in a statement of its own",
            )
        return True

    def _answer(self, change: c.Change) -> bool:
        match change:
            case c.AddColumn(table=table, column=column):
                return self._restore(table, column.name)
            case c.RetypeColumn(table=table, column=name):
                # Rows written since get what the author of the downgrade makes of their values.
                return self._restore(table, name, change.using or f"{quote(name)}::{change.type}")
            case c.CreateTable(table=made):
                return self._restore(made.name, None)
            case c.CreateIndex(index=index, name=Name() as name):
                return self._rename_back(name.name) or self._is_back(index.table, name.name)
            case c.AddConstraint(table=table, constraint=constraint) if constraint.name is not None:
                return self._is_back(table, constraint.name)
            case c.AddConstraint(table=table, constraint=constraint):
                return self._has_its_like(table, constraint)
            case _:
                return False

    def _restore(self, table: Name, column: str | None, fill: str | None = None) -> bool:
        asked = (self._revision, table.name, column, fill is not None, table.schema, written(table))
        row = self._connection.execute(_RETIRED, asked).fetchone()
        if row is None:
            return False
        with self._connection.transaction():
            if fill is not None:
                self._fill(row[0], fill)
            owed = self._connection.execute("select schemaguard.restore_migration(%s)", row).fetchall()
            for debt in owed:
                # It is the caller who looks at the rows: a CHECK may run code of its owner's.
                self._connection.execute("select schemaguard.pay_migration(%s)", debt)
            if fill is not None:
                # The upgrade makes its values anew; until then nothing is carried over to those of now.
                self._connection.execute(_APART, row)
            self._connection.execute("select schemaguard.withdraw()")
        self._tables.add(table)
        return True

    def _fill(self, number: int, fill: str) -> None:
        """Rows written since get what the author of the downgrade makes of their values, with the caller's rights."""
        row = self._connection.execute(_MARKED, (number,)).fetchone()
        if row is None:
            return
        table, hidden, marker = sql.Identifier(row[0], row[1]), sql.Identifier(row[2]), sql.Identifier(row[3])
        update = sql.SQL("update {} set {} = ({}), {} = null where {}")
        filled = update.format(table, hidden, sql.SQL(fill), marker, marker)
        self._connection.execute(filled.as_string(None).encode())

    def _rename_back(self, index: str) -> bool:
        pattern = "%RENAME TO " + quote(index).replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
        row = self._connection.execute(_HIDDEN_INDEX, (self._revision, pattern)).fetchone()
        # Whoever ran the upgrade has written it down; it runs with the rights of whoever goes back.
        if row is None or not _renames_one_index(row[0], index):
            return False
        self._connection.execute(row[0].encode())
        return True

    def _is_back(self, table: Name, name: str) -> bool:
        if table not in self._tables:
            return False
        row = self._connection.execute(_IS_THERE, {"table": written(table), "name": name}).fetchone()
        return bool(row and row[0])

    def _has_its_like(self, table: Name, constraint: Constraint) -> bool:
        """Whether a key without a name came back with its table: the server would make a second one beside it."""
        if table not in self._tables or not isinstance(constraint, PrimaryKey | Unique | ForeignKey):
            return False
        there = written(constraint.ref_table) if isinstance(constraint, ForeignKey) else None
        asked = (written(table), _KINDS[type(constraint)], there, list(constraint.columns))
        row = self._connection.execute(_LIKE, asked).fetchone()
        return bool(row and row[0])


def _renames_one_index(statement: str, index: str) -> bool:
    match translate(statement):
        case (c.RenameObject(kind="index", to=to),):
            return to == index
        case _:
            return False
