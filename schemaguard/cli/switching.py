"""How promote, rollback and resume show a plan, ask, carry it out and tell what came of it."""

import sys
from typing import TYPE_CHECKING

import typer

from schemaguard.cli.operating import Format, Site, console, tell_json

if TYPE_CHECKING:
    from schemaguard.commands.release import Request, Shown
    from schemaguard.releases.execute import Done


def switch(request: "Request", site: Site, output: Format, *, dry_run: bool, yes: bool, finish: bool) -> None:
    """Plan a request, ask unless `yes`, and carry it out."""
    from schemaguard.commands.release import carry_out, show
    from schemaguard.releases.fit import CatalogFit
    from schemaguard.releases.ports import World
    from schemaguard.report.plan import plan_json, show_plan

    fit = CatalogFit()
    shown = show(request, site.database, site.registry, fit)
    # Where nobody is asked, what was done says all that the plan said.
    if output is Format.TEXT and (dry_run or not yes):
        show_plan(shown.plan, console(), shown.warning)
    if dry_run:
        if output is Format.JSON:
            tell_json(plan_json(shown.plan))
        return
    if not yes:
        _ask(shown)
    tell(carry_out(request, shown, World(site.database, site.registry, finish), fit), output)


def _ask(shown: "Shown") -> None:
    from schemaguard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to answer whether that should be done",
            next=f"say it with --yes, best together with --if-epoch {shown.plan.epoch}",
        )
    typer.confirm("carry it out?", abort=True, err=True)


def tell(done: "Done", output: Format) -> None:
    """Tell what came of an operation; raises what it waits for where the registry couldn't follow."""
    from schemaguard.releases.release import StepName, StepState
    from schemaguard.report.plan import done_json, show_done

    if output is Format.JSON:
        tell_json(done_json(done))
    else:
        show_done(done, console())
    project = done.outcome.step(StepName.PROJECT)
    if done.outcome.waiting is not None and project is not None and project.state is StepState.WAITING:
        raise done.outcome.waiting
