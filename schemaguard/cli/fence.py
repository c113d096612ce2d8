"""`schemaguard fence`: what the server itself refuses, so that nothing that is dropped is lost."""

from enum import StrEnum
from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


class Keep(StrEnum):
    """What is kept."""

    ALL = "all"
    CONTRACTS = "contracts"


def fence(
    on: Annotated[bool, typer.Option("--on", help="Put it up, or bring it up to date.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Take it down, as for an upgrade of a managed database.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Say how well each table is kept (the default).")] = False,
    keep: Annotated[
        Keep | None, typer.Option("--keep", help="Keep all that is dropped, or what contracts name.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="SCHEMA", help="A schema whose tables may be dropped.")
    ] = None,
    most_rows: Annotated[
        int | None,
        typer.Option("--most-rows", min=0, max=10**12, help="Of what a revision changes in a table, so many are kept."),
    ] = None,
    most_mb: Annotated[int | None, typer.Option("--most-mb", min=0, max=10**9, help="The same, in megabytes.")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Let the server refuse whatever would lose a value, from any client.

    Exit code 1: it is up and weaker than it was asked to be.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import fence as command
    from schemaguard.errors import ExitCode, UsageError
    from schemaguard.report.fence import fence_json, show_fence

    if on + off + status > 1:
        raise UsageError("--on, --off and --status exclude each other", next="give one of them")
    changes = any(each is not None for each in (keep, leave_out, most_rows, most_mb))
    if changes and (off or status):
        raise UsageError(
            "--keep, --leave-out and --most-… go with --on", next="schemaguard fence --on --keep contracts"
        )
    with open_site(database_url) as site:
        if on or changes:
            done = command.put_up(
                site, keep=keep.value if keep else None, leave_out=leave_out, most_rows=most_rows, most_mb=most_mb
            )
        else:
            done = command.take_down(site) if off else command.state(site)
    if output is Format.JSON:
        tell_json({"version": 1, "database": done.database, **fence_json(done.state), "remark": done.remark or None})
    else:
        show_fence(done.state, done.database, done.remark, console())
    if done.state.is_weaker:
        raise typer.Exit(ExitCode.FINDINGS)
