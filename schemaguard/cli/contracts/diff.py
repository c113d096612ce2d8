"""`schemaguard contracts diff`: how two contracts differ, and what that means for a reader and a writer."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def diff(
    first: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_model, metavar="A", help="MODEL@VERSION, a consumer, or a contract file."
        ),
    ],
    second: Annotated[
        str, typer.Argument(autocompletion=complete_model, metavar="B", help="What replaces A, in the same forms.")
    ],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show how B differs from A: what gets stricter, what gets looser, and who breaks.

    A's readers break where B promises less, A's writers where B demands more.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import diff as command
    from schemaguard.report.contracts import diff as report

    with open_site(database_url, contracts=contracts) as site:
        found = command.diff(site, first, second)
    if output is Format.JSON:
        tell_json(report.document((first, second), found.differences, found.terms))
    else:
        report.show((first, second), found.differences, found.terms, console())
