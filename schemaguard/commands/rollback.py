"""rollback: take model and schema back together, to the version that served before or to a named one."""

from collections.abc import Sequence

from schemaguard.commands.gathering import parse_company
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Approve, Request, Shown, approved, plan, switch, unwatched
from schemaguard.releases.execute import Done, Watch
from schemaguard.releases.plan import Wanted
from schemaguard.releases.release import Intent, OperationKind


def request(
    site: Site,
    model: str,
    intent: Intent,
    *,
    to: str | None = None,
    if_epoch: int | None = None,
    fills: tuple[str, ...] = (),
    also: Sequence[str] = (),
    with_dependents: bool = False,
) -> Request:
    """What rolls a model back; `to` None goes to the fallback, else to what served before.

    `fills` are what rows without a value get, as SQL expressions over their own columns. `also` names models that go
    back in the same operation, `MODEL` or `MODEL=VERSION`; `with_dependents` takes along whoever would go without what
    they read.
    """
    company = parse_company(site, also, takes_dependents=with_dependents)
    wanted = Wanted(OperationKind.ROLLBACK, to, if_epoch, None, site.alias, fills)
    return Request(model, wanted, intent, company=company)


def plan_rollback(
    site: Site, model: str, intent: Intent, *, to: str | None = None, if_epoch: int | None = None
) -> Shown:
    """What a rollback would do, with nothing touched."""
    return plan(site, request(site, model, intent, to=to, if_epoch=if_epoch))


def rollback(
    site: Site,
    model: str,
    intent: Intent,
    *,
    to: str | None = None,
    if_epoch: int | None = None,
    fills: tuple[str, ...] = (),
    also: Sequence[str] = (),
    with_dependents: bool = False,
    approve: Approve = approved,
    finish: bool = False,
    watch: Watch = unwatched,
) -> Done:
    """Take model and schema back together. `finish`: without waiting for servers; `watch` hears of each step.

    `also` and `with_dependents` take other models along in the same operation, as `request` says.

    Raises RefusedError or UsageError where it can't be done as asked, NeedsHumanError where rows need values (`fills`),
    ConflictError where somebody was faster, and whatever `approve` raises once it has seen the plan.
    """
    wanted = request(
        site, model, intent, to=to, if_epoch=if_epoch, fills=fills, also=also, with_dependents=with_dependents
    )
    return switch(site, wanted, approve, finish=finish, watch=watch)
