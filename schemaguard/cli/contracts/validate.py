"""`schemaguard contracts validate`: whether contracts can be kept."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import Format, Output, RegistryUri


def validate(
    target: Annotated[
        str | None, typer.Argument(metavar="FILE|MODEL", help="A contract file, a model or a consumer (default: all).")
    ] = None,
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="One version of the model (default: all).")
    ] = None,
    contracts: Folder = None,
    migrations: Annotated[
        str | None, typer.Option(metavar="PATH", help="The folder or file of the migrations.")
    ] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Check contracts: their files, and whether they agree with catalog, feature query, model signature and dates.

    Exit code: 0, or 1 where something is wrong.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts.validate import validate_contracts
    from schemaguard.report.contracts import validate as report

    with open_site(registry_uri=registry_uri, contracts=contracts) as site:
        done = validate_contracts(site, target, version, migrations=migrations, initial=initial)
    files = [(each.file, each.names, each.remarks) for each in done.files]
    if output is Format.JSON:
        tell_json(report.document(files, done.not_judged))
    else:
        report.show(files, done.not_judged, console())
    raise typer.Exit(done.exit_code)
