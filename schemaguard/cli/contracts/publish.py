"""`schemaguard contracts publish`: bind a contract to a model version, for good."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder, contract_folder, read_contracts, relative
from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri


def publish(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model, or a consumer that is no model.")],
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="The registered version; left out for a consumer.")
    ] = None,
    same_as: Annotated[
        str | None, typer.Option(metavar="VERSION", help="With the contract of a published version; no file is needed.")
    ] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Bind a contract to a model version, for good.

    It goes to the control schema, as tags to the registry, and its views are made.
    """
    from schemaguard.cli.operating import actor, console, open_site, tell_json
    from schemaguard.commands.contracts import publish as command
    from schemaguard.errors import UsageError
    from schemaguard.report.contracts import publish as report

    if same_as is not None and version is None:
        raise UsageError(
            "--same-as is about versions of a model", next=f"contracts publish {model} VERSION --same-as …"
        )
    folder, root = contract_folder(contracts)
    files = read_contracts(folder, root, contracts) if same_as is None else ()
    file = command.find(files, model, version, relative(folder, root), "publish") if same_as is None else None
    with open_site(database_url, registry_uri, None) as site:
        file = file or command.same_as(model, same_as or "", site.database)
        registry = site.registry if version is not None else None
        done = command.publish(file, version, registry, site.database, actor())
    if output is Format.JSON:
        tell_json(report.document(done))
    else:
        report.show(done, console())
