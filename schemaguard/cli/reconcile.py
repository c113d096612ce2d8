"""`schemaguard reconcile`: finish what waits and correct the registry's alias."""

from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, Finish, Format, Output, RegistryUri

if TYPE_CHECKING:
    from schemaguard.commands.site import Site


def reconcile(
    watch: Annotated[bool, typer.Option("--watch", help="Repeat until interrupted.")] = False,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="The pause between two rounds, with --watch.")
    ] = 30.0,
    finish: Finish = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Finish waiting operations, and correct registry aliases that have drifted.

    It also lists retired objects whose retention has ended.
    """
    import time

    from schemaguard.cli.operating import open_site
    from schemaguard.errors import ExitCode, SchemaguardError

    while True:
        try:
            with open_site(database_url, registry_uri, alias) as site:
                is_clean = _one_round(site, output, finish=finish)
        except SchemaguardError as error:
            # A database that is away for a while must not end the watch.
            if not watch:
                raise
            typer.echo(str(error), err=True)
            is_clean = False
        if not watch:
            raise typer.Exit(ExitCode.OK if is_clean else ExitCode.NO_VERDICT)
        time.sleep(every)


def _one_round(site: "Site", output: Format, *, finish: bool) -> bool:
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands.reconcile import reconcile as run
    from schemaguard.report.status import reconciled_json, show_reconciled

    done = run(site, finish=finish)
    if output is Format.JSON:
        tell_json(reconciled_json(done))
    else:
        show_reconciled(done, console())
    return not done.failed
