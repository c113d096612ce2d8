"""promote: put a model version to serve, and make the database ready for it first."""

from collections.abc import Sequence

from schemaguard.commands.gathering import Company, parse_company
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Approve, Request, Shown, approved, plan, switch, unwatched
from schemaguard.errors import UsageError, command_line
from schemaguard.releases.execute import Done, Watch
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import Intent, OperationKind


def request(
    site: Site,
    model: str,
    version: str,
    intent: Intent,
    *,
    fallback: str | None = None,
    if_epoch: int | None = None,
    fills: tuple[str, ...] = (),
    accept: str | None = None,
    verify: bool = True,
    also: Sequence[str] = (),
) -> Request:
    """What promotes a version; `fallback` becomes the version that rollbacks go to.

    `fills` are what rows without a value get, as SQL expressions over their own columns. `accept` says why a version is
    promoted whose contract is a draft or INVALID; the ledger keeps it. Without `verify` nobody looks whether the data
    is what the contract promises, nor waits for the registry's word on the artifact; the ledger keeps that too.
    `also` names models that are promoted in the same operation, as `MODEL=VERSION`.
    """
    company = parse_company(site, also, takes_dependents=False)
    _require_versions(company, model, version)
    wanted = Wanted(OperationKind.PROMOTE, version, if_epoch, fallback, site.alias, fills)
    return Request(model, wanted, intent, accept, is_unverified=not verify, company=company)


def _require_versions(company: Company, model: str, version: str) -> None:
    """UsageError where nobody says to which version a model is promoted along: forward isn't one place, as back is."""
    for name, wanted in company.named:
        if wanted is None:
            raise UsageError(
                f"--also {name} doesn't say which version of {name} is promoted",
                next=command_line("promote", model, version, f"--also={name}=VERSION"),
            )


def plan_promotion(
    site: Site, model: str, version: str, intent: Intent, *, fallback: str | None = None, if_epoch: int | None = None
) -> Shown:
    """What a promotion would do, with nothing touched."""
    return plan(site, request(site, model, version, intent, fallback=fallback, if_epoch=if_epoch))


def promote(
    site: Site,
    model: str,
    version: str,
    intent: Intent,
    *,
    fallback: str | None = None,
    if_epoch: int | None = None,
    verify: bool = True,
    also: Sequence[str] = (),
    approve: Approve = approved,
    finish: bool = False,
    watch: Watch = unwatched,
) -> Done:
    """Make a published model version the one that serves; `also` promotes others with it, as `request` says.

    `finish` retires leftovers without waiting for model servers; `watch` is called after each step.

    Raises RefusedError or UsageError where it can't be done as asked, ConflictError where somebody was faster, and
    whatever `approve` raises once it has seen the plan.
    """
    wanted = request(site, model, version, intent, fallback=fallback, if_epoch=if_epoch, verify=verify, also=also)
    return switch(site, wanted, approve, finish=finish, watch=watch)
