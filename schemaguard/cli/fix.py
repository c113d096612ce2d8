"""`schemaguard fix`: mend what can be mended mechanically."""

import os
import sys
from typing import Annotated

import typer

from schemaguard.cli.operating import Format, Output


def fix(
    revision: Annotated[
        str | None, typer.Argument(metavar="REVISION", help="Mend this revision alone (default: all that is judged).")
    ] = None,
    paths: Annotated[
        list[str] | None, typer.Option("--path", metavar="PATH", help="The history (default: as configured).")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="Mend only what is new since the merge base with REF.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Mend only what these rules find.")] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also mend what makes another catalog, such as a wider type.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the files without asking.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """Mend findings mechanically, and show it as a diff first.

    A repair is safe where the history, folded with and without it, leads to the same catalog; the others need
    --unsafe. Files are written with --write, or after a question.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import fix as command
    from schemaguard.report import fix as report

    rules = tuple(word.strip() for one in select or () for word in one.split(",") if word.strip())
    request = command.FixRequest(revision, tuple(paths or ()), base, rules, unsafe)
    with open_site() as site, site.reading() as reading:
        mended = command.fix(site, reading, request, os.environ)
        if output is Format.TEXT:
            report.show(mended, console(), is_written=write)
        is_written = bool(mended.texts) and (write or _is_wanted(output))
        if is_written:
            command.write(site, mended)
    if output is Format.JSON:
        tell_json(report.document(mended, is_written=is_written))
    elif is_written and not write:
        typer.echo(report.summary(mended, is_written=True))


def _is_wanted(output: Format) -> bool:
    """Whether a person at the terminal says so."""
    if output is not Format.TEXT or not sys.stdin.isatty():
        return False
    return typer.confirm("write this?", err=True)
