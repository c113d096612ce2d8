"""How promote, rollback and resume show a plan, ask, and tell what came of it."""

import sys
from typing import TYPE_CHECKING

import typer

from schemaguard.cli.operating import Format, console, tell_json

if TYPE_CHECKING:
    from schemaguard.commands.site import Site
    from schemaguard.commands.switching import Request, Shown
    from schemaguard.releases.execute import Done


def switch(request: "Request", site: "Site", output: Format, *, dry_run: bool, yes: bool, finish: bool) -> None:
    """Show the plan of a request, ask unless `yes`, carry it out, and tell what came of it."""
    from schemaguard.commands import switching as command

    if dry_run:
        _show(command.plan(site, request), output)
        return

    def approve(shown: "Shown") -> None:
        # Where nobody is asked, what was done says all that the plan said.
        if not yes:
            if output is Format.TEXT:
                _show(shown, output)
            _ask(shown)

    limit_s = command.REGISTRY_LIMIT_AT_ONCE_S if yes else command.REGISTRY_LIMIT_S
    tell(command.switch(site, request, approve, finish=finish, limit_s=limit_s), output)


def _show(shown: "Shown", output: Format) -> None:
    from schemaguard.report.plan import plan_json, show_plan
    from schemaguard.report.ready import dependents_json, show_dependents

    if output is Format.JSON:
        tell_json({**plan_json(shown.plan), "dependents": dependents_json(shown.dependents)})
    else:
        show_plan(shown.plan, console(), shown.warning)
        show_dependents(shown.dependents, console())


def ask(shown: "Shown", *, yes: bool) -> None:
    """Show what is to be approved, and ask unless `yes`."""
    _show(shown, Format.TEXT)
    if not yes:
        confirm("add --yes")


def _ask(shown: "Shown") -> None:
    confirm(f"add --yes, best together with --if-epoch {shown.plan.lead.epoch}")


def confirm(otherwise: str) -> None:
    """Ask whether it is to be done; UsageError, with what to do `otherwise`, where nobody can answer."""
    from schemaguard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("no terminal to confirm on", next=otherwise)
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
