"""PREPARE on PostgreSQL: restored objects, lifted NOT NULLs and contract views, in one transaction."""

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from schemaguard.adapters.control import inverses, ledger, locks, retirement
from schemaguard.adapters.control.roles import owner_of
from schemaguard.catalog.changes import GrantAccess
from schemaguard.catalog.objects import Grant, Name
from schemaguard.contracts.views import OWNER, ContractViews, view_statements
from schemaguard.errors import DatabaseError
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import Operation
from schemaguard.releases.together import OperationPlan
from schemaguard.sql.writing.identifiers import quote
from schemaguard.sql.writing.statements import rendered

Connection = psycopg.Connection[tuple[Any, ...]]


def prepare(
    connection: Connection, operation: Operation, plan: OperationPlan
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Write to the ledger what comes back, is taken off and made, and the statements that do it.

    Nothing is locked yet that a reader would wait for; the statements begin with the locks.
    """
    facts: dict[str, Mapping[str, Any]] = {}
    statements: list[str] = []
    for each in plan.members:
        facts[each.model], acting = _member(connection, operation, each)
        statements += acting
    strong = (statement for each in plan.members for statement in _strong(each))
    filled = (table for each in plan.members for table in _filled_tables(each))
    locked = locks.taking(connection, strong, [each.views for each in plan.members], filled)
    return facts[plan.model] if len(facts) == 1 else {"models": facts}, (*locked, *statements)


def _member(connection: Connection, operation: Operation, plan: Plan) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """What is done for one model, and the statements that do it once everything is locked."""
    shapes = (each for each in plan.reversals if each.captured is None)
    acts = [each for each in shapes if _is_still_to_do(connection, operation, each)]
    restored = [each.object for each in acts if each.retired is not None]
    facts = {
        "restored": restored,
        "undone": [each.object for each in acts if each.retired is None],
        "filled": {
            **{each.object: each.fill for each in acts if each.fill is not None},
            **{each.filled: each.fill for each in plan.gives_back if each.fill is not None},
        },
        "lifted": [each.object for each in plan.loosenings],
        "taken_off": [each.object for each in plan.additions],
        "views": plan.views.schema if plan.views.views else None,
    }
    ledger.record(connection, "prepared", (operation.intent.actor, plan.model, operation.id), facts)
    for each in acts:
        if each.retired is not None and each.fill is not None:
            # Before any strong lock: it may take long, and readers needn't wait for it.
            connection.execute("select schemaguard.fill_hidden(%s, %s)", (each.retired, each.fill))
    made = view_statements(plan.views) if plan.views.views else ()
    return facts, (*_acting(connection, operation, plan, acts), *made)


def _acting(connection: Connection, operation: Operation, plan: Plan, acts: list[Reversal]) -> Iterator[str]:
    for reversal in acts:
        if reversal.retired is not None:
            yield from retirement.restoring(connection, reversal.retired, operation=operation.id, fill=reversal.fill)
        else:
            assert reversal.applied is not None
            yield from inverses.carried_out(connection, (reversal.applied, reversal.revision), reversal.statements)
    whose = (plan.model, plan.to_version, operation.id)
    if plan.additions:
        objects = [each.object for each in plan.additions]
        yield _called(connection, "select schemaguard.take_off({}, {}, {}, {}::text[])", *whose, objects)
    for each in plan.loosenings:
        place = (each.schema, each.table, each.column)
        yield _called(connection, "select schemaguard.loosen({}, {}, {}, {}, {}, {})", *whose, *place)
    for back in plan.gives_back:
        if back.fill is not None:
            filling = (back.number, back.fill, operation.id)
            yield _called(connection, "select schemaguard.fill_owed({}, {}, {})", *filling)


def _called(connection: Connection, call: LiteralString, *values: Any) -> str:
    return sql.SQL(call).format(*map(sql.Literal, values)).as_string(connection)


def _strong(plan: Plan) -> Iterator[str]:
    for reversal in plan.reversals:
        yield from reversal.statements
    for loosening in plan.loosenings:
        yield loosening.statement
    for addition in plan.additions:
        yield from addition.statements[:1]


def _filled_tables(plan: Plan) -> Iterator[Name]:
    return (Name(each.table, each.schema) for each in plan.gives_back if each.fill is not None)


def _is_still_to_do(connection: Connection, operation: Operation, reversal: Reversal) -> bool:
    """Take the reversal's row, once: what another run has already done isn't done again."""
    if reversal.retired is not None:
        row = connection.execute(
            "select operation from schemaguard.retired_object "
            "where id = %s and restored_at is null and purged_at is null for update",
            (reversal.retired,),
        ).fetchone()
        if row is None:
            return False
        if row[0] is not None:
            # An operation had retired what a revision added: that revision is in force again.
            connection.execute(
                "update schemaguard.applied_change set undone_at = null, undone_by = null where id = %s",
                (reversal.applied,),
            )
            return True
    if reversal.applied is not None:
        row = connection.execute(
            "update schemaguard.applied_change set undone_at = now(), undone_by = %s "
            "where id = %s and undone_at is null returning id",
            (operation.id, reversal.applied),
        ).fetchone()
        return reversal.retired is not None or row is not None
    return True


def ensure_roles(connection: Connection, views: ContractViews) -> None:
    """The owner of all contract views and the group role of these; both can't log in. Running it again is fine.

    See https://www.postgresql.org/docs/18/sql-createrole.html.
    """
    if not views.views:
        return
    for role in (OWNER, views.role):
        if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is None:
            _create_role(connection, role)
    member = connection.execute("select pg_has_role(current_user, %s, 'member')", (OWNER,)).fetchone()
    if member == (False,):
        connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(OWNER)))
    # A change of type sets the views aside for a moment, with the rights of the control schema's owner.
    owner = owner_of(connection)
    if owner is None:
        return
    if connection.execute("select pg_has_role(%s, %s, 'member')", (owner, OWNER)).fetchone() == (False,):
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(OWNER), sql.Identifier(owner)))


def _create_role(connection: Connection, role: str) -> None:
    create = sql.SQL("create role {} nologin").format(sql.Identifier(role))
    try:
        with connection.transaction():
            connection.execute(create)
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        pass  # Roles belong to the whole server: another database's operator was faster.
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"contract views need the role {role}, and this user may not create it",
            at=f"database {connection.info.dbname}, user {connection.info.user}",
            next=f"let an administrator run: {_granting(role, connection.info.user)}",
        ) from error


def _granting(role: str, user: str) -> str:
    """What an administrator can paste."""
    member = rendered(GrantAccess("role", Name(role), (Grant(user, "MEMBER"),)))
    return f"CREATE ROLE {quote(role)} NOLOGIN; {member}"
