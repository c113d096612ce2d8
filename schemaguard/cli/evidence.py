"""`schemaguard evidence`: what auditors ask for, as one archive that is verified without the database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.coercion import Verb
from schemaguard.cli.operating import DatabaseUrl, Format, Output

group = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What auditors ask for, as one archive: write it, verify it."
)


@group.command(cls=Verb)
def export(
    since: Annotated[datetime, typer.Option(metavar="TIME", help="From when on (UTC).")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the archive is written.")],
    until: Annotated[datetime | None, typer.Option(metavar="TIME", help="Until when (UTC; default: now).")] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Only of this model.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write what was done in a time, with what it speaks of: entries, contracts, playbooks, decisions, drills.

    It has no row of your tables and no secret. The ledger's key seals it; index.html in it is for reading and printing.
    """
    from schemaguard.cli.operating import console, in_utc, open_site
    from schemaguard.commands import evidence
    from schemaguard.ledger.evidence import EvidenceSlice
    from schemaguard.report.evidence import show_export

    begin = in_utc(since)
    assert begin is not None
    with open_site(database_url) as site:
        asked = EvidenceSlice(begin, in_utc(until) or site.now(), model)
        made = evidence.export_evidence(site, asked, out)
    show_export(made.page, made.digest, made.signer, str(out), console())


@group.command(cls=Verb)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What evidence export wrote.")],
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY", help="A key that verifies, besides those of the settings."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Check every file, entry and row of an archive, and its seal; no database is needed.

    Exit code: 0 it holds, 1 something was changed.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import audit, evidence
    from schemaguard.errors import ExitCode
    from schemaguard.report.evidence import evidence_json, show_evidence

    with open_site() as site:
        found = evidence.verify_archive(site, file, audit.parse_keys(key or ()))
    if output is Format.JSON:
        tell_json(evidence_json(found))
    else:
        show_evidence(found, console())
    raise typer.Exit(ExitCode.OK if found.holds else ExitCode.FINDINGS)
