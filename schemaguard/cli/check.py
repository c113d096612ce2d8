"""`schemaguard check`: judge migrations before they run."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemaguard.rules.verdict import CheckResult


class Format(StrEnum):
    """How the verdict is written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


def check(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="alembic.ini, a script location, a folder of migrations or .sql files; left out: as configured.",
        ),
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="Judge only what is new since the merge base with REF.")
    ] = None,
    contracts: Annotated[str | None, typer.Option(metavar="DIR", help="The folder of the contracts.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="live|FILE|dates", help="Where the release windows are read.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Look for these rules only.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Leave these rules out.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Accept the findings in this JSON of an earlier check.")] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    at: Annotated[datetime | None, typer.Option(metavar="TIME", help="Judge the windows at this time (UTC).")] = None,
    pg_version: Annotated[int | None, typer.Option(help="The PostgreSQL version to assume (15 to 18).")] = None,
    in_transaction: Annotated[
        bool,
        typer.Option(
            "--assume-in-transaction", help="Each SQL file runs in one transaction (default: as its tool does)."
        ),
    ] = False,
    not_in_transaction: Annotated[
        bool, typer.Option("--no-assume-in-transaction", help="Each statement of a SQL file commits on its own.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Evaluate everything anew.")] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say why, in text, markdown and json: the row, the catalog, the SQLSTATE."),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show notes too.")] = False,
    output: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help=f"How the verdict is written: {', '.join(Format)}.")
    ] = Format.TEXT,
) -> None:
    """Judge migrations: who still needs what they change, and whether it can be taken back.

    Nothing of them is imported or run, and nothing connected to, unless --window live asks the database.
    Exit code: 0 passed, 1 rejected, 2 no verdict.
    """
    import os
    from dataclasses import replace

    from schemaguard.cli.reading import read_settings
    from schemaguard.cli.window import live_window
    from schemaguard.commands import check as command
    from schemaguard.commands import verdicts
    from schemaguard.errors import UsageError

    if in_transaction and not_in_transaction:
        raise UsageError("both --assume-in-transaction and --no-assume-in-transaction", next="give one of them")
    options = command.CheckOptions(
        paths=tuple(paths or ()),
        base=base,
        contracts=contracts,
        window=window,
        select=_words(select),
        ignore=_words(ignore),
        baseline=str(baseline) if baseline is not None else None,
        at=at,
        explain=explain,
    )
    with read_settings(initial=initial, pg_version=pg_version, no_cache=no_cache) as reading:
        if in_transaction or not_in_transaction:
            reading = replace(reading, assume_in_transaction=in_transaction)
        watched = verdicts.watch(context.obj, options, reading) if context.obj else None
        result = command.check(options, reading, os.environ, lambda moment: live_window(None, moment))
        text = _show(result, output, verbose)
        if watched is not None and text is not None:
            verdicts.keep(watched, options, reading, result, output, text, lambda one: _rendered(one, output, verbose))
    raise typer.Exit(result.exit_code)


def _words(given: list[str] | None) -> tuple[str, ...]:
    """Rules may be repeated or listed with commas."""
    return tuple(word.strip() for one in given or () for word in one.split(",") if word.strip())


def _show(result: "CheckResult", output: Format, verbose: bool) -> str | None:
    """Show the verdict; the text of it, None where it was drawn on a terminal."""
    if output is Format.TEXT:
        from schemaguard.cli.terminal import terminal

        console = terminal()
        if console is not None:
            from schemaguard.report import check_text

            check_text.show(result, console, verbose=verbose)
            return None
    text = _rendered(result, output, verbose)
    typer.echo(text, nl=False)
    return text


def _rendered(result: "CheckResult", output: Format, verbose: bool) -> str:
    if output is Format.TEXT:
        from schemaguard.report import check_text

        return check_text.plain(result, verbose=verbose)
    return _renderer(output)(result)


def _renderer(output: Format) -> "Callable[[CheckResult], str]":
    """The report of that format; only the one that is asked for is loaded."""
    if output is Format.JSON:
        from schemaguard.report.check_json import render
    elif output is Format.GITHUB:
        from schemaguard.report.check_github import render
    elif output is Format.GITLAB:
        from schemaguard.report.check_gitlab import render
    elif output is Format.MARKDOWN:
        from schemaguard.report.check_markdown import render
    elif output is Format.SARIF:
        from schemaguard.report.check_sarif import render
    else:
        from schemaguard.report.check_junit import render
    return render
