"""`schemaguard drill`: everything that may go wrong, on a copy of what is live."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from schemaguard.commands.drilling.preparing import DrillOptions
    from schemaguard.commands.site import Site
    from schemaguard.playbooks.drills import Drill, Scenario
    from schemaguard.playbooks.playbook import PlaybookRoles


def drill(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL", help="The model (default: all with a playbook).", autocompletion=complete_model
        ),
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this one (default: those of the playbook).")
    ] = None,
    requests: Annotated[
        str, typer.Option(metavar="RATE", help="How many requests come in all, such as 100/s or 300/min.")
    ] = "100/s",
    seed: Annotated[int | None, typer.Option(help="The seed of rows and failures (default: always the same).")] = None,
    hours: Annotated[
        float, typer.Option(min=0.1, max=24, help="For how long nothing goes wrong in the negative control.")
    ] = 24.0,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the reports are written.")] = Path("drills"),
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server to make copies on (default: an embedded PostgreSQL)."),
    ] = None,
    tabletop: Annotated[
        bool, typer.Option("--tabletop", help="Drill people instead: who does what; answers are timed and kept.")
    ] = False,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Let everything go wrong that a playbook is for, on a copy of the live schema, contracts and control schema.

    Rows are made up; none is copied. What is live stays as it is; the ledger gets what was found, with the digest of
    the report. Exit code: 0 all passed, 1 one failed, 2 one couldn't be drilled.
    """
    from datetime import timedelta

    from schemaguard.cli.operating import open_site
    from schemaguard.cli.playbook import per_second
    from schemaguard.commands.drill import models_to_drill
    from schemaguard.commands.drilling.preparing import DrillOptions
    from schemaguard.commands.prove import SEED

    options = DrillOptions(
        tuple(scenario or ()),
        server,
        requests=per_second(requests),
        seed=SEED if seed is None else seed,
        quiet=timedelta(hours=hours),
    )
    with open_site(database_url) as site:
        models = (model,) if model is not None else models_to_drill(site)
        if tabletop:
            for each in models:
                ask_at_a_table(site, each, options.scenarios, out)
            return
        outcomes = {each.outcome for one in _drilled(site, models, options, out, output) for each in one.scenarios}
    raise typer.Exit(1 if "failed" in outcomes else 2 if "not covered" in outcomes else 0)


def _drilled(
    site: "Site", models: tuple[str, ...], options: "DrillOptions", out: Path, output: Format
) -> "list[Drill]":
    """Drill these models, write a report of each, and tell what was found while it is found."""
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import drill as command
    from schemaguard.report import drill as report

    terminal, found = console(), []
    told = None if output is Format.JSON else lambda one: report.show_scenario(one, terminal)
    for each in models:
        one = command.drill(site, each, options, told)
        folder = command.write_report(site, one, out)
        found.append(one)
        if output is Format.TEXT:
            report.show_drill(one, site.relative(folder), terminal)
    if output is Format.JSON:
        tell_json({"version": 1, "drills": [one.document for one in found]})
    elif not found:
        terminal.print("no model with a published playbook serves: schemaguard playbook publish MODEL")
    return found


def ask_at_a_table(site: "Site", model: str, scenarios: tuple[str, ...], out: Path) -> None:
    """Ask on the terminal; where there is none, the sheet is printed alone."""
    import sys

    from schemaguard.cli.operating import console
    from schemaguard.commands.drilling.tabletop import tabletop as at_table
    from schemaguard.report.drill import show_tabletop

    terminal = console()

    def ask(scenario: "Scenario", roles: "PlaybookRoles") -> str:
        show_tabletop(scenario, roles, terminal)
        return str(typer.prompt("  ", default="", show_default=False)) if sys.stdin.isatty() else ""

    folder = at_table(site, model, scenarios, out, ask)
    if folder is not None:
        terminal.print(f"answers in {site.relative(folder)}/tabletop.md")
