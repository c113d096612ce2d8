"""`schemaguard window`: who is in the release window, and the lock file that says so without a database."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from schemaguard.window.window import Window

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Who is in the release window: show it, or write contracts/window.lock.",
)


@group.command()
def show(
    window: Annotated[
        str | None, typer.Option(metavar="live|FILE|dates", help="Where the release windows are read.")
    ] = None,
    contracts: Folder = None,
    at: Annotated[datetime | None, typer.Option(metavar="TIME", help="Judge the windows at this time (UTC).")] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who is in the release window and until when, as check would read it."""
    from datetime import UTC

    from schemaguard.adapters.files.tree import DiskFiles
    from schemaguard.cli.contracts.known import read_contracts
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import window as command
    from schemaguard.report.window import show_window, window_json

    folder, root = contract_folder(contracts)
    files = [file.contract for file in read_contracts(folder, root, contracts)]
    chosen = command.choose(
        window, at, folder, DiskFiles(root), files, lambda moment: live_window(database_url, moment)
    )
    now = datetime.now(UTC)
    if output is Format.JSON:
        tell_json(window_json(chosen, now))
    else:
        show_window(chosen, console(), now)


@group.command()
def lock(
    file: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Where to; left out: window.lock with the contracts.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say whether the file is what it should be.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Write it even if nothing but its date changes.")] = False,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Write the release windows of the database to a file that check reads without one.

    The same windows are the same bytes but for the date; while they stay the same, the date is renewed once a day.
    Exit code: 0, or 1 where --check finds a difference.
    """
    from schemaguard.adapters.files.tree import DiskFiles
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import window as command
    from schemaguard.errors import UsageError
    from schemaguard.report.window import lock_json, show_lock

    if check and refresh:
        raise UsageError("both --check and --refresh", next="give one of them")
    folder, root = contract_folder(contracts)
    target = file or str(folder / command.LOCK)
    live = live_window(database_url)
    if check:
        done = command.compare(target, DiskFiles(root), live)
    else:
        done = command.lock(target, DiskFiles(root), live, refresh=refresh)
    facts = (done.file, done.outcome.value, done.live, done.changes, done.written)
    if output is Format.JSON:
        tell_json(lock_json(*facts))
    else:
        show_lock(*facts, console())
    raise typer.Exit(done.exit_code)


def live_window(database_url: str | None, at: datetime | None = None) -> "Window":
    """The release windows as the configured database has them, now or at another time."""
    from schemaguard.adapters.control.database import ControlDatabase
    from schemaguard.cli.operating import where_to

    url, _ = where_to(database_url)
    with ControlDatabase(url) as database:
        return database.window(at)
