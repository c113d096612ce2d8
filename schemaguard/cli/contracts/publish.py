"""`schemaguard contracts publish`: bind a contract to a model version, for good."""

from typing import Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri


def publish(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model, or a consumer that is not a model.")],
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="The registered version; leave it out for a consumer.")
    ] = None,
    same_as: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Share the contract of this published version; no file is needed."),
    ] = None,
    accept: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why a draft or an invalid contract is published all the same.")
    ] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Bind a contract to a model version, permanently.

    The contract is stored in the control schema, tagged in the registry, and its views are created.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.contracts.publish import publish_contract
    from schemaguard.report.contracts import publish as report

    with open_site(database_url, registry_uri, contracts=contracts) as site:
        done = publish_contract(site, model, version, same_as=same_as, accept=accept)
    if output is Format.JSON:
        tell_json(report.document(done))
    else:
        report.show(done, console())
