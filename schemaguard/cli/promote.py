"""`schemaguard promote`: put a model version to serve."""

from typing import Annotated

import typer

from schemaguard.cli.operating import (
    Accept,
    AliasName,
    Also,
    DatabaseUrl,
    DryRun,
    Fill,
    Finish,
    Format,
    IfEpoch,
    Output,
    OverridePolicy,
    RegistryUri,
    WithoutDependents,
    Yes,
)


def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The published version to put to serve.")],
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")] = "promotion",
    fallback: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version that rollbacks go to; its window has no end.")
    ] = None,
    accept: Accept = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Without a look at data and artifact; the ledger keeps it.")
    ] = False,
    fill: Fill = None,
    if_epoch: IfEpoch = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    finish: Finish = False,
    also: Also = None,
    without_dependents: WithoutDependents = False,
    override_policy: OverridePolicy = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Make a published model version the one that serves.

    First the database is made to satisfy its contract; then the pointer is switched and the registry alias moved.
    Exit code: 0 done, 2 impossible as asked, 4 a person has to settle something first.
    """
    from schemaguard.cli.operating import open_site
    from schemaguard.cli.switching import switch
    from schemaguard.commands.promote import request
    from schemaguard.frozen import replace
    from schemaguard.releases.release import Intent

    with open_site(database_url, registry_uri, alias) as site:
        intent = Intent(site.actor, reason)
        wanted = request(
            site,
            model,
            version,
            intent,
            fallback=fallback,
            if_epoch=if_epoch,
            fills=tuple(fill or ()),
            accept=accept,
            verify=not no_verify,
            also=tuple(also or ()),
        )
        wanted = replace(wanted, leaves_dependents=without_dependents, overrides_policy=override_policy)
        switch(wanted, site, output, dry_run=dry_run, yes=yes, finish=finish)
