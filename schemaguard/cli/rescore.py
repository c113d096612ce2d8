"""`schemaguard rescore`: do the rows that training read still mean the same?"""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import complete_model
from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri


def rescore(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.", autocompletion=complete_model)],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version.")],
    golden: Annotated[
        Path | None,
        typer.Option("--golden", metavar="FILE", help="The golden rows (default: as kept, or of the training run)."),
    ] = None,
    values_only: Annotated[
        bool, typer.Option("--values-only", help="Don't load the artifact: compare what is read and not the scores.")
    ] = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Read the golden rows of a version through its contract, score them with its artifact, and compare with training.

    It finds what no catalog shows: the same shape with another meaning. The artifact is loaded, and its code runs.
    Exit code: 0 where all is the same, else 1.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import rescore as command
    from schemaguard.report.rescore import rescored_json, show_rescored

    with open_site(database_url, registry_uri) as site:
        found = command.rescore(site, model, version, golden, values_only=values_only)
    if output is Format.JSON:
        tell_json(rescored_json(f"{model} {version}", found))
    else:
        show_rescored(f"{model} {version}", found, console())
    raise typer.Exit(0 if found.holds else 1)
