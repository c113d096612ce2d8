"""`schemaguard contracts search`: contracts by words."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORD", help="A word to search for; a contract must contain all of them.")
    ],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Find contracts by words: names, tables, columns, types, values, owners, descriptions and files.

    The best matches come first; case doesn't matter.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import search as command
    from schemaguard.report.contracts import search as report

    with open_site(database_url, contracts=contracts) as site:
        done = command.search(site, words)
    if output is Format.JSON:
        tell_json(report.document(done.found, done.words, done.near, done.source))
    else:
        report.show(done.found, done.words, done.near, console(), done.source)
