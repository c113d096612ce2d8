"""`schemaguard contracts search`: contracts by words."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, read_book
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="A contract must have each of them somewhere.")],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Find contracts by words: names, tables, columns, types, values, owners, descriptions and files.

    The best are first; case doesn't matter.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.errors import UsageError
    from schemaguard.registry.search import nearest
    from schemaguard.registry.search import search as looked_for
    from schemaguard.report.contracts import search as report

    wanted = [word for word in words if word.strip()]
    if not wanted:
        raise UsageError("nothing is looked for", next="schemaguard contracts search WORD")
    known = read_book(contracts, database_url)
    found = looked_for(known.shared, wanted)
    near = () if found else nearest(known.shared, wanted)
    if output is Format.JSON:
        tell_json(report.document(found, wanted, near, known.source))
    else:
        report.show(found, wanted, near, console(), known.source)
