"""`schemaguard upgrade`: apply the project's own history with the guard."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Migrations
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from rich.console import Console

    from schemaguard.applying.telling import Told, Waits


def upgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="The revision to go up to.")] = "head",
    migrations: Migrations = None,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long a revision waits for locks of others.")
    ] = 60,
    arguments: Annotated[
        list[str] | None, typer.Option("-x", metavar="NAME=VALUE", help="Handed to env.py, as Alembic's -x.")
    ] = None,
    applied: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="SQL folders without a record: the newest one that is applied, or none."),
    ] = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Apply your own migrations, with the guard: drops become retirements, and nobody queues behind a lock.

    Alembic runs them with your env.py, which need not import the guard; folders of SQL are run statement by statement,
    in the transactions and with the record of their own tool. What is locked is waited for 50 ms at a time, with the
    whole revision taken back in between.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import upgrade as command
    from schemaguard.report.upgrade import show_upgraded, upgraded_json

    options = command.UpgradeOptions(
        patience_s=wait, arguments=tuple(arguments or ()), is_url_given=database_url is not None, applied=applied
    )
    shown = _Shown(None if output is Format.JSON else console())
    try:
        with open_site(database_url) as site, site.reading() as reading:
            done = command.upgrade(site, reading, migrations, revision, options, shown)
    finally:
        shown.clear()
    if output is Format.JSON:
        tell_json(upgraded_json(done.history, done.ran))
    else:
        show_upgraded(done.ran, console())


class _Shown:
    """Shows each revision as it has run, and in a line on stderr what is waited for."""

    def __init__(self, console: "Console | None") -> None:
        from schemaguard.applying.upgraded import Upgrading

        self._console = console
        if console is not None:
            # What env.py prints goes to stderr meanwhile, and this doesn't.
            console.file = sys.stdout
        self._gathered = Upgrading()
        self._is_terminal = sys.stderr.isatty()
        self._next_line_at = 0.0

    def __call__(self, told: "Told") -> None:
        from schemaguard.applying.telling import RevisionRan, Waits
        from schemaguard.report.upgrade import show_revision

        self._gathered(told)
        if isinstance(told, Waits):
            self._wait(told)
        elif isinstance(told, RevisionRan):
            self.clear()
            if self._console is not None:
                show_revision(self._gathered.ran[-1], self._console)

    def _wait(self, told: "Waits") -> None:
        import shutil

        from schemaguard.applying.telling import LINE_EVERY_S, waiting_line

        if self._is_terminal:
            sys.stderr.write(f"\r\x1b[2K{waiting_line(told)[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()
        elif told.waited_s >= self._next_line_at:
            self._next_line_at = told.waited_s + LINE_EVERY_S
            sys.stderr.write(f"{waiting_line(told)}\n")

    def clear(self) -> None:
        """Take the line away."""
        self._next_line_at = 0.0
        if self._is_terminal:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
