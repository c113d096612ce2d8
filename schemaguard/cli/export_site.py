"""`schemaguard export-site`: the registry as a folder of files."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import AliasName, DatabaseUrl, RegistryUri


def export_site(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder; it is made, or emptied if it is one of ours.")
    ],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
) -> None:
    """Write the contract registry as a static site: the pages of `serve`, without a server.

    For CI, which keeps it as an artifact, and for any web server. Without a database it has the contracts and the
    migrations of this folder.
    """
    from schemaguard.cli.serve import opener, require_web

    require_web()
    from schemaguard.commands.serve import take_judged
    from schemaguard.web.export import export

    with opener(contracts, database_url, registry_uri, alias)() as site:
        snapshot = take_judged(site)
    count = export(snapshot, folder)
    typer.echo(f"{count} pages in {folder}: open {folder / 'index.html'}")
    for problem in snapshot.problems:
        typer.echo(f"not in it: {problem.what}", err=True)
