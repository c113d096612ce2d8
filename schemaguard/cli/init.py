"""`schemaguard init`: the earlier name of `schemaguard install`, kept for one release."""

import typer

from schemaguard.cli.install import install
from schemaguard.cli.operating import DatabaseUrl, Format, Output


def init(database_url: DatabaseUrl = None, output: Output = Format.TEXT) -> None:
    """Install the control schema: this is what `schemaguard install` does, and its name from the next release on."""
    typer.echo(
        "schemaguard init is called schemaguard install; in the next release, init sets up a repository", err=True
    )
    install(database_url, output)
