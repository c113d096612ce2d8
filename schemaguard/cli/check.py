"""`schemaguard check`: judge migrations before they run."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.checking import CheckFormat, CheckRequest


def check(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="alembic.ini, a script location, or a folder of migrations or .sql files (default: as configured).",
        ),
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="REF", help="Judge only what is new since the merge base with REF.")
    ] = None,
    contracts: Annotated[str | None, typer.Option(metavar="DIR", help="The folder of the contracts.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="live|FILE|dates", help="Where to read the release windows from.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Use only these rules.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Don't use these rules.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Accept the findings in this file, the JSON of an earlier check.")
    ] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    at: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Judge the release windows as of this time (UTC).")
    ] = None,
    pg_version: Annotated[int | None, typer.Option(help="The PostgreSQL version to assume (15 to 18).")] = None,
    in_transaction: Annotated[
        bool,
        typer.Option(
            "--assume-in-transaction", help="Each SQL file runs in one transaction (default: as its tool runs it)."
        ),
    ] = False,
    not_in_transaction: Annotated[
        bool, typer.Option("--no-assume-in-transaction", help="Each statement of a SQL file commits on its own.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Evaluate everything again, without the cache.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Also show why (text, markdown, json): the table row, the catalog, the SQLSTATE."
        ),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also show notes.")] = False,
    output: Annotated[
        CheckFormat,
        typer.Option("--format", metavar="FORMAT", help=f"How the verdict is written: {', '.join(CheckFormat)}."),
    ] = CheckFormat.TEXT,
    prove: Annotated[
        bool, typer.Option("--prove", help="Also prove the judged revisions on a scratch server; writes certificates.")
    ] = False,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="With --prove: the server (default: an embedded PostgreSQL).")
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=FILE", help="Also write a report into a file; repeat for several."),
    ] = None,
) -> None:
    """Judge migrations: who still needs what they change, and whether it can be undone.

    No migration is imported or run, and no database is asked, except with --window live or --prove.
    Exit code: 0 passed, 1 rejected, 2 no verdict.
    """
    from schemaguard.cli import checking

    asked = CheckRequest(
        paths=tuple(paths or ()),
        base=base,
        contracts=contracts,
        window=window,
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        baseline=baseline,
        initial=initial,
        at=at,
        pg_version=pg_version,
        in_transaction=in_transaction,
        not_in_transaction=not_in_transaction,
        no_cache=no_cache,
        explain=explain,
        verbose=verbose,
        output=output,
        reports=tuple(report or ()),
        prove=prove,
        server=server,
    )
    raise typer.Exit(checking.run(asked, context.obj))
