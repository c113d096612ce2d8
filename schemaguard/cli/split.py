"""`schemaguard split`: a destructive revision as expand, backfill and contract."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import Format, Output


def split(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[PATH] REVISION",
            help="The folder or file of the migrations (default: as configured), and the revision.",
        ),
    ],
    up: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=EXPR", help="What a new column holds, over the old ones; may be repeated."),
    ] = None,
    down: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=EXPR", help="What an old column holds, over the new ones; may be repeated."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the files; the revision's own one is replaced.")
    ] = False,
    contracts: Folder = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Write the expand, backfill and contract revisions of one that would break somebody.

    Old and new versions read and write at every moment between them; a trigger keeps both sides the same. In
    expressions, names of functions and types outside of pg_catalog need their schema. Nothing is written without
    --write.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.cli.reading import read_settings
    from schemaguard.commands import split as command
    from schemaguard.errors import UsageError
    from schemaguard.report.split import show_split, split_json

    if len(words) > 2:
        raise UsageError("too many arguments", at=" ".join(words), next="schemaguard split [PATH] REVISION")
    with read_settings(initial=initial) as reading:
        where = None if len(words) == 1 else words[0]
        done = command.split(reading, where, words[-1], up or (), down or (), contracts, write=write)
    if output is Format.JSON:
        tell_json(split_json(done.revision, done.parts, done.files, done.moments, done.is_written))
    else:
        show_split(done.parts, done.files, done.moments, done.not_written_because, done.is_written, console())
