"""`schemaguard contracts verify`: whether the data is what a contract promises."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def verify(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The model or consumer; or model and version, as fraud@7.")
    ],
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="Its version; leave it out for a consumer.")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="URL|FILE",
            help="Another database; a .parquet or .csv file of one table; spark:PATH, spark://…, sc://…; or trino:, "
            "snowflake:, bigquery:, whose queries are written and not run.",
        ),
    ] = None,
    table: Annotated[str | None, typer.Option(help="Only this table of the contract.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Only rows that meet this condition.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only rows from this time on.")] = None,
    time_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column that --since is compared with.")
    ] = None,
    sample: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Only about this percentage of the table's pages.")
    ] = None,
    rows: Annotated[
        int, typer.Option(min=0, help="Show up to this many rows of each violation; this prints data.")
    ] = 0,
    timeout: Annotated[
        float, typer.Option(min=0.001, max=1_000_000, metavar="S", help="Give up on a query after this time.")
    ] = 300,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Check the data against a contract: NULLs, bounds, enums, lengths, duplicates, types.

    Each table is read with one aggregate query, in a read-only transaction. Exit code: 0, or 1 where a promise is
    broken, or 2 where none is and one couldn't be judged.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts import verify as command
    from schemaguard.report.contracts import verify as report

    name, _, after = model.partition("@")
    wanted = command.VerificationRequest(table, where, since, time_column, sample, rows)
    with open_site(database_url, contracts=contracts) as site:
        if (dialect := command.unrun_dialect(on)) is not None:
            queries = command.write_queries(site, name, version or after or None, wanted, dialect)
            if output is Format.JSON:
                tell_json(report.unrun_document(queries, dialect))
            else:
                report.show_unrun(queries, dialect, console())
            raise typer.Exit(2)
        found = command.verify_contract(site, name, version or after or None, wanted, on=on, timeout_s=timeout)
    if output is Format.JSON:
        tell_json(report.document(found))
    else:
        report.show(found, console())
    raise typer.Exit(found.exit_code)
