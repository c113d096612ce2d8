"""`schemaguard catalog`: the shape of the database that a history arrives at."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from schemaguard.commands.catalog import CatalogAt, Comparison


class CatalogFormat(StrEnum):
    """How the catalog is written."""

    TEXT = "text"
    JSON = "json"


def catalog(
    path: Annotated[
        str | None,
        typer.Argument(metavar="PATH", help="The folder or file of the migrations (default: as configured)."),
    ] = None,
    at: Annotated[str, typer.Option(metavar="REVISION", help="The revision to stop at.")] = "heads",
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    live: Annotated[str | None, typer.Option(metavar="URL", help="Read a real database instead.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Compare the migrations with the database.")] = False,
    pg_version: Annotated[int | None, typer.Option(help="The PostgreSQL version to assume (15 to 18).")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Evaluate everything again, without the cache.")] = False,
    output: Annotated[CatalogFormat, typer.Option("--format", help="The format of the catalog.")] = CatalogFormat.TEXT,
) -> None:
    """Show the tables that migrations build, or that a database has, or how the two differ.

    Exit code: 0, or 1 where --diff finds a difference.
    """
    import os

    from schemaguard.cli.reading import read_settings
    from schemaguard.commands import catalog as command

    with read_settings(initial=initial, pg_version=pg_version, no_cache=no_cache) as reading:
        if diff:
            compared = command.compare(reading, path, at, command.database_url(live, reading, os.environ))
            _show_comparison(compared, output)
            raise typer.Exit(1 if compared.differences else 0)
        found = command.live_catalog(live) if live is not None else command.static_catalog(reading, path, at)
    _show(found, output)


def _show(found: "CatalogAt", output: CatalogFormat) -> None:
    if found.taken_as_applied is not None:
        typer.echo(
            f"note: {found.taken_as_applied} and what comes before it count as applied: "
            "the initial file contains what they create",
            err=True,
        )
    if output is CatalogFormat.JSON:
        import json

        from schemaguard.commands.catalog import catalog_document

        typer.echo(json.dumps(catalog_document(found), indent=2))
        return
    from rich.console import Console

    from schemaguard.report import catalog as catalog_text

    catalog_text.show(found.catalog, Console(highlight=False, markup=False, emoji=False), _where(found))


def _show_comparison(found: "Comparison", output: CatalogFormat) -> None:
    if output is CatalogFormat.JSON:
        import json

        from schemaguard.commands.catalog import comparison_document

        typer.echo(json.dumps(comparison_document(found), indent=2))
        return
    from rich.console import Console

    from schemaguard.report import catalog as catalog_text

    console = Console(highlight=False, markup=False, emoji=False)
    catalog_text.show_differences(found.differences, console, _where(found.left), _where(found.right))


def _where(found: "CatalogAt") -> str:
    return f"{found.source} at {found.revision or 'base'}"
