"""`schemaguard freeze`: nothing of a model is promoted."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl


def freeze(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    reason: Annotated[str, typer.Option(help="The reason, shown to whoever is refused and written to the ledger.")],
    until: Annotated[datetime | None, typer.Option(metavar="TIME", help="When it ends by itself (UTC).")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Refuse every promotion of a model until `schemaguard thaw`, or until a time; a rollback is always possible.

    The database itself refuses them, whoever asks.
    """
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import freeze as command

    end = until.replace(tzinfo=UTC) if until is not None and until.tzinfo is None else until
    with open_site(database_url) as site:
        command.freeze(site, model, reason, end)
    typer.echo(f"FROZEN {model}{f' until {end:%Y-%m-%d %H:%M} UTC' if end is not None else ''}: {reason}")
