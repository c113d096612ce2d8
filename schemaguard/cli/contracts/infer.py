"""`schemaguard contracts infer`: the draft of a contract from what a feature query reads."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import Format, Output, RegistryUri

Through = Literal["table", "view", "copy"]


def infer(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="The version, or several that share the contract: 7,8.")
    ],
    query: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.sql", help="A feature query (default: what the version's training run recorded)."),
    ] = None,
    writes: Annotated[
        list[str] | None,
        typer.Option(metavar="'TABLE(COLUMN, …)'", help="A table and the columns it writes; repeat for each table."),
    ] = None,
    reads_through: Annotated[
        Through | None, typer.Option(help="How the version reads the data (default: as its run recorded, else table).")
    ] = None,
    contracts: Folder = None,
    migrations: Annotated[
        str | None, typer.Option(metavar="PATH", help="The folder or file of the migrations.")
    ] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    registry_uri: RegistryUri = None,
    bounds_from: Annotated[
        str | None, typer.Option(metavar="URL", help="A database to read the smallest and largest values from.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - is standard output.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Draft a contract from what a feature query reads, without asking a database.

    Tables, columns, types, NOT NULL, bounds and values come from the migrations, the signature from the registry.

    Exit code: 0, or 1 where the model's signature refuses what the query returns.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import infer as command
    from schemaguard.report.contracts import infer as report

    versions = command.versions(version)
    with open_site(registry_uri=registry_uri, contracts=contracts) as site:
        queries = command.read_queries(tuple(query or ()))
        wanted = command.InferenceRequest(model, versions, queries, tuple(writes or ()), reads_through=reads_through)
        made = command.infer(site, wanted, to, migrations=migrations, initial=initial, bounds_from=bounds_from)
    done = made.drafted
    told = (done.notes, done.remarks)
    if output is Format.JSON:
        tell_json({**report.document(done.contract, made.names, told, done.same_as), "text": done.text})
    elif to == "-":
        typer.echo(done.text, nl=False)
    else:
        report.show(done.contract, made.names, told, done.same_as, console())
    raise typer.Exit(done.exit_code)
