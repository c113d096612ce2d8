"""What a newer version added on PostgreSQL: written down, found, taken off, and owed on the way forward."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.contracts.contract import Contract
from schemaguard.releases.additions import Addition, GivenBack

Connection = psycopg.Connection[tuple[Any, ...]]

_ADDITIONS = """\
select r.model_version, a.object, a.act ->> 'act',
    schemaguard.addition_statements(a.act, true, 'schemaguard.retired_object'::regclass::oid),
    a.act ->> 'schema', a.act ->> 'table', coalesce(a.act -> 'columns', jsonb_build_array(a.act -> 'column'))
from (select distinct model, model_version from schemaguard.written_shape) r,
    schemaguard.additions(r.model, r.model_version) with ordinality as a (act, object, n)
where r.model = %s and (%s::text is null or r.model_version = %s)
order by r.model_version, a.n"""
_OWED = """\
select d.id, d.object, d.act ->> 'act',
    schemaguard.addition_statements(d.act, false, (d.act ->> 'anchor')::oid), d.for_version,
    d.act ->> 'schema', d.act ->> 'table', d.act ->> 'column', schemaguard.owed_without_value(d)
from schemaguard.debt d
where d.for_model = %s and d.paid_at is null and d.given_up_at is null
    and (not d.act ? 'rel' or schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid) is not null)
order by d.id"""


def read(connection: Connection, model: str, version: str | None = None) -> Mapping[str, tuple[Addition, ...]]:
    """Version → what was added to what it writes since it was put to serve, and may refuse what it writes."""
    found: dict[str, tuple[Addition, ...]] = {}
    for row in connection.execute(_ADDITIONS, (model, version, version)):
        found[row[0]] = (*found.get(row[0], ()), _addition(*row[1:]))
    return found


def _addition(
    object_: str, act: str, statements: list[str], schema: str | None, table: str | None, columns: list[str | None]
) -> Addition:
    named = tuple(each for each in columns if each is not None)
    return Addition(object_, act, tuple(statements), schema or "", table or "", named)


def owed(connection: Connection, model: str) -> tuple[GivenBack, ...]:
    """What was taken off for versions of the model and isn't back yet."""
    return tuple(
        GivenBack(row[0], row[1], row[2], tuple(row[3]), row[4], row[5] or "", row[6] or "", row[7], row[8])
        for row in connection.execute(_OWED, (model,))
    )


def take_shapes(connection: Connection, model: str, version: str, contract: Contract, *, anew: bool) -> None:
    """Write down what the version is written for: the shape of the tables that its contract writes."""
    tables = [
        {"schema": each.table.schema or "public", "table": each.table.name}
        for each in contract.tables
        if each.access == "write"
    ]
    connection.execute("select schemaguard.take_shapes(%s, %s, %s, %s)", (model, version, Jsonb(tables), anew))
