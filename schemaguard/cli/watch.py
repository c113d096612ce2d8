"""`schemaguard watch`: measure what serves, and tell what the playbook says of it."""

from typing import Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, RegistryUri


def watch(
    models: Annotated[list[str] | None, typer.Argument(metavar="MODEL…", help="Models (default: all).")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take the looks that are due, then end.")] = False,
    health: Annotated[
        bool, typer.Option("--health", help="Measure nothing; say whether somebody watches (2: nobody does).")
    ] = False,
    advise_only: Annotated[
        bool, typer.Option("--advise-only", help="Carry nothing out, whatever the playbook says.")
    ] = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
) -> None:
    """Measure what serves and judge each look by the published playbook.

    What a playbook with `mode: act` leads to is carried out as an ordinary operation: a canary is aborted, a version
    rolled back, a model frozen. Several may run: a look is counted by one of them, and a decision carried out once.
    Stop it with an interrupt; it goes on where it was.
    """
    from schemaguard.cli.operating import console, open_site
    from schemaguard.commands import watch as command
    from schemaguard.commands.watched import health as health_of
    from schemaguard.frozen import replace
    from schemaguard.playbooks.acting import Acted, WatchRound
    from schemaguard.report import watch as report

    with open_site(database_url, registry_uri, alias) as site:
        if health:
            found = health_of(site)
            report.show_health(found, console())
            raise typer.Exit(0 if all(one.is_watched for one in found) else 2)
        if once:
            seen = command.watch_once(site, tuple(models or ()), advise_only=advise_only)
            report.show_pass(seen, console(), site.now(), is_first=True)
            return
        passes = 0
        told: tuple[Acted, ...] = ()
        of_traffic: tuple[str, ...] = ()

        def tell(seen: WatchRound | str) -> None:
            nonlocal passes, told, of_traffic
            if isinstance(seen, str):
                report.show_words(seen, console(), site.now())
                return
            # What stays as it was in the last pass isn't said again.
            new = tuple(each for each in seen.acted if each not in told)
            traffic = tuple(each for each in seen.traffic if each not in of_traffic)
            told, of_traffic = seen.acted, seen.traffic
            report.show_pass(replace(seen, acted=new, traffic=traffic), console(), site.now(), is_first=not passes)
            passes += 1

        command.watch(site, tuple(models or ()), tell, advise_only=advise_only)
