"""What the verbs on contracts have in common: their options, and the names that a shell completes."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[str | None, typer.Option("--contracts", metavar="DIR", help="The folder of the contracts.")]
Migrations = Annotated[
    str | None, typer.Option("--migrations", metavar="PATH", help="The folder or file of the migrations.")
]
Initial = Annotated[Path | None, typer.Option("--initial", help="SQL that runs before the first revision.")]


def complete_model(incomplete: str) -> list[str]:
    """The models, and with an `@` the versions, that the folder's contracts name: for a shell's TAB."""
    from schemaguard.commands.site import Site
    from schemaguard.errors import SchemaguardError

    try:
        contracts = [file.contract for file in Site().contract_files()]
    except SchemaguardError:
        return []  # What is wrong is said when the verb runs.
    named = {contract.model for contract in contracts}
    if "@" in incomplete:
        named = {f"{contract.model}@{version}" for contract in contracts for version in contract.model_versions}
    return sorted(name for name in named if name.startswith(incomplete))
