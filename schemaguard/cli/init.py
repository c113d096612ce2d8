"""`schemaguard init`: set up a repository."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import Format, Output

if TYPE_CHECKING:
    from schemaguard.adoption.adoption import Adoption


class CodeHost(StrEnum):
    """What runs the check on each pull request."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


def init(
    migrations: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Where the migrations are (default: as found).")
    ] = None,
    ci: Annotated[CodeHost | None, typer.Option(help="What runs the check (default: as found).")] = None,
    baseline: Annotated[
        bool | None,
        typer.Option(
            "--baseline/--no-baseline",
            help="Accept all findings of today, or none (default: those that the main branch has).",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")] = False,
    database_url: Annotated[
        str | None, typer.Option("--database-url", "--database", metavar="URL", hidden=True)
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Set up a repository: settings, today's findings as a baseline, a first contract, the file for its CI.

    It looks at what is there, shows what it would write, and asks. A file that is there already stays as it is.
    (What installs the control schema in a database is `schemaguard install`.)
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import init as command
    from schemaguard.errors import UsageError
    from schemaguard.report import init as report

    if database_url is not None:
        raise UsageError(
            "init sets up a repository; what installs the control schema in a database is called install",
            at="--database-url",
            next="schemaguard install --database-url URL",
        )
    request = command.InitRequest(tuple(migrations or ()), ci.value if ci is not None else None, baseline)
    with open_site() as site:
        adoption = command.init(site, request, _question if sys.stdin.isatty() and not yes else None)
        if output is Format.TEXT:
            report.show(adoption, console())
        if adoption.files and not dry_run and not yes:
            _ask(adoption)
        written = command.write(site, adoption) if not dry_run else ()
    if output is Format.JSON:
        tell_json(report.document(adoption, written))
    else:
        report.show_done(written, adoption, console())


def _question(text: str) -> str:
    answer: str = typer.prompt(text, default="", show_default=False, err=True)
    return answer.strip()


def _ask(adoption: "Adoption") -> None:
    from schemaguard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("no terminal to confirm on", next="schemaguard init --yes, or --dry-run to only look")
    count = len(adoption.files)
    typer.confirm(f"write {'this file' if count == 1 else f'these {count} files'}?", abort=True, err=True)
