"""`schemaguard audit`: who did what when, and whether the record of it is what was written."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.coercion import Verb
from schemaguard.cli.operating import DatabaseUrl, Format, Output

group = typer.Typer(no_args_is_help=True, add_completion=False, help="Read the ledger, or verify it.")


@group.command(cls=Verb)
def log(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Only entries of this model.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the newest N entries.")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who did what when, oldest first."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit
    from schemaguard.report.audit import log_json, show_log

    with open_site(database_url) as site:
        entries = audit.log(site, model, limit)
    if output is Format.JSON:
        tell_json(log_json(entries))
    else:
        show_log(entries, console())


@group.command(cls=Verb)
def verify(
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZE:ROOT", help="A checkpoint that was kept elsewhere; may be repeated."),
    ] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Recompute every hash of the ledger, and show what was checked.

    Exit code: 0 intact, 1 tampered with.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit
    from schemaguard.errors import ExitCode
    from schemaguard.report.audit import show_verification, verification_json

    outside = [audit.parse_checkpoint(each) for each in checkpoint or ()]
    with open_site(database_url) as site:
        found = audit.verify(site, outside)
    if output is Format.JSON:
        tell_json(verification_json(found))
    else:
        show_verification(found, console())
    raise typer.Exit(ExitCode.OK if found.holds else ExitCode.FINDINGS)


@group.command(cls=Verb)
def key(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where a new key is written.")] = None,
    name: Annotated[str, typer.Option(help="The new key's name, such as the company's and the environment's.")] = "",
) -> None:
    """Make the key that signs checkpoints, or show the one that verifies them.

    The file is for whoever signs and for nobody else; the printed key is for everybody, in `ledger_keys`.
    """
    from schemaguard.cli.reading import open_site
    from schemaguard.commands import audit

    with open_site() as site:
        made = audit.make_key(file, name) if file is not None else audit.show_key(site)
    typer.echo(str(made))
