"""`schemaguard contracts observe`: who really reads the tables under contract."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, read_book
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def observe(
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    without_role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help="Leave this role's statements out; may be repeated.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Compare what contracts declare with what the database has seen (pg_stat_statements).

    Readers of tables under contract that no contract declares, and declared reads that never happen, by role.
    Exit code: 0, or 1 where somebody reads undeclared, or 2 where pg_stat_statements can't tell.
    """
    from schemaguard.adapters.postgres import statements
    from schemaguard.cli.operating import console, tell_json, where_to
    from schemaguard.commands.contracts.observe import observed
    from schemaguard.errors import ExitCode
    from schemaguard.report.contracts import observe as report

    url, _ = where_to(database_url)
    known = read_book(contracts, database_url)
    seen = observed(known.listed, statements.read(url), without_role or (), known.at)
    if output is Format.JSON:
        tell_json(report.document(seen, known.source))
    else:
        report.show(seen, console(), known.source)
    raise typer.Exit(ExitCode.FINDINGS if seen.undeclared else ExitCode.OK)
