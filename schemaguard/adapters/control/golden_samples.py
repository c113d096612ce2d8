"""The golden rows that the control schema keeps, so that they can be asked for while the registry is down."""

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import installation, ledger

if TYPE_CHECKING:
    from schemaguard.verification.golden import GoldenSample

Connection = psycopg.Connection[tuple[Any, ...]]

_KEEP = """\
insert into schemaguard.golden (model, model_version, document) values (%s, %s, %s)
on conflict (model, model_version) do update set document = excluded.document, kept_at = now()"""
_READ = "select document from schemaguard.golden where (model, model_version) = (%s, %s)"
_RETIRED = """\
select concat_ws('.', table_name, column_name) from schemaguard.retired_object
where restored_at is null and purged_at is null"""
_SCHEMA = """\
select c.view_schema from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where (r.model, r.model_version) = (%s, %s) and to_regnamespace(quote_ident(c.view_schema)) is not null"""


def keep(connection: Connection, actor: str, model: str, version: str, sample: "GoldenSample") -> None:
    """Keep a version's golden rows in place of earlier ones, with an entry in the ledger."""
    facts = {"version": version, "rows": len(sample.rows), "has_values": sample.has_values}
    with connection.transaction():
        connection.execute(_KEEP, (model, version, Jsonb(sample.document())))
        ledger.append(connection, event="golden-kept", actor=actor, model=model, operation=None, facts=facts)


def find(connection: Connection, model: str, version: str) -> "GoldenSample | None":
    """A version's golden rows; None where none are kept, or the control schema is older than they are."""
    there = connection.execute("select to_regclass('schemaguard.golden') is not null").fetchone()
    row = connection.execute(_READ, (model, version)).fetchone() if there is not None and there[0] else None
    if row is None:
        return None
    from schemaguard.verification.golden import parse_sample

    return parse_sample(row[0], "schemaguard.golden")


def view_schema(connection: Connection, model: str, version: str) -> str | None:
    """The schema of the version's contract views; None where it has none."""
    if not installation.is_installed(connection):
        return None
    row = connection.execute(_SCHEMA, (model, version)).fetchone()
    return str(row[0]) if row is not None else None


def retired(connection: Connection) -> frozenset[str]:
    """What is out of sight, such as `orders.note`; a whole table by its name."""
    if not installation.is_installed(connection):
        return frozenset()
    return frozenset(row[0] for row in connection.execute(_RETIRED))
