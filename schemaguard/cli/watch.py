"""`schemaguard watch`: measure what serves, and tell what the playbook says of it."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl


def watch(
    models: Annotated[list[str] | None, typer.Argument(metavar="MODEL…", help="Models (default: all).")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take the looks that are due, then end.")] = False,
    health: Annotated[
        bool, typer.Option("--health", help="Measure nothing; say whether somebody watches (2: nobody does).")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Measure what serves and judge each look by the published playbook. Decisions are told and kept, not carried out.

    Several may run: a look is counted by one of them. Stop it with an interrupt; it goes on where it was.
    """
    from schemaguard.cli.operating import console, open_site
    from schemaguard.commands import watch as command
    from schemaguard.playbooks.deciding import TriggerPass
    from schemaguard.report import watch as report

    with open_site(database_url) as site:
        if health:
            found = command.health(site)
            report.show_health(found, console())
            raise typer.Exit(0 if all(one.is_watched for one in found) else 2)
        if once:
            report.show_pass(command.watch_once(site, tuple(models or ())), console(), site.now(), is_first=True)
            return
        passes = 0

        def tell(seen: tuple[TriggerPass, ...] | str) -> None:
            nonlocal passes
            if isinstance(seen, str):
                report.show_words(seen, console(), site.now())
                return
            report.show_pass(seen, console(), site.now(), is_first=not passes)
            passes += 1

        command.watch(site, tuple(models or ()), tell)
