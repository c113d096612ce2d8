"""What a migration wrote down, before an operator carries it out: asked of the server, under the locks that it takes.

Whoever migrates says what takes a change back. So it changes nothing that its writer couldn't change by hand, and in
changing a type it calls no function of somebody else's.
"""

from collections.abc import Iterable, Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, ForeignKey, Name
from schemaguard.errors import RefusedError
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.stored_inverses import overreach
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import written

Connection = psycopg.Connection[tuple[Any, ...]]

_TYPES = frozenset({"type", "domain"})
_WRITER = """\
select l.entry::jsonb ->> 'by' from schemaguard.ledger l, jsonb_array_elements(l.entry::jsonb -> 'rows') as written
where written ->> 'table' = 'applied_change' and written -> 'key' = jsonb_build_array(%s::bigint)
order by l.position limit 1"""
_KNOWN = "select exists (select from pg_roles where rolname = %s)"
# SG010: said as it is, with nothing changed (control/retirement.py).
_REFUSING: LiteralString = """\
declare
    found text := ({found});
begin
    if found is not null then
        raise exception using errcode = 'SG010', message = found,
            detail = '{{"next": "undo that with a new migration; nothing was changed"}}';
    end if;
end"""
_OTHERS: LiteralString = """\
select {revision} || ' was written down by ' || {writer} || ', who doesn''t own ' || o.name from (
    select c.oid::regclass::text, c.relowner from pg_catalog.pg_class c
    where c.oid = any (array[{relations}]::regclass[])
    union all
    select t.oid::regtype::text, t.typowner from pg_catalog.pg_type t where t.oid = any (array[{types}]::regtype[])
) o (name, owner) where not pg_catalog.pg_has_role({writer}, o.owner, 'usage') limit 1"""
# Whose functions run with the rights of whoever changes a type or looks a foreign key's rows up: in a CHECK that is
# tried again, and in casts from or to a type of one's own. Those of the operator or of a superuser are no stranger's.
# See https://www.postgresql.org/docs/18/catalog-pg-depend.html.
_CODE: LiteralString = """\
select {revision} || ' is taken back by running ' || p.oid::regprocedure || ', which belongs to ' || r.rolname
from pg_catalog.pg_proc p join pg_catalog.pg_roles r on r.oid = p.proowner
where not r.rolsuper and r.rolname not in (current_user, session_user) and (
    exists (select from pg_catalog.pg_cast k join pg_catalog.pg_type t on t.oid in (k.castsource, k.casttarget)
        where k.castfunc = p.oid and t.typtype = 'e')
    or exists (select from pg_catalog.pg_constraint k
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = k.oid
        left join pg_catalog.pg_operator o on d.refclassid = 'pg_catalog.pg_operator'::regclass and o.oid = d.refobjid
        where k.contype = 'c' and k.conrelid = any (array[{relations}]::regclass[])
            and p.oid in (o.oprcode, case when d.refclassid = 'pg_catalog.pg_proc'::regclass then d.refobjid end)))
limit 1"""
_STRANGE: LiteralString = """\
select {revision} || ' is taken back with ' || t.oid::regtype || ', which may run code of its owner''s'
from pg_catalog.pg_type t where t.oid = any (array[{converted}]::regtype[]) and t.typtype <> 'e' and t.oid >= 16384
limit 1"""


def carried_out(connection: Connection, applied: tuple[int, str | None], statements: Iterable[str]) -> Iterator[str]:
    """The statements that a migration wrote down as an applied change's (number, revision), each behind what refuses it
    with SG010 where it isn't for its writer, or for an operator to run.
    """
    number, revision = applied
    said = f"revision {revision}" if revision else f"applied change {number}"
    row = connection.execute(_WRITER, (number,)).fetchone()
    writer = row[0] if row is not None else None
    is_known = writer is not None and connection.execute(_KNOWN, (writer,)).fetchone() == (True,)
    for statement in statements:
        changes = translate(statement)
        relations = [name for change in changes for name in _relations(change)]
        types = [name for change in changes for name in _types(change)]
        values = {
            "revision": sql.Literal(said), "writer": sql.Literal(writer), "relations": _listed(relations),
            "types": _listed(types),
        }  # fmt: skip
        if is_known and (relations or types):
            yield _refusing(connection, sql.SQL(_OTHERS).format(**values))
        elif any(isinstance(change, c.CreateView) for change in changes):
            raise RefusedError(
                f"{said} was written down by a role that is gone, so nobody can say whether its view may be changed",
                at=statement,
                next="undo that with a new migration; nothing was changed",
            )
        if any(_may_run_code(change) for change in changes):
            yield _refusing(connection, sql.SQL(_CODE).format(**values))
        converted = [str(change.type) for change in changes if isinstance(change, c.RetypeColumn)]
        if converted:
            listed = sql.SQL(", ").join(map(sql.Literal, converted))
            yield _refusing(connection, sql.SQL(_STRANGE).format(revision=sql.Literal(said), converted=listed))
        yield statement


def require_shapes(statements: tuple[str, ...], catalog: Catalog, applied: int) -> Catalog:
    """The catalog after what an applied change performed; RefusedError where that isn't a change of shape alone."""
    found = overreach(statements, catalog)
    if found is not None:
        raise RefusedError(
            f"what applied change {applied} says that it performed isn't carried out again: {found}",
            at=f"schemaguard.applied_change, number {applied}",
            next="carry the operation on instead: schemaguard resume",
        )
    return CatalogFit().after(statements, catalog)


def _listed(names: list[Name]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Literal(written(name)) for name in names)


def _refusing(connection: Connection, found: sql.Composed) -> str:
    body = sql.SQL(_REFUSING).format(found=found).as_string(connection)
    return sql.SQL("do {}").format(sql.Literal(body)).as_string(connection)


def _relations(change: c.Change) -> tuple[Name, ...]:
    match change:
        case c.AddConstraint(table=table, constraint=ForeignKey(ref_table=other)):
            return (table, other)
        case c.CreateIndex(index=index):
            return (index.table,)
        case c.CreateView(view=view):
            return (view.name,)
        case c.DropIndex(index=name) | c.AlterSequence(sequence=name):
            return (name,)
        case c.RenameObject(kind=kind, object=name) | c.MoveObject(kind=kind, object=name) if kind not in _TYPES:
            return (name,)
        case _:
            named = getattr(change, "table", None)
            return (named,) if isinstance(named, Name) else ()


def _types(change: c.Change) -> tuple[Name, ...]:
    match change:
        case c.RenameEnumValue(type=name) | c.AlterComposite(type=name) | c.AlterDomain(domain=name):
            return (name,)
        case c.RenameObject(kind=kind, object=name) | c.MoveObject(kind=kind, object=name) if kind in _TYPES:
            return (name,)
        case _:
            return ()


def _may_run_code(change: c.Change) -> bool:
    match change:
        case c.RetypeColumn() | c.AddConstraint(constraint=ForeignKey()):
            return True
        case _:
            return False
