"""What the verbs that operate have in common: where the database and the registry are, who asks, how it is told."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.reading import open_site

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Accept",
    "AliasName",
    "Also",
    "DatabaseUrl",
    "DetectedAt",
    "DryRun",
    "Fill",
    "Finish",
    "Format",
    "IfEpoch",
    "Output",
    "OverridePolicy",
    "RegistryUri",
    "WithoutDependents",
    "Yes",
    "console",
    "in_utc",
    "open_site",
    "tell_json",
]


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
Also = Annotated[
    list[str] | None,
    typer.Option(metavar="MODEL[=VERSION]", help="Another model, switched in the same operation; repeatable."),
]
IfEpoch = Annotated[int | None, typer.Option("--if-epoch", metavar="N", help="Only if the epoch is still N.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")]
WithoutDependents = Annotated[
    bool, typer.Option("--without-dependents", help="Although somebody reads what won't be written any more.")
]
OverridePolicy = Annotated[
    bool, typer.Option("--override-policy", help="Although the policy says no; the ledger keeps it, with the reason.")
]
Finish = Annotated[bool, typer.Option("--finish", help="Retire leftovers without waiting for the model servers.")]
Fill = Annotated[
    list[str] | None,
    typer.Option("--fill", metavar="EXPR", help="SQL for rows without a required value; or TABLE.COLUMN=EXPR."),
]
Accept = Annotated[
    str | None, typer.Option(metavar="REASON", help="Why a draft or an invalid contract is put to serve.")
]
DetectedAt = Annotated[datetime | None, typer.Option(metavar="TIME", help="When the problem was noticed (UTC).")]
Output = Annotated[Format, typer.Option("--format", help="The format of the output.")]


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment, which is UTC where nobody says otherwise."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def console() -> "Console":
    """Where text goes."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def tell_json(document: object) -> None:
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
