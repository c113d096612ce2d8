"""`schemaguard window`: who is in the release window, and the lock file that says so without a database."""

from datetime import datetime
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Who is in the release window: show it, or write contracts/window.lock.",
)


@group.command()
def show(
    window: Annotated[
        str | None, typer.Option(metavar="live|FILE|dates", help="Where to read the release windows from.")
    ] = None,
    contracts: Folder = None,
    at: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Judge the release windows as of this time (UTC).")
    ] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who is in the release window and until when, as check would read it."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import window as command
    from schemaguard.report.window import show_window, window_json

    with open_site(database_url, contracts=contracts) as site:
        files = [file.contract for file in site.contract_files()]
        chosen = command.choose(window, at, site.contracts_folder, site.files, files, site.live_window)
        now = site.now()
    if output is Format.JSON:
        tell_json(window_json(chosen, now))
    else:
        show_window(chosen, console(), now)


@group.command()
def lock(
    file: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="The file to write (default: window.lock beside the contracts)."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; only say whether the file is up to date.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Write the file even if only its date changes.")] = False,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Write the release windows of the database to a file that check reads without one.

    The same windows give the same bytes except for the date, which is renewed at most once a day.
    Exit code: 0, or 1 where --check finds a difference.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import window as command
    from schemaguard.commands.site import LOCK
    from schemaguard.errors import UsageError
    from schemaguard.report.window import lock_json, show_lock

    if check and refresh:
        raise UsageError("--check and --refresh can't be used together", next="give one of them")
    with open_site(database_url, contracts=contracts) as site:
        target = file or str(site.contracts_folder / LOCK)
        live = site.live_window()
        if check:
            done = command.compare(target, site.files, live)
        else:
            done = command.lock(target, site.files, live, refresh=refresh)
    facts = (done.file, done.outcome.value, done.live, done.changes, done.written)
    if output is Format.JSON:
        tell_json(lock_json(*facts))
    else:
        show_lock(*facts, console())
    raise typer.Exit(done.exit_code)
