"""`schemaguard contracts infer`: the draft of a contract from what a feature query reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder, read_contracts, relative
from schemaguard.cli.operating import Format, Output, RegistryUri

if TYPE_CHECKING:
    from schemaguard.commands.catalog import CatalogAt
    from schemaguard.commands.contracts.infer import Measure


Through = Literal["table", "view", "copy"]


def infer(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="Its version, or several that share the contract: 7,8.")
    ],
    query: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.sql", help="A feature query; left out: what the version's run recorded."),
    ] = None,
    writes: Annotated[
        list[str] | None, typer.Option(metavar="'TABLE(COLUMN, …)'", help="What it writes; once a table.")
    ] = None,
    reads_through: Annotated[
        Through | None, typer.Option(help="How it reaches the data; left out: as the run said, else table.")
    ] = None,
    contracts: Folder = None,
    migrations: Annotated[str | None, typer.Option(metavar="PATH", help="Where the migrations are.")] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    registry_uri: RegistryUri = None,
    bounds_from: Annotated[
        str | None, typer.Option(metavar="URL", help="A database to look for the least and greatest values in.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - is standard output.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Draft a contract from what a feature query reads, found out without a database.

    Tables, columns, types, NOT NULL, bounds and values come from the migrations, the signature from the registry.

    Exit code: 0, or 1 where the model's signature refuses what the query returns.
    """
    from schemaguard.adapters.registry.models import MlflowRegistry
    from schemaguard.cli.operating import configured, console, tell_json
    from schemaguard.commands.contracts import infer as command
    from schemaguard.report.contracts import infer as report

    folder, root = contract_folder(contracts)
    versions = command.versions(version)
    uri = registry_uri or configured(None).registry_uri
    registry = MlflowRegistry(uri) if uri else None
    is_shown = to == "-"
    file = command.default_file(folder, model, versions) if to is None or is_shown else Path(to).absolute()
    found = _catalog(migrations, initial)
    queries = command.read_queries(tuple(query or ()))
    wanted = command.Wanted(model, versions, queries, tuple(writes or ()), _source(found), reads_through)
    wanted = wanted if queries else command.from_run(wanted, uri, found.catalog)
    known = tuple(each.contract for each in read_contracts(folder, root, contracts))
    if not is_shown and file.is_relative_to(folder):
        command.refuse_bound(model, versions, known)
    place = command.place(file, root, wanted.queries)
    done = command.draft(wanted, found.catalog, place, registry, _measure(bounds_from))
    done = command.compared(done, known) if to is None else done
    if not is_shown and done.same_as is None:
        command.write(done)
    names = tuple(relative(each, root) for each in done.files) if not is_shown else ()
    told = (done.notes, done.remarks)
    if output is Format.JSON:
        tell_json({**report.document(done.contract, names, told, done.same_as), "text": done.text})
    elif is_shown:
        typer.echo(done.text, nl=False)
    else:
        report.show(done.contract, names, told, done.same_as, console())
    raise typer.Exit(done.exit_code)


def _catalog(migrations: str | None, initial: Path | None) -> "CatalogAt":
    from schemaguard.cli.reading import read_settings
    from schemaguard.commands.catalog import static_catalog

    with read_settings(initial=initial) as reading:
        return static_catalog(reading, migrations)


def _source(found: "CatalogAt") -> str:
    revision = f" at revision {found.revision}" if found.revision else ""
    return f"Types, NOT NULL, bounds and values are those of {found.source}{revision}."


def _measure(url: str | None) -> "Measure | None":
    if url is None:
        return None
    from schemaguard.adapters.postgres.extremes import extremes

    return lambda columns: extremes(url, columns)
