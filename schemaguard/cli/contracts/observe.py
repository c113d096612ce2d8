"""`schemaguard contracts observe`: who really reads the tables under contract."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def observe(
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    without_role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help="Ignore the statements of this role; may be repeated.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Compare the readers that contracts declare with those the database has seen (pg_stat_statements).

    Lists, by role, who reads tables under contract without declaring it, and which declared reads never happen.
    Exit code: 0, or 1 where somebody reads undeclared, or 2 where pg_stat_statements can't tell.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts.observe import observe_contracts
    from schemaguard.errors import ExitCode
    from schemaguard.report.contracts import observe as report

    with open_site(database_url, contracts=contracts) as site:
        done = observe_contracts(site, without_role or ())
    seen = done.observation
    if output is Format.JSON:
        tell_json(report.document(seen, done.source))
    else:
        report.show(seen, console(), done.source)
    raise typer.Exit(ExitCode.FINDINGS if seen.undeclared else ExitCode.OK)
