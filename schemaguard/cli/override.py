"""`schemaguard override`: let a finding of the contract family pass, on somebody's word and until a day."""

from datetime import datetime
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def override(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule of the finding, such as breaks-reader.")],
    thing: Annotated[str, typer.Argument(metavar="OBJECT", help="TABLE or TABLE.COLUMN, as the finding names it.")],
    whom: Annotated[
        list[str],
        typer.Option("--for", metavar="MODEL@VERSION", help="The model version that may break; may be repeated."),
    ],
    until: Annotated[
        datetime, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The last day on which the override holds.")
    ],
    reason: Annotated[str, typer.Option(help="Why the break is acceptable; every report shows it.")],
    approved_by: Annotated[str, typer.Option(metavar="NAME", help="Who approves it; must not be the person who asks.")],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Accept a finding of the contract family, for named model versions and until a date.

    The override is written to contracts/overrides.yaml and, where a database is configured, to the ledger. Nothing else
    can silence that family. Who asks is SCHEMAGUARD_ACTOR, else the system's user.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import override as command
    from schemaguard.report.override import granted_json, show_granted

    with open_site(database_url, contracts=contracts) as site:
        why = (reason, approved_by, site.actor)
        wanted = [command.asked(rule, thing, one, until.date(), why) for one in dict.fromkeys(whom)]
        done = command.override(site, wanted)
    if output is Format.JSON:
        tell_json(granted_json(done.overrides, done.why_not))
    else:
        show_granted(done.overrides, done.renewed, done.why_not, console())
