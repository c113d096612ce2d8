"""`schemaguard contracts validate`: whether contracts can be kept."""

from pathlib import Path
from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder, static_catalog, window_lock
from schemaguard.cli.operating import Format, Output, RegistryUri


def validate(
    target: Annotated[
        str | None, typer.Argument(metavar="FILE|MODEL", help="A file, or a model or consumer; left out: all.")
    ] = None,
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="One version of the model; left out: all.")
    ] = None,
    contracts: Folder = None,
    migrations: Annotated[str | None, typer.Option(metavar="PATH", help="Where the migrations are.")] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Judge contracts: their files, and whether catalog, feature query, model signature and dates bear them out.

    Exit code: 0, or 1 where something is wrong.
    """
    from datetime import UTC, datetime

    from schemaguard.adapters.registry.models import MlflowRegistry
    from schemaguard.cli.operating import configured, console, tell_json
    from schemaguard.commands.contracts import validate as command
    from schemaguard.report.contracts import validate as report

    folder, root = contract_folder(contracts)
    catalog, why = static_catalog(migrations, initial)
    uri = registry_uri or configured(None).registry_uri
    registry = MlflowRegistry(uri) if uri else None
    unasked = () if uri else ("signatures weren't read from a registry: none is configured",)
    name, _, after = (target or "").partition("@")
    is_file = target is not None and (Path(target).is_file() or target.endswith((".yaml", ".yml")))
    wanted = None if target is None or is_file else name
    number = version or after or None
    done = command.validate(
        command.files_of(folder, target),
        command.Bench(root, catalog, registry, datetime.now(UTC).date(), window_lock(folder)),
        lambda c: wanted is None or (c.model == wanted and (number is None or number in c.model_versions)),
        (*why, *unasked),
        f"{name} {number}" if number else name,
    )
    files = [(each.file, each.names, each.remarks) for each in done.files]
    if output is Format.JSON:
        tell_json(report.document(files, done.not_judged))
    else:
        report.show(files, done.not_judged, console())
    raise typer.Exit(done.exit_code)
