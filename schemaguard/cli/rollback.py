"""`schemaguard rollback`: take model and schema back together."""

from typing import Annotated

import typer

from schemaguard.cli.operating import (
    AliasName,
    Also,
    DatabaseUrl,
    DetectedAt,
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


def rollback(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")],
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version to go back to (default: the one that served before)."),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="The measurement that led to the rollback.")] = None,
    detected_at: DetectedAt = None,
    fill: Fill = None,
    if_epoch: IfEpoch = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    finish: Finish = False,
    with_dependents: Annotated[
        bool, typer.Option("--with-dependents", help="Take along whoever reads what won't be written any more.")
    ] = False,
    also: Also = None,
    without_dependents: WithoutDependents = False,
    override_policy: OverridePolicy = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Take model and schema back together, without losing a row.

    What the old version needs is restored before the pointer is switched; what the new one wrote stays.
    Exit code: 0 done, 2 impossible as asked, 4 a person has to settle something first.
    """
    from schemaguard.cli.operating import in_utc, open_site
    from schemaguard.cli.switching import switch
    from schemaguard.commands.rollback import request
    from schemaguard.frozen import replace
    from schemaguard.releases.release import Intent

    with open_site(database_url, registry_uri, alias) as site:
        intent = Intent(site.actor, reason, metric, in_utc(detected_at))
        wanted = request(
            site, model, intent, to=to, if_epoch=if_epoch, fills=tuple(fill or ()), also=tuple(also or ()),
            with_dependents=with_dependents,
        )  # fmt: skip
        wanted = replace(wanted, leaves_dependents=without_dependents, overrides_policy=override_policy)
        switch(wanted, site, output, dry_run=dry_run, yes=yes, finish=finish)
