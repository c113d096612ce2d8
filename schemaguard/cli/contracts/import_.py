"""`schemaguard contracts import`: contracts of readers that are described elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH…",
            help="A project of dbt, Feast or Great Expectations or a file of it; OpenLineage events, pandera schemas.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Whatever lies in the repository and describes readers.")
    ] = False,
    statements: Annotated[
        bool, typer.Option("--statements", help="What pg_stat_statements has seen, a reader a role.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="ROLE", help="Leave a role out, for --statements; repeat.")
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="NAME[@VERSION]",
            help="A registered model: its logged datasets, signature and input example; repeat.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be.")] = False,
    contracts: Folder = None,
    migrations: Annotated[
        str | None, typer.Option(metavar="PATH", help="The folder or file of the migrations.")
    ] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Write the contracts of readers that are described elsewhere, such as by dbt, Feast or OpenLineage.

    Each is a reader in every finding at once. Importing again changes nothing where nothing has changed; what people
    edited stays, and what differs is said.

    Exit code: 0, or 1 where an edited contract no longer says what its source says.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts.import_ import ImportRequest, import_contracts
    from schemaguard.report.contracts import import_ as report

    wanted = ImportRequest(
        tuple(paths or ()), everything, statements, tuple(without or ()), tuple(models or ()), dry_run
    )
    with open_site(database_url, contracts=contracts) as site:
        done = import_contracts(site, wanted, migrations=migrations, initial=initial)
    if output is Format.JSON:
        tell_json(report.document(done.outcomes, done.sources, done.left_out, is_written=done.is_written))
    else:
        report.show(done.outcomes, done.left_out, console(), is_written=done.is_written)
    raise typer.Exit(done.exit_code)
