"""`schemaguard canary`: a share of the traffic for a version before it serves everybody."""

from typing import Annotated

import typer

from schemaguard.cli.operating import (
    Accept,
    AliasName,
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

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model.")]
Percent = Annotated[
    int | None, typer.Option(metavar="PERCENT", help="Another share than the one of the playbook's step.")
]

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A share of the traffic for a version, step by step. Both contracts hold meanwhile.",
)


@group.command()
def start(
    model: Model,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The published version to try.")],
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")] = "canary",
    percent: Percent = None,
    accept: Accept = None,
    fill: Fill = None,
    if_epoch: IfEpoch = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    without_dependents: WithoutDependents = False,
    override_policy: OverridePolicy = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Give a published version its first share of the traffic.

    The database satisfies both contracts from then on, so that an abort is instant. The registry's alias stays.
    Exit code: 0 done, 2 impossible as asked, 4 a person has to settle something first.
    """
    from schemaguard.cli.operating import open_site
    from schemaguard.cli.switching import switch
    from schemaguard.commands.canary import start_request
    from schemaguard.frozen import replace
    from schemaguard.releases.release import Intent

    with open_site(database_url, registry_uri, alias) as site:
        wanted = start_request(
            site,
            model,
            version,
            Intent(site.actor, reason),
            percent=percent,
            if_epoch=if_epoch,
            fills=tuple(fill or ()),
            accept=accept,
        )
        wanted = replace(wanted, leaves_dependents=without_dependents, overrides_policy=override_policy)
        switch(wanted, site, output, dry_run=dry_run, yes=yes, finish=False)


@group.command()
def advance(
    model: Model,
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")] = "the step is over",
    percent: Percent = None,
    early: Annotated[bool, typer.Option("--early", help="Although the step isn't over, or nobody watches.")] = False,
    if_epoch: IfEpoch = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    finish: Finish = False,
    override_policy: OverridePolicy = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
    output: Output = Format.TEXT,
) -> None:
    """Give the canary its next share; all of the traffic is its promotion.

    Refused until the step has held and has had its requests, where a line is crossed, and where nobody watches.
    Exit code: 0 done, 2 impossible as asked or too early.
    """
    from schemaguard.cli.operating import open_site
    from schemaguard.cli.switching import switch
    from schemaguard.commands.canary import advance_request
    from schemaguard.frozen import replace
    from schemaguard.releases.release import Intent

    with open_site(database_url, registry_uri, alias) as site:
        wanted = advance_request(
            site, model, Intent(site.actor, reason), percent=percent, early=early, if_epoch=if_epoch
        )
        wanted = replace(wanted, overrides_policy=override_policy)
        switch(wanted, site, output, dry_run=dry_run, yes=yes, finish=finish)


@group.command()
def abort(
    model: Model,
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")],
    metric: Annotated[str | None, typer.Option(help="The measurement that led to it.")] = None,
    detected_at: DetectedAt = None,
    if_epoch: IfEpoch = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    finish: Finish = False,
    override_policy: OverridePolicy = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Take all traffic away from the canary; what serves goes on as it was. A frozen model's, too.

    What only the canary names is retired when every model server has switched.
    Exit code: 0 done, 2 impossible as asked.
    """
    from schemaguard.cli.operating import in_utc, open_site
    from schemaguard.cli.switching import switch
    from schemaguard.commands.canary import abort_request
    from schemaguard.frozen import replace
    from schemaguard.releases.release import Intent

    with open_site(database_url, registry_uri) as site:
        wanted = abort_request(site, model, Intent(site.actor, reason, metric, in_utc(detected_at)), if_epoch=if_epoch)
        wanted = replace(wanted, overrides_policy=override_policy)
        switch(wanted, site, output, dry_run=dry_run, yes=yes, finish=finish)


@group.command()
def status(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="One model (default: all).")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show which canaries run, what their triggers know, and what keeps them from their next step."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.canary import status as ask
    from schemaguard.report.canary import canaries_json, show_canaries

    with open_site(database_url) as site:
        found = ask(site, model)
    if output is Format.JSON:
        tell_json(canaries_json(found))
    else:
        show_canaries(found, console())
