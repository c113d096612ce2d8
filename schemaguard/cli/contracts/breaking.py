"""`schemaguard contracts breaking`: what a pull request's edits of contracts take from those that are published."""

from enum import StrEnum
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder


class BreakingFormat(StrEnum):
    """How the verdict is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def breaking(
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="Compare with the merge base with REF (default: as check does).")
    ] = None,
    contracts: Folder = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="live|FILE|dates", help="Where to read the release windows from (default: as at the base)."
        ),
    ] = None,
    output: Annotated[
        BreakingFormat, typer.Option("--format", help="The format of the verdict.")
    ] = BreakingFormat.TEXT,
) -> None:
    """Judge edits of contracts: what they take from published versions that are in their windows.

    Needs git and no database, unless --window live asks one. Exit code: 0 passed, 1 breaking, 2 no verdict.
    """
    import os

    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import breaking as command
    from schemaguard.report.contracts import breaking as report

    with open_site(contracts=contracts) as site, site.reading(no_cache=True) as reading:
        found = command.breaking(reading, str(site.contracts_folder), base, window, os.environ, site.live_window)
    if output is BreakingFormat.JSON:
        tell_json(report.document(found))
    elif output is BreakingFormat.SARIF:
        typer.echo(report.sarif(found), nl=False)
    elif output is BreakingFormat.GITHUB:
        typer.echo(report.github(found), nl=False)
    else:
        report.show(found, console())
    raise typer.Exit(found.exit_code)
