"""`schemaguard contracts graph`: models, the tables between them, and who shares them."""

from enum import StrEnum
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Initial, Migrations, complete_model
from schemaguard.cli.operating import DatabaseUrl


class GraphFormat(StrEnum):
    """How the graph is drawn."""

    TEXT = "text"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


def graph(
    thing: Annotated[
        str | None,
        typer.Argument(
            autocompletion=complete_model,
            metavar="MODEL|TABLE",
            help="Only this model or table and its neighbours (default: everything).",
        ),
    ] = None,
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Annotated[GraphFormat, typer.Option("--format", help="The format of the graph.")] = GraphFormat.TEXT,
) -> None:
    """Draw who reads and writes which tables: models, consumers, and the tables and views between them."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import graph as command
    from schemaguard.report.contracts import graph as report

    with open_site(database_url, contracts=contracts) as site:
        found = command.graph(site, thing, migrations=migrations, initial=initial)
    if output is GraphFormat.JSON:
        tell_json(report.document(found.graph, found.bench.source))
    elif output is GraphFormat.TEXT:
        report.show(found.graph, found.around, console(), found.bench.source)
    else:
        typer.echo(report.dot(found.graph) if output is GraphFormat.DOT else report.mermaid(found.graph), nl=False)
