"""`schemaguard contracts graph`: models, the tables between them, and who shares them."""

from enum import StrEnum
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import (
    Folder,
    Initial,
    Migrations,
    complete_model,
    judged_catalog,
    read_book,
    source,
)
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
            autocompletion=complete_model, metavar="MODEL|TABLE", help="Only what is around it; left out: everything."
        ),
    ] = None,
    contracts: Folder = None,
    migrations: Migrations = None,
    initial: Initial = None,
    database_url: DatabaseUrl = None,
    output: Annotated[GraphFormat, typer.Option("--format", help="How the graph is drawn.")] = GraphFormat.TEXT,
) -> None:
    """Draw who reads and writes which tables: models and consumers, the tables between them, views followed."""
    from schemaguard.catalog.objects import Catalog
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.registry.graph import focus
    from schemaguard.registry.graph import graph as drawn
    from schemaguard.report.contracts import graph as report

    known = read_book(contracts, database_url)
    catalog = judged_catalog(known, migrations, initial)[0] or Catalog()
    whole = drawn(known.shared, catalog)
    around = focus(thing, whole, catalog) if thing is not None else None
    found = whole.about(around) if around is not None else whole
    if output is GraphFormat.JSON:
        tell_json(report.document(found, source(known, migrations, initial)))
    elif output is GraphFormat.TEXT:
        report.show(found, around, console(), source(known, migrations, initial))
    else:
        typer.echo(report.dot(found) if output is GraphFormat.DOT else report.mermaid(found), nl=False)
