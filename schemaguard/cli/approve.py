"""`schemaguard approve`: say yes to what somebody else asks for."""

from typing import Annotated

import typer

from schemaguard.cli.operating import AliasName, DatabaseUrl, RegistryUri, Yes


def approve(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    act: Annotated[str, typer.Argument(metavar="ACT", help="promote, canary or advance.")],
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="The version that it is about.")] = None,
    reason: Annotated[str, typer.Option(help="The reason, written to the ledger.")] = "",
    yes: Yes = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
) -> None:
    """Approve the plan that an act has now, where the model's playbook asks for approvals (`approvals`).

    Who is connected to the database approves, not a name that is said. It counts for this plan alone, for one
    operation, until the playbook's timeout, and never for what the same person asks for.
    """
    from schemaguard.cli.operating import console, open_site
    from schemaguard.cli.switching import ask
    from schemaguard.commands.approve import approve as give
    from schemaguard.errors import UsageError

    if not reason.strip():
        raise UsageError("an approval needs a reason", at="--reason", next="write why, for the ledger")
    with open_site(database_url, registry_uri, alias) as site:
        done = give(site, model, act, version, reason, lambda shown: ask(shown, yes=yes))
    until = f" until {done.until:%Y-%m-%d %H:%M} UTC" if done.until is not None else ""
    console().print(f"APPROVED as {done.role}{until}: plan {done.plan_hash[:12]}", soft_wrap=True)
