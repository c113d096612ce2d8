"""`schemaguard purge`: really drop what is retired."""

from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, DryRun, Format, Output, Yes

if TYPE_CHECKING:
    from schemaguard.commands.purge import Early


def purge(
    objects: Annotated[
        list[str] | None,
        typer.Argument(metavar="OBJECT", help="Such as transactions.channel (default: all that are due)."),
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Before the retention is over, as for a legal erasure.")] = False,
    approved_by: Annotated[str | None, typer.Option(metavar="WHO", help="Who approved --now.")] = None,
    reason: Annotated[str | None, typer.Option(help="The reason for --now, written to the ledger.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Drop retired columns and tables for good, once their retention is over.

    What a contract in its window reads is never dropped. There is no way back.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.cli.switching import confirm
    from schemaguard.commands.purge import purge as run
    from schemaguard.report.purge import purged_json, show_purged

    early = _early(objects, approved_by, reason) if now else None
    with open_site(database_url) as site:
        planned = run(site, tuple(objects or ()), early, dry_run=True)
        if dry_run or not planned.objects:
            done = planned
        else:
            if not yes:
                typer.echo(f"gone for good: {', '.join(planned.objects)}")
                confirm("add --yes")
            done = run(site, planned.objects, early)
    if output is Format.JSON:
        tell_json(purged_json(done, dry_run=dry_run))
    else:
        show_purged(done, console(), dry_run=dry_run)


def _early(objects: list[str] | None, approved_by: str | None, reason: str | None) -> "Early":
    from schemaguard.commands.purge import Early
    from schemaguard.errors import UsageError

    if not objects or not approved_by or not reason:
        raise UsageError(
            "--now needs the objects by name, --approved-by and --reason",
            next="schemaguard purge transactions.channel --now --approved-by WHO --reason WHY",
        )
    return Early(approved_by, reason)
