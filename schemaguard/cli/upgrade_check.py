"""`schemaguard upgrade-check`: can I go back after this upgrade?"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class UpgradeFormat(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def upgrade_check(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="The package that ships its Alembic history.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="The version that runs now, or its wheel's file.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The version to upgrade to, or its wheel's file.")],
    pg_version: Annotated[int, typer.Option(help="The PostgreSQL version to assume (15 to 18).")] = 16,
    output: Annotated[UpgradeFormat, typer.Option("--format", help="The format of the output.")] = UpgradeFormat.TEXT,
) -> None:
    """Say whether the old version of an application can run again after an upgrade, without a database.

    Both wheels' migrations are read, never run. Versions are fetched with pip; wheels given as files need no network.
    Exit code: 0 where the old version finds all that it needs, else 1.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.cli.reading import collect_seldom
    from schemaguard.commands.upgrade_check import upgrade_check as check_upgrade
    from schemaguard.config import POSTGRESQL_VERSIONS
    from schemaguard.errors import UsageError
    from schemaguard.report.upgrade_check import show_upgrade, upgrade_json, upgrade_markdown

    if pg_version not in POSTGRESQL_VERSIONS:
        raise UsageError(f"--pg-version {pg_version} is not supported", next="use 15, 16, 17 or 18")
    collect_seldom()
    done = check_upgrade(package, old, new, Path.cwd(), postgresql=pg_version)
    said = (done.package, done.old, done.new, done.histories, done.remarks)
    if output is UpgradeFormat.JSON:
        tell_json(upgrade_json(*said))
    elif output is UpgradeFormat.MARKDOWN:
        typer.echo(upgrade_markdown(*said), nl=False)
    else:
        show_upgrade(*said, console())
    raise typer.Exit(0 if done.old_works else 1)
