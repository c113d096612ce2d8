"""`schemaguard audit`: who did what when, and whether the record of it is what was written."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.coercion import Verb
from schemaguard.cli.operating import DatabaseUrl, Format, Output

group = typer.Typer(no_args_is_help=True, add_completion=False, help="Read the ledger, verify it, prove an entry.")

Position = Annotated[int, typer.Argument(metavar="POSITION", min=1, help="The number of the entry.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", metavar="KEY", help="A key that verifies, besides those of the settings.")
]


@group.command(cls=Verb)
def log(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Only entries of this model.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the newest N entries.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also entries that only say which rows were written.")] = False,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who did what when, oldest first."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit
    from schemaguard.report.audit import log_json, show_log

    with open_site(database_url) as site:
        entries = audit.log(site, model, limit, all_of_them=every)
    if output is Format.JSON:
        tell_json(log_json(entries))
    else:
        show_log(entries, console())


@group.command(cls=Verb)
def show(position: Position, database_url: DatabaseUrl = None, output: Output = Format.TEXT) -> None:
    """Show one entry as a whole, with the rows that it covers."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit
    from schemaguard.report.audit import log_json, show_entry

    with open_site(database_url) as site:
        entry = audit.show(site, position)
    if output is Format.JSON:
        tell_json(log_json([entry]))
    else:
        show_entry(entry, console())


@group.command(cls=Verb)
def verify(
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZE:ROOT", help="A checkpoint that was kept elsewhere, or its file; may be repeated."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Verify what audit export wrote, without the database.")
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check what audit prove wrote, without the database.")
    ] = None,
    key: Keys = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Recompute every hash of the ledger and of the rows that it covers, and show what was checked.

    Exit code: 0 intact, 1 tampered with.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit
    from schemaguard.errors import ExitCode
    from schemaguard.report.audit import proof_json, show_proof, show_verification, verification_json

    keys = audit.parse_keys(key or ())
    with open_site(database_url) as site:
        if proof is not None:
            proven = audit.check(site, proof, keys)
            if output is Format.JSON:
                tell_json(proof_json(proven))
            else:
                show_proof(proven, console())
            return
        outside = [audit.parse_checkpoint(each, (*site.ledger_keys, *keys)) for each in checkpoint or ()]
        if export is not None:
            found = audit.verify_export(site, export, outside, keys)
        else:
            found = audit.verify(site, outside, keys)
    if output is Format.JSON:
        tell_json(verification_json(found))
    else:
        show_verification(found, console())
    raise typer.Exit(ExitCode.OK if found.holds else ExitCode.FINDINGS)


@group.command(cls=Verb)
def checkpoint(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where the signed checkpoint is written.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Sign how the ledger is now, for whoever keeps it out of this database's reach."""
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import audit

    with open_site(database_url) as site:
        note = audit.checkpoint(site, file)
    typer.echo(note, nl=False)


@group.command(cls=Verb)
def prove(
    position: Position,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where the proof is written.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Prove that one entry is in the ledger, without showing the others.

    `schemaguard audit verify --proof FILE --key KEY` checks it.
    """
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import audit

    with open_site(database_url) as site:
        proof = audit.prove(site, position, file)
    if file is None:
        typer.echo(proof, nl=False)


@group.command(cls=Verb)
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the ledger is written.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Write the whole ledger, with the rows that it covers, into a file that is verified without the database."""
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import audit

    with open_site(database_url) as site:
        number = audit.export(site, file)
        sealed = "sealed" if site.ledger_key is not None else "not sealed: no key is configured"
    typer.echo(f"{file}: {number} entries, {sealed}")


@group.command(cls=Verb)
def accept(
    position: Position,
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Say that rows which somebody has written past schemaguard are right as they are."""
    from schemaguard.cli.operating import open_site
    from schemaguard.commands import audit

    with open_site(database_url) as site:
        audit.accept(site, position, reason)
    typer.echo(f"entry {position} is accepted")


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
