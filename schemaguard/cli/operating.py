"""What the verbs that operate have in common: where the database and the registry are, who asks, how it is told."""

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from schemaguard.commands.site import Site


class Format(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"


DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="The database (or SCHEMAGUARD_DATABASE_URL).")
]
RegistryUri = Annotated[
    str | None, typer.Option("--registry-uri", metavar="URI", help="The MLflow registry (or SCHEMAGUARD_REGISTRY_URI).")
]
AliasName = Annotated[
    str | None, typer.Option("--alias", help="The registry alias to keep on the version that serves.")
]
IfEpoch = Annotated[int | None, typer.Option("--if-epoch", metavar="N", help="Only if the epoch is still N.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]
Finish = Annotated[bool, typer.Option("--finish", help="Retire leftovers without waiting for the model servers.")]
Output = Annotated[Format, typer.Option("--format", help="The format of the output.")]


@contextmanager
def open_site(
    database_url: str | None = None,
    registry_uri: str | None = None,
    alias: str | None = None,
    contracts: str | None = None,
) -> "Iterator[Site]":
    """The site of the working directory, with what the options say instead of its settings."""
    from schemaguard.cli.reading import collect_seldom, shown_progress
    from schemaguard.commands.site import Site

    collect_seldom()
    with (
        shown_progress() as progress,
        Site(
            database_url=database_url, registry_uri=registry_uri, alias=alias, contracts=contracts, progress=progress
        ) as site,
    ):
        yield site


def console() -> "Console":
    """Where text goes."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def tell_json(document: object) -> None:
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
