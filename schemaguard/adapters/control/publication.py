"""Published contracts on PostgreSQL: who is bound to what, and the transaction that binds."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger, situation
from schemaguard.contracts.signature import to_data
from schemaguard.contracts.views import ContractViews, view_statements
from schemaguard.registry.publication import BoundContract, Publication, view_schema

Connection = psycopg.Connection[tuple[Any, ...]]

_BOUND = """\
select c.document, c.file, c.digest, coalesce(r.model_version, ''), c.view_schema,
    coalesce(r.published_at, c.published_at), c.published_by
from schemaguard.contract c left join schemaguard.release r on r.contract = c.digest
order by c.model, coalesce(r.published_at, c.published_at), r.model_version"""
_CONTRACT = """\
insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by, query)
values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (digest) do nothing"""
_RELEASE = """\
insert into schemaguard.release (model, model_version, contract, artifact_uri, signature)
values (%s, %s, %s, %s, %s)"""
# A consumer is never released, so its contract isn't bound for good: the new one takes the place of the old one.
_REPLACED = """\
delete from schemaguard.contract c where c.model = %s and c.digest <> %s
and not exists (select from schemaguard.release r where r.contract = c.digest) returning c.digest"""
_TAKEN = "select view_schema from schemaguard.contract union select nspname from pg_namespace"


def bound(connection: Connection) -> tuple[BoundContract, ...]:
    """Every published contract, once a version, by model and in the order in which they were published."""
    return tuple(
        BoundContract(situation.contract_of(document, file, digest), document, version, schema, at, by)
        for document, file, digest, version, schema, at, by in connection.execute(_BOUND)
    )


def place(connection: Connection, publication: Publication) -> str:
    """The schema of the contract's views: the one that it has, or a new one."""
    row = connection.execute(
        "select view_schema from schemaguard.contract where digest = %s", (publication.contract.digest,)
    ).fetchone()
    if row is not None:
        return str(row[0])
    return view_schema(publication.contract, {row[0] for row in connection.execute(_TAKEN)})


def publish(connection: Connection, publication: Publication, views: ContractViews) -> None:
    """Bind the contract and make its views, in the caller's transaction, with its ledger entry."""
    from schemaguard.adapters.control import locks

    contract = publication.contract
    for statement in locks.taking(connection, (), [views]):
        connection.execute(statement.encode())
    replaced = (
        [] if publication.version else connection.execute(_REPLACED, (contract.model, contract.digest)).fetchall()
    )
    connection.execute(
        _CONTRACT,
        (
            contract.digest, contract.model, Jsonb(publication.document), contract.file, contract.reads_through,
            views.schema, publication.actor, contract.query,
        ),
    )  # fmt: skip
    if publication.version is not None:
        signature = Jsonb(to_data(contract.signature)) if contract.signature is not None else None
        connection.execute(
            _RELEASE, (contract.model, publication.version, contract.digest, publication.artifact_uri, signature)
        )
    if views.views:
        for statement in view_statements(views):
            connection.execute(statement.encode())
    facts = {
        "version": publication.version, "digest": contract.digest, "file": contract.file,
        "views": views.schema if views.views else None, "replaced": [row[0] for row in replaced],
        "data": dict(publication.data), "accepted": dict(publication.accepted) or None,
    }  # fmt: skip
    ledger.record(connection, "contract-published", (publication.actor, contract.model, None), facts)
