"""Now, read from the control schema: everything that a plan is made from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from schemaguard.adapters.control import additions, captured, changes, journal, pointer, revision
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.signature import fields
from schemaguard.errors import UsageError, command_line
from schemaguard.frozen import replace
from schemaguard.releases.now import Now
from schemaguard.releases.release import (
    AppliedChange,
    OperationState,
    Pointer,
    Release,
    Retired,
    ReversalClass,
    Server,
)

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]

_RELEASES = """\
select r.model, r.model_version, c.document, c.file, c.digest, c.view_schema, r.revision, r.released_at,
    (select min(o.opened_at) from schemaguard.operation o join schemaguard.outbox b on b.operation = o.id
     where b.model = r.model
        and case when o.model = r.model then o.to_version else b.payload ->> 'version' end = r.model_version),
    r.superseded_at, r.window_until, r.artifact_uri, c.query, r.signature
from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where r.model = %s order by r.published_at, r.model_version"""
_IS_NEEDED = """\
(r.superseded_at is null or r.window_until > now() or r.model_version in (p.active, p.canary, p.fallback))"""
_NEEDED = (
    "select distinct c.document, c.file, c.digest, c.query, r.signature",
    "from schemaguard.contract c left join schemaguard.release r on r.contract = c.digest",
    "left join schemaguard.pointer p on p.model = r.model",
    "where (r.model is null or", _IS_NEEDED, ")",
    "and (r.model is null or (r.model, r.model_version) not in (",
    "select * from unnest(%(models)s::text[], %(versions)s::text[])))",
)  # fmt: skip
_SERVED = """\
select c.document, c.file, c.digest, c.query, r.signature
from schemaguard.release r join schemaguard.contract c on c.digest = r.contract
where r.model = %s and r.model_version = %s"""
_VERSIONS_NEEDING = (
    "select r.model_version from schemaguard.release r left join schemaguard.pointer p on p.model = r.model",
    "where r.contract = %s and", _IS_NEEDED, "order by r.published_at, r.model_version",
)  # fmt: skip
_NEEDED_UNTIL = (
    "select case when bool_or(r.superseded_at is null or r.model_version in (p.active, p.canary, p.fallback))",
    "then null else max(r.window_until) end",
    "from schemaguard.release r left join schemaguard.pointer p on p.model = r.model",
    "where r.contract = %s and", _IS_NEEDED,
)  # fmt: skip
_RETIRED = """\
select r.id, r.table_schema, r.table_name, r.column_name, r.hidden_schema, r.hidden_table, r.hidden_column,
    r.restore_class, r.retired_at, r.purge_after, r.applied_change, r.operation, a.revision, r.fill,
    r.of_attnum is not null
from schemaguard.retired_object r left join schemaguard.applied_change a on a.id = r.applied_change
where r.purged_at is null and """
# How an object comes back, by its number; rows are counted only where those without a value hold it up.
_WAY_BACK = """\
select r.id, w.at_once, w.owed,
    case when r.of_attnum is not null or schemaguard.wants_value(r.acts) then schemaguard.without_value(r.id) end,
    r.of_attnum is not null or exists (
        select from jsonb_array_elements(r.acts) act where act ->> 'act' = 'to_base_type'), schemaguard.taken_by(r)
from schemaguard.retired_object r, schemaguard.way_back(r) w
where r.restored_at is null and r.purged_at is null and r.acts is not null
    and schemaguard.hidden_relation(r) is not null"""
_HIDDEN = "r.restored_at is null order by r.id"
# Brought back by an operation and not retired again since.
_RESTORED = """\
r.restored_at is not null and a.undone_at is not null and not exists (
    select from schemaguard.retired_object later where later.applied_change = r.applied_change and later.id > r.id)
order by r.id"""
_APPLIED = """\
select id, revision, statement, change, inverse, inverse_class, applied_at, undone_at is not null, parents
from schemaguard.applied_change order by id"""


def read(connection: Connection, model: str) -> Now:
    """Everything that a plan for that model is made from. UsageError where nothing of it is published."""
    return read_together(connection, (model,))[0]


def read_together(connection: Connection, models: Sequence[str]) -> tuple[Now, ...]:
    """The same for several that are to be switched together: nobody's active release is `needed`."""
    found = [(model, {row[1]: _release(row) for row in connection.execute(_RELEASES, (model,))}) for model in models]
    for model, releases in found:
        if not releases:
            raise unknown(connection, model)
    pointers = [pointer.read(connection, model) for model in models]
    serving = [(each.model, version) for each in pointers for version in (each.active, each.canary)]
    besides = tuple((model, version) for model, version in serving if version is not None)
    live = catalog(connection)
    return tuple(
        _read(connection, at, releases, (besides, live)) for at, (_, releases) in zip(pointers, found, strict=True)
    )


def _read(
    connection: Connection,
    at: Pointer,
    releases: Mapping[str, Release],
    around: tuple[tuple[tuple[str, str], ...], Catalog],
) -> Now:
    besides, live = around
    model = at.model
    applied = tuple(_applied(row) for row in connection.execute(_APPLIED))
    moment = connection.execute("select now()").fetchone()
    assert moment is not None
    unfinished = journal.read_unfinished(connection)
    return Now(
        at=moment[0],
        pointer=at,
        releases=releases,
        catalog=live,
        needed=needed(connection, besides),
        retired=_with_way_back(connection, _retired(connection, _HIDDEN)),
        restored=_retired(connection, _RESTORED),
        captured=tuple(
            captured.counted(connection, each, {r.who for r in releases.values()}) for each in captured.read(connection)
        ),
        purged=captured.read(connection, is_purged=True),
        applied=applied,
        heads=revision.heads(connection),
        parents={change.revision: change.parents for change in applied if change.parents},
        held=revision.held(connection),
        history=journal.read_history(connection, model),
        waiting=tuple(each for each in unfinished if each.state is OperationState.WAITING),
        open=next((each for each in unfinished if each.state is OperationState.OPEN), None),
        servers=servers(connection),
        additions=additions.read(connection, model),
        owed=additions.owed(connection, model),
    )


def catalog(connection: Connection) -> Catalog:
    """The live catalog."""
    from schemaguard.adapters.postgres.introspect import read_catalog

    return read_catalog(connection)


def needed(connection: Connection, besides: Sequence[tuple[str, str]] = ()) -> tuple[Contract, ...]:
    """The contracts of everybody who is in their window, published and not served yet, or a consumer; `besides` are
    (model, version) of releases that don't count.
    """
    models, versions = [each[0] for each in besides], [each[1] for each in besides]
    rows = connection.execute(" ".join(_NEEDED), {"models": models, "versions": versions})
    return tuple(contract_of(*row) for row in rows)


def versions_needing(connection: Connection, contract: Contract) -> tuple[str, ...]:
    """The versions with that contract that are in their window or not served yet; an empty one for a consumer.

    Where no release has a needed contract, they are those that it lists.
    """
    released = tuple(row[0] for row in connection.execute(" ".join(_VERSIONS_NEEDING), (contract.digest,)))
    return released or contract.model_versions or ("",)


def contract_served(connection: Connection, model: str, version: str) -> Contract:
    """The contract that a published version is bound to."""
    row = connection.execute(_SERVED, (model, version)).fetchone()
    assert row is not None
    return contract_of(*row)


def needed_until(connection: Connection, contract: Contract) -> datetime | None:
    """When the last window of a needed contract ends; None where nobody knows yet."""
    row = connection.execute(" ".join(_NEEDED_UNTIL), (contract.digest,)).fetchone()
    return row[0] if row is not None else None


def names_needing(connection: Connection, contract: Contract) -> tuple[str, ...]:
    """The versions that need the contract, as a user reads them, such as `fraud@7`."""
    versions = versions_needing(connection, contract)
    return tuple(f"{contract.model}@{version}" if version else contract.model for version in versions)


def servers(connection: Connection) -> tuple[Server, ...]:
    """The model servers that have ever acknowledged an epoch."""
    rows = connection.execute("select model, name, epoch, lease_until from schemaguard.server_lease order by 1, 2")
    return tuple(Server(*row) for row in rows)


def retired(connection: Connection) -> tuple[Retired, ...]:
    """What is out of sight and not purged."""
    return _retired(connection, _HIDDEN)


def published(connection: Connection) -> tuple[str, ...]:
    """The models of which something is published, by name."""
    rows = connection.execute("select distinct model from schemaguard.release order by model")
    return tuple(row[0] for row in rows)


def serving(connection: Connection) -> frozenset[tuple[str, str]]:
    """The models that serve, or run a canary, each with the digest of that contract."""
    rows = connection.execute(
        "select r.model, r.contract from schemaguard.release r join schemaguard.pointer p on p.model = r.model "
        "where r.model_version in (p.active, p.canary)"
    )
    return frozenset((row[0], row[1]) for row in rows)


def unknown(connection: Connection, model: str) -> UsageError:
    """The error for a model that nobody published, with those that are."""
    return UsageError(
        f"no model {model!r} is published here",
        at=f"published: {', '.join(published(connection)) or 'none'}",
        next=command_line("contracts", "publish", model, "VERSION"),
    )


def contract_of(document: Any, file: str, digest: str, query: str | None = None, signature: Any = None) -> Contract:
    """The published contract that a stored document is, with its feature query and a version's signature."""
    from schemaguard.contracts import odcs

    contract = odcs.from_document(document, file, digest)
    return replace(contract, query=query, signature=fields(signature) if signature is not None else None)


def _release(row: Row) -> Release:
    return Release(
        model=row[0],
        version=row[1],
        contract=contract_of(row[2], row[3], row[4], row[12], row[13]),
        view_schema=row[5],
        revision=tuple(row[6]) if row[6] is not None else None,
        released_at=row[7],
        first_served_at=row[8],
        superseded_at=row[9],
        window_until=row[10],
        artifact_uri=row[11],
    )


def _retired(connection: Connection, which: str) -> tuple[Retired, ...]:
    return tuple(
        Retired(
            id=row[0],
            table=Name(row[2], row[1]),
            column=row[3],
            hidden_table=Name(row[5], row[4]),
            hidden_column=row[6],
            restore=(),
            restore_class=ReversalClass(row[7]),
            retired_at=row[8],
            purge_after=row[9],
            applied_change=row[10],
            operation=row[11],
            revision=row[12],
            fill=row[13],
            is_of_two=row[14],
        )
        for row in connection.execute(_RETIRED + which)
    )


def _with_way_back(connection: Connection, hidden: tuple[Retired, ...]) -> tuple[Retired, ...]:
    ways = {row[0]: row[1:] for row in connection.execute(_WAY_BACK)} if hidden else {}
    found = []
    for each in hidden:
        if (way := ways.get(each.id)) is None:
            continue  # What held it is gone: whoever needs it is told that nothing brings it back.
        found.append(
            replace(
                each,
                restore=tuple(way[0]),
                owed=tuple(way[1]),
                without_value=way[2],
                is_retyped=way[3],
                taken_by=way[4],
            )
        )
    return tuple(found)


def _applied(row: Row) -> AppliedChange:
    adds, tables = changes.parse_change(row[3])
    return AppliedChange(
        id=row[0],
        revision=row[1],
        statement=row[2],
        inverse=tuple(row[4]) if row[4] is not None else None,
        inverse_class=ReversalClass(row[5]),
        applied_at=row[6],
        adds=(_full(adds[0]), adds[1]) if adds else None,
        tables=frozenset(_full(table) for table in tables),
        undone=row[7],
        parents=tuple(row[8] or ()),
    )


def _full(name: Name) -> Name:
    return name if name.schema is not None else Name(name.name, "public")
