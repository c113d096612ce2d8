"""`schemaguard contracts verify`: whether the data is what a contract promises."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder, read_book, read_contracts, relative
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from schemaguard.adapters.files.table_data import DuckFile
    from schemaguard.adapters.postgres.table_data import PostgresData
    from schemaguard.contracts.contract import Contract


def verify(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model or consumer; or both, as fraud@7.")],
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="Its version; left out for a consumer.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="URL|FILE", help="Another database, or a .parquet or .csv file of one table.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="Only this table of the contract.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Only rows for which this holds.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only rows of that time or later.")] = None,
    time_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that --since is about.")] = None,
    sample: Annotated[float | None, typer.Option(metavar="PERCENT", help="Only about so many of the pages.")] = None,
    rows: Annotated[int, typer.Option(min=0, help="Show so many rows of each violation: they are data.")] = 0,
    timeout: Annotated[
        float, typer.Option(min=0.001, max=1_000_000, metavar="S", help="Give up a query after that long.")
    ] = 300,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Hold the data against a contract: NULLs, bounds, enums, lengths, duplicates, types.

    One aggregate a table, in a read-only transaction. Exit code: 0, or 1 where a promise is broken, or 2 where none is
    and one couldn't be judged.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands.contracts import verify as command
    from schemaguard.report.contracts import verify as report

    name, _, after = model.partition("@")
    number = version or after or None
    contract = _contract(name, number, contracts, database_url)
    file = _file(on)
    wanted = command.Wanted(table, where, since, time_column, sample, rows)
    if file is not None:
        wanted = command.of_file(contract, wanted, file.stem)
    with _data(contract, on, file, database_url, timeout) as data:
        views = data.views(name, number) if contract.reads_through == "view" else None
        found = command.verify(contract, f"{name}@{number}" if number else name, wanted, data, views)
    if output is Format.JSON:
        tell_json(report.document(found))
    else:
        report.show(found, console())
    raise typer.Exit(found.exit_code)


def _contract(model: str, version: str | None, contracts: str | None, database_url: str | None) -> "Contract":
    """What speaks for the version: a file that lists it, else the contract of another that it was published with."""
    from schemaguard.commands.contracts.publish import find

    folder, root = contract_folder(contracts)
    files = read_contracts(folder, root, contracts)
    mine = [file.contract for file in files if file.contract.model == model]
    if version is not None and not any(version in each.model_versions for each in mine):
        for each in read_book(contracts, database_url).listed:
            if (each.contract.model, each.version) == (model, version):
                return each.contract
    return find(files, model, version, relative(folder, root), "verify").contract


def _file(on: str | None) -> Path | None:
    """The file that is meant, None for the URL of a database."""
    file = Path(on) if on is not None else None
    return file if file is not None and file.suffix.lower() in (".parquet", ".csv") else None


def _data(
    contract: "Contract", on: str | None, file: Path | None, database_url: str | None, timeout_s: float
) -> "AbstractContextManager[PostgresData | DuckFile]":
    from schemaguard.cli.operating import where_to
    from schemaguard.errors import UsageError

    if file is not None:
        from schemaguard.adapters.files.table_data import DuckFile

        return DuckFile(file, timeout_s)
    from schemaguard.adapters.postgres.table_data import PostgresData

    if on is None and contract.reads_through == "copy":
        raise UsageError(
            f"{contract.model} reads a copy, not this database", at=contract.file, next="say where it is: --on URL|FILE"
        )
    return PostgresData(on or where_to(database_url)[0], timeout_s)
