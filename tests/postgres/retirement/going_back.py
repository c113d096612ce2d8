"""A case told to its end: version 1 serves, version 2 takes over, the drop is retired, version 2 writes, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import changes, retirement
from schemaguard.adapters.control.changes import Applied
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.commands.rollback import plan_rollback, rollback
from schemaguard.contracts import digests
from schemaguard.errors import NeedsHumanError, RefusedError, SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.releases.release import ReversalClass
from schemaguard.sql.writing.identifiers import quote
from tests.postgres.releases.shop import INTENT, Shop
from tests.postgres.retirement.cases import Case
from tests.postgres.retirement.trial import undone
from tests.templates import create, drop, of

_CONTRACT = """\
insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by)
values (%s, 'fraud', %s, %s, 'table', %s, 'ada')"""
_RELEASE = "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)"
_OWED = "select object from schemaguard.debt where paid_at is null and given_up_at is null"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, what happened, and what is wrong about it (empty: nothing)."""

    said: str
    happened: str
    owed: frozenset[str] = frozenset()
    wrong: tuple[str, ...] = ()


def tell(url: str, folder: Path, case: Case, *, required: bool = False, fill: str | None = None) -> Told:
    """Carry a case out in a database with a control schema; `required`: version 1's contract wants a value."""
    shop = Shop(url, folder)
    shop.registry.versions |= {"1", "2"}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (*case.tables, "create table if not exists kept (id int)"):
            connection.execute(statement.encode())
        before, values = read_catalog(connection), _values(connection, case)
        could = _could(connection, case.old)
        _publish(connection, before, case, required=required)
    shop.promote("1")
    shop.promote("2")
    shop.end_window("1")
    with psycopg.connect(url, autocommit=True) as connection:
        refused = _retired(connection, case)
        if refused is not None:
            return Told("refused", refused, wrong=_changed(before, connection, frozenset()))
        for statement in case.new:
            _attempt(connection, statement)
        survivors = _values(connection, case, hidden=True)
        wrong = list(_goes_back(shop, connection, fill))
        said, happened = wrong.pop(0), wrong.pop(0)
        if happened in ("refused", "needs values"):
            return Told(said, happened, wrong=tuple(wrong))
        owed = frozenset(r[0] for r in connection.execute(_OWED))
        now = _values(connection, case)
        wrong += [
            f"{key} was {value!r} and is {now.get(key)!r}"
            for key, value in values.items()
            if key in survivors and now.get(key) != value
        ]
        wrong += _changed(before, connection, owed)
        for statement, passed in zip(case.old, could, strict=True):
            failure = _attempt(connection, statement)
            if failure and passed:
                wrong.append(f"version 1: {statement}: {failure}")
        wrong += [f"said instant, and owes {each}" for each in _weighty(connection)] if said == "instant" else []
    return Told(said, happened, owed, tuple(wrong))


def _goes_back(shop: Shop, connection: psycopg.Connection[Any], fill: str | None) -> Iterator[str]:
    """The class that is said, what happened, and then what is wrong about it."""
    with shop.site() as site:
        try:
            said = plan_rollback(site, "fraud", INTENT, to="1").plan.reversal_class.value
        except SchemaguardError as error:
            yield from ("impossible", "refused")
            if not isinstance(error, RefusedError):
                yield f"not refused but {type(error).__name__}: {error}"
            yield from _open(connection)
            return
        yield said
        if said == ReversalClass.NEEDS_VALUES.value:
            try:
                rollback(site, "fraud", INTENT, to="1")
                yield from ("done", "said needs values, and did it without")
                return
            except NeedsHumanError:
                pass
            found = [*_open(connection)]
            if fill is None:
                yield from ("needs values", *found)
                return
        try:
            rollback(site, "fraud", INTENT, to="1", fills=(fill,) if fill and said == "needs values" else ())
        except SchemaguardError as error:
            yield from ("refused", f"said {said}, and then: {error}", *_open(connection))
            return
        yield "done"


def _open(connection: psycopg.Connection[Any]) -> Iterator[str]:
    if connection.execute("select from schemaguard.operation where state = 'open'").fetchone() is not None:
        yield "an operation was left open"


@contextmanager
def database(server: str, template: str, number: int) -> Iterator[str]:
    """The URL of a copy of a database."""
    name = f"{template}_{number}"
    create(server, name, template)
    try:
        yield of(server, name)
    finally:
        drop(server, name)


def _retired(connection: psycopg.Connection[Any], case: Case) -> str | None:
    """Retire what the case drops, as the guard does; the reason where that is refused."""
    try:
        with connection.transaction():
            for table, column in case.objects:
                name = Name(*reversed(table.split(".", 1))) if "." in table else Name(table, "public")
                number = changes.next_number(connection)
                made = retirement.retire(connection, name, column or None, "0002")
                kind = "DropColumn" if column else "DropTable"
                applied = Applied("0002", ("0001",), case.drop, made.retire, (kind,), (name,), None, (), made.cls)
                changes.write_applied(connection, number, applied)
                retirement.carry_out(connection, made, applied=number)
    except RefusedError as error:
        return error.what
    return None


def _publish(connection: psycopg.Connection[Any], catalog: Catalog, case: Case, *, required: bool) -> None:
    """Contracts of version 1, which reads what is dropped, and of 2, which reads the first column of what stays."""
    tables = {t.name.name: t for t in catalog.tables.values() if t.name.schema == "public"}
    dropped: dict[str, set[str]] = {}
    for table, column in case.objects:
        dropped.setdefault(table, set()).add(column)
    whole = {table for table, columns in dropped.items() if "" in columns}
    staying = [name for name in tables if name not in whole] or ["kept"]
    for version in ("1", "2"):
        chosen = dropped if version == "1" else {staying[0]: set[str]()}
        schema = [
            {
                "name": name, "physicalName": f"public.{quote(name)}", "physicalType": "table",
                "properties": [
                    {"name": c.name, "physicalType": str(c.type), "required": required and c.name in columns}
                    for c in tables[name].columns
                    if c.name in columns or "" in columns or c.name == tables[name].columns[0].name
                ],
            }
            for name, columns in chosen.items()
        ]  # fmt: skip
        document = {
            "apiVersion": "v3.2.0", "kind": "DataContract", "id": f"urn:schemaguard:model:fraud:{version}",
            "version": "1.0.0", "status": "active", "schema": schema,
            "customProperties": [
                {"property": "modelName", "value": "fraud", "vendor": "schemaguard"},
                {"property": "modelVersion", "value": version, "vendor": "schemaguard"},
            ],
        }  # fmt: skip
        digest = digests.digest(document)
        connection.execute(_CONTRACT, (digest, Jsonb(document), f"fraud/{version}.odcs.yaml", f"m_{version}"))
        connection.execute(_RELEASE, (version, digest))


def _attempt(connection: psycopg.Connection[Any], statement: str) -> str | None:
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return None


def _changed(before: Catalog, connection: psycopg.Connection[Any], owed: frozenset[str]) -> tuple[str, ...]:
    """How the catalog differs, but for contract views, and for what is owed."""
    besides = ("m_1", "m_2", "schemaguard_", *(debt.lower() for debt in owed))
    found = (str(each) for each in difference(before, read_catalog(connection)))
    return tuple(each for each in found if not any(word in each.lower() for word in besides))


def _weighty(connection: psycopg.Connection[Any]) -> list[str]:
    """What is owed and not only a key that isn't validated or an index that only makes queries fast."""
    rows = connection.execute(
        "select object from schemaguard.debt where paid_at is null and given_up_at is null "
        "and act ->> 'kind' is distinct from 'f' "
        "and not (act ->> 'act' = 'drop_index' and not (act ->> 'unique')::boolean)"
    )
    return [row[0] for row in rows]


def _could(connection: psycopg.Connection[Any], statements: tuple[str, ...]) -> list[bool]:
    """Which of the statements pass; nothing of them stays."""
    outcomes: list[bool] = []
    with undone(connection):
        outcomes += [_attempt(connection, statement) is None for statement in statements]
    return outcomes


_HIDDEN = """\
select schemaguard.spelled(relid), hidden_column from schemaguard.retired_object
where table_name = %s and column_name is not distinct from %s and restored_at is null"""
_VISIBLE = "select schemaguard.spelled(to_regclass(%s)::oid), %s"


def _values(connection: psycopg.Connection[Any], case: Case, *, hidden: bool = False) -> dict[str, Any]:
    """Row → its values of the objects, by the rows' first column."""
    found: dict[str, Any] = {}
    for table, column in case.objects:
        name = table.rpartition(".")[2]
        asked = (_HIDDEN, (name, column or None)) if hidden else (_VISIBLE, (_quoted(table), column))
        row = connection.execute(*asked).fetchone()
        assert row is not None
        for (whole,) in connection.execute(f"select to_jsonb(q) from {row[0]} q".encode()):
            found[f"{table}.{column}: {whole.get('id')}"] = whole[row[1]] if column else whole
    return found


def _quoted(table: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split(".", 1))
