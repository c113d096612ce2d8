"""`schemaguard deferred`: drops that are put off until nobody needs what they drop."""

import os
from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


def deferred(
    remember: Annotated[
        bool, typer.Option("--remember", help="Remember the drops that a check refuses for the sake of a contract.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why they are wanted, for --remember.")] = "",
    forget: Annotated[str | None, typer.Option(metavar="OBJECT", help="Remember a drop no longer.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the revisions of those that have nothing left to wait for.")
    ] = False,
    accept_unknown: Annotated[
        bool, typer.Option("--accept-unknown", help="Write them although something about them isn't known.")
    ] = False,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List the deferred drops with what they still wait for: release windows, model servers, readers that were seen.

    A scheduled job runs it with --write, and opens a pull request with the revisions.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import deferred as command
    from schemaguard.report import deferred as report

    with open_site(database_url) as site, site.reading() as reading:
        if forget is not None:
            command.forget(site, forget)
        if remember:
            new = command.remember(site, reading, " ".join(reason.split()), os.environ)
            if output is Format.TEXT:
                report.show_remembered(new, console())
        if write:
            found = command.write(site, reading, accept_unknown=accept_unknown, environ=os.environ)
        else:
            found = command.deferred(site, reading)
    if output is Format.JSON:
        tell_json(report.document(found.states, found.source, found.written))
    else:
        report.show(found.states, found.source, found.written, console())
