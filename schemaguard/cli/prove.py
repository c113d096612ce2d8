"""`schemaguard prove`: go there, back and there again on a real server before anybody has to."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, Migrations
from schemaguard.cli.operating import Format, Output


def prove(
    revisions: Annotated[
        list[str] | None,
        typer.Argument(metavar="REVISION", help="Revisions or ranges, such as head or a:b (default: all)."),
    ] = None,
    migrations: Migrations = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server to make scratch databases on (default: an embedded PostgreSQL)."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many rows each table gets.")] = 40,
    seed: Annotated[int | None, typer.Option(help="The seed of the rows (default: always the same).")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the certificates are written.")] = None,
    contracts: Folder = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Also a page that needs nothing else, with a timeline."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Prove that a revision can be taken back: upgrade, write, downgrade, compare every row, upgrade again, compare.

    The statements that static evaluation finds are run on a scratch database with generated rows that respect all
    constraints and the contracts' bounds; your code is not run. Exit code: 0 where all are proven, else 1.
    """
    import os

    from schemaguard.adapters.files.certificates import write_certificates
    from schemaguard.adapters.files.ledger_key import find_key
    from schemaguard.adapters.files.writing import make_folder, replace_text
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.cli.reading import read_settings
    from schemaguard.commands import prove as command
    from schemaguard.report.pages.prove import proof_page
    from schemaguard.report.prove import certificates_json, show_certificate, show_summary

    terminal, key = console(), find_key(os.environ)
    # Before the proofs: they take minutes.
    for folder in (out, html.parent if html is not None else None):
        if folder is not None:
            make_folder(folder)
    with read_settings(initial=initial) as reading:
        options = command.ProofOptions(server, rows, command.SEED if seed is None else seed, contracts)
        shown = None if output is Format.JSON else lambda one: show_certificate(one, terminal)
        found = command.prove(reading, migrations, revisions or (), options, shown)
    if out is not None:
        write_certificates(out, found, key)
    if html is not None:
        replace_text(html, proof_page(found, key.name if key is not None else None))
    if output is Format.JSON:
        tell_json(certificates_json(found, key))
    else:
        show_summary(found, str(out) if out is not None else None, key.name if key is not None else None, terminal)
    raise typer.Exit(0 if all(one.outcome == "proven" for one in found) else 1)
