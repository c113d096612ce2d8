"""`schemaguard sql`: the statements that a revision runs."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from schemaguard.commands.reading import Reading
    from schemaguard.commands.sql import StatementsOf
    from schemaguard.history.revision import Run


class SqlFormat(StrEnum):
    """How the statements are written."""

    TEXT = "text"
    JSON = "json"


def sql(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[PATH] REVISION[:REVISION]",
            help="The folder or file of the migrations (default: as configured), and the revision or range.",
        ),
    ],
    downgrade: Annotated[bool, typer.Option("--downgrade", help="Show the downgrade instead of the upgrade.")] = False,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    pg_version: Annotated[int | None, typer.Option(help="The PostgreSQL version to assume (15 to 18).")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Evaluate everything again, without the cache.")] = False,
    output: Annotated[SqlFormat, typer.Option("--format", help="The format of the statements.")] = SqlFormat.TEXT,
) -> None:
    """Show the statements that a revision would run, each with file:line.

    REVISION is an identifier or its beginning, head, base, head-1, or a range such as base:head.
    """
    from schemaguard.cli.reading import read_settings
    from schemaguard.commands.remembered import remembered
    from schemaguard.errors import UsageError

    if len(words) > 2:
        raise UsageError("too many arguments", at=" ".join(words), next="schemaguard sql [PATH] REVISION[:REVISION]")
    with read_settings(initial=initial, pg_version=pg_version, no_cache=no_cache) as reading:
        said = remembered(
            reading, ("sql", words, downgrade, output), lambda: _output(reading, words, downgrade, output)
        )
    if output is SqlFormat.JSON:
        typer.echo(said)
    else:
        _show(json.loads(said))


def _output(reading: "Reading", words: list[str], downgrade: bool, output: SqlFormat) -> str:
    """What is shown, as JSON: the document, or the lines of the text with the style of each."""
    from schemaguard.commands import sql as command

    where, wanted = (None if len(words) == 1 else words[0]), words[-1]
    found = command.sql(reading, where, wanted, "downgrade" if downgrade else "upgrade")
    return (
        json.dumps(command.document(found), indent=2) if output is SqlFormat.JSON else json.dumps(list(_lines(found)))
    )


def _show(lines: list[tuple[str, str]]) -> None:
    from schemaguard.cli.terminal import terminal

    console = terminal()
    if console is None:
        typer.echo("\n".join(text for text, _ in lines))
        return
    console.soft_wrap = True
    for text, style in lines:
        _show_on_terminal(text, style, console)


def _lines(found: "StatementsOf") -> "Iterator[tuple[str, str]]":
    """What is shown, and its style; that of a statement is `sql`."""
    for number, run in enumerate(found.runs):
        if number:
            yield "", ""
        yield from _lines_of(run)


def _lines_of(run: "Run") -> "Iterator[tuple[str, str]]":
    from schemaguard.commands.sql import reasons
    from schemaguard.report.visible import visible

    title = visible(f"-- {run.revision.id}  {run.revision.message}".rstrip())
    yield f"{title}\n-- {visible(run.revision.file)}, {run.direction}", "bold"
    if not run.steps:
        yield "-- no statements", "dim"
    turns: dict[int | None, int] = {}
    last: int | None = -1
    for step in run.steps:
        turn = None if step.autocommit else step.transaction
        if turn != last:
            # Numbered as they are seen: every statement outside of one is a transaction of its own.
            number = turns.setdefault(turn, len(turns.keys() - {None}) + 1)
            said = "outside of a transaction" if turn is None else f"transaction {number}"
            yield f"\n-- {said}", "dim"
            last = turn
        yield f"-- {visible(str(step.statement.place))}", "cyan"
        if step.conditional:
            yield "-- only if a condition holds that can't be evaluated here", "yellow"
        for reason in reasons(step):
            yield f"-- not understood: {visible(reason)}", "yellow"
        text = visible(step.statement.sql.strip(), keep_lines=True)
        is_ended = text.endswith(";") or all(line.startswith("--") for line in text.splitlines())
        yield text if is_ended else f"{text};", "sql"


def _show_on_terminal(text: str, style: str, console: "Console") -> None:
    from rich.syntax import Syntax
    from rich.text import Text

    if style == "sql":
        console.print(Syntax(text, "postgresql", theme="ansi_dark", background_color="default", word_wrap=True))
    else:
        console.print(Text(text, style=style))
