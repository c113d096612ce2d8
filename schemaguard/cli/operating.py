"""What the verbs that operate have in common: where the database and the registry are, who asks, how it is told."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from schemaguard.adapters.control.database import ControlDatabase
    from schemaguard.adapters.registry.models import MlflowRegistry
    from schemaguard.config import Environment


class Format(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"


DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help="The database (or SCHEMAGUARD_DATABASE_URL).")
]
RegistryUri = Annotated[
    str | None, typer.Option("--registry-uri", metavar="URI", help="The MLflow registry (or SCHEMAGUARD_REGISTRY_URI).")
]
AliasName = Annotated[str | None, typer.Option("--alias", help="The registry alias that follows the pointer.")]
IfEpoch = Annotated[int | None, typer.Option("--if-epoch", metavar="N", help="Only if the epoch is still N.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and touch nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Finish = Annotated[bool, typer.Option("--finish", help="Retire what is left over without waiting for servers.")]
Output = Annotated[Format, typer.Option("--format", help="How it is told.")]


class Site:
    """The database, opened, and the registry of the settings that hold here."""

    def __init__(self, database: "ControlDatabase", registry: "MlflowRegistry | None", alias: str) -> None:
        self.database = database
        self._registry = registry
        self.alias = alias

    @property
    def registry(self) -> "MlflowRegistry":
        """The registry; ConfigError where none is configured."""
        from schemaguard.errors import ConfigError

        if self._registry is None:
            raise ConfigError(
                "no model registry is configured",
                at="SCHEMAGUARD_REGISTRY_URI, or registry_uri of the environment",
                next="export SCHEMAGUARD_REGISTRY_URI=sqlite:///mlflow.db",
            )
        return self._registry

    @property
    def registry_if_any(self) -> "MlflowRegistry | None":
        """The registry, None where none is configured."""
        return self._registry


@contextmanager
def open_site(database_url: str | None, registry_uri: str | None, alias: str | None) -> Iterator[Site]:
    """Connect as options, environment and settings say, in this order. ConfigError where no database is named."""
    from schemaguard.adapters.control.database import ControlDatabase
    from schemaguard.adapters.registry.models import MlflowRegistry

    url, environment = where_to(database_url)
    uri = registry_uri or environment.registry_uri
    with ControlDatabase(url) as database:
        yield Site(database, MlflowRegistry(uri) if uri else None, alias or environment.alias)


def configured(database_url: str | None) -> "Environment":
    """The environment that holds here, with what the option says instead."""
    from dataclasses import replace

    from schemaguard import config

    environment = config.load(Path.cwd()).environment
    return replace(environment, database_url=database_url) if database_url else environment


def where_to(database_url: str | None) -> "tuple[str, Environment]":
    """The database's URL, and the rest of the environment. ConfigError where no database is named."""
    from schemaguard.errors import ConfigError

    environment = configured(database_url)
    if not environment.database_url:
        raise ConfigError(
            "no database is configured",
            at="SCHEMAGUARD_DATABASE_URL, or database_url of the environment",
            next="export SCHEMAGUARD_DATABASE_URL=postgresql://user@host/database",
        )
    return environment.database_url, environment


def actor() -> str:
    """Who asks, for the journal and the ledger."""
    return os.environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()


def console() -> "Console":
    """Where text goes."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def tell_json(document: object) -> None:
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
