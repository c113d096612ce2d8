"""What a promotion asks of the data: that the rows which are there now keep what the version's contract promises."""

from schemaguard.commands.site import Site
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.errors import DatabaseError, RefusedError, SchemaguardError
from schemaguard.frozen import replace
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan
from schemaguard.releases.release import OperationKind, Release
from schemaguard.releases.together import Planning

_LIMIT_S = 60.0
"""How long a table may be read: nobody waits for locks meanwhile."""
_SHOWN = 3
ALL_THE_SAME = "mend the rows, or put it to serve all the same (the ledger keeps that): --no-verify"


def require_verified(site: Site, planning: Planning) -> None:
    """RefusedError where rows break what a version that is promoted reads by its contract, each with its count.

    What PREPARE brings back or fills isn't looked at, nor is what lies in another database. A canary that takes over
    has been reading the rows all along. DatabaseError where a table can't be read within a minute.
    """
    for each in zip(planning.plan.members, planning.targets, planning.nows, strict=True):
        _require_verified(site, *each)


def _require_verified(site: Site, plan: Plan, target: Release, now: Now) -> None:
    if plan.kind is not OperationKind.PROMOTE or plan.canary_before == plan.to_version:
        return
    contract = _looked_at(target.contract, now, plan)
    if not contract.tables or contract.reads_through == "copy":
        return
    from schemaguard.adapters.postgres.table_data import PostgresData
    from schemaguard.commands.contracts.verify import VerificationRequest, verify

    try:
        with PostgresData(site.database_url, _LIMIT_S) as data:
            found = verify(contract, target.who, VerificationRequest(), data)
    except DatabaseError as error:
        raise _unverified(target.who, error) from error
    broken = [
        f"{count} rows break {asked.check.words} of {table.checks.table}.{asked.check.column}"
        for table in found.tables
        for asked, count in table.violations
    ]
    if broken:
        more = f"; and {len(broken) - _SHOWN} more" if len(broken) > _SHOWN else ""
        raise RefusedError(
            f"the data isn't what {target.who} is promised: {'; '.join(broken[:_SHOWN])}{more}",
            at=f"{target.contract.file}; nothing was changed",
            next=ALL_THE_SAME,
        )


def _unverified(who: str, error: SchemaguardError) -> DatabaseError:
    return DatabaseError(f"the data of {who} couldn't be verified: {error.what}", at=error.at, next=ALL_THE_SAME)


def _looked_at(contract: Contract, now: Now, plan: Plan) -> Contract:
    """The contract's promises on what it reads and is there now, as it will stay."""
    filled = {(each.schema, each.table, each.column) for each in plan.gives_back}

    def kept(part: ContractTable) -> ContractTable:
        name = now.catalog.resolve(part.table)
        table = now.catalog.tables.get(name)
        there = [
            each
            for each in part.promises
            if table is not None
            and table.column(each.column) is not None
            and (name.schema or "public", name.name, each.column) not in filled
        ]
        return replace(part, promises=tuple(there))

    parts = (kept(part) for part in contract.tables if part.access == "read")
    return replace(contract, tables=tuple(part for part in parts if part.promises))
