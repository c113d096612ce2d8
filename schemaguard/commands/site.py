"""Where a use case works: settings, folders, database and registry, each looked for when it is first asked for."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from schemaguard import config
from schemaguard.config import Config, Environment, Hook, Proxy
from schemaguard.errors import ConfigError, ContractError, UsageError
from schemaguard.frozen import replace

if TYPE_CHECKING:
    from schemaguard.adapters.control.database import ControlDatabase
    from schemaguard.adapters.files.tree import DiskFiles
    from schemaguard.adapters.registry.models import MlflowRegistry
    from schemaguard.commands.reading import Reading
    from schemaguard.contracts.contract import ContractFile
    from schemaguard.history.replay import Progress
    from schemaguard.ledger.keys import SigningKey, VerifyingKey
    from schemaguard.releases.ports import Registry
    from schemaguard.window.window import Window

LOCK = "window.lock"


class Site:
    """One folder with its settings, and what they name. Options stand over the environment, which stands over the file.

    A use case takes a site, whoever calls it: the command line, a browser, a watcher, a script. What was opened is
    closed where the `with` block ends.
    """

    def __init__(
        self,
        here: Path | None = None,
        *,
        database_url: str | None = None,
        registry_uri: str | None = None,
        alias: str | None = None,
        contracts: str | None = None,
        environ: Mapping[str, str] = os.environ,
        progress: "Progress | None" = None,
        read_only: bool = False,
    ) -> None:
        self.here = here or Path.cwd()
        self.contracts_option = contracts
        self._environ = environ
        self._progress = progress
        self._given = (database_url, registry_uri, alias)
        self._is_read_only = read_only
        self._open = ExitStack()

    @classmethod
    def on_a_copy(cls, url: str, actor: str, registry: "Registry") -> Self:
        """A site on a copy of a database: no alias of anybody moves, nobody is told or asked, nor any proxy."""
        site = cls(database_url=url, environ={"SCHEMAGUARD_ACTOR": actor})
        site.__dict__.update(hooks=(), proxies=(), policy=None, registry_if_any=registry)
        return site

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened; the site can be used again."""
        self._open.close()
        self.__dict__.pop("database", None)

    # Settings

    @cached_property
    def config(self) -> Config:
        """The settings; ConfigError where they can't be used."""
        return config.load(self.here, self._environ)

    @cached_property
    def environment(self) -> Environment:
        """Database, registry and alias, as options, environment and file say in this order."""
        database_url, registry_uri, alias = self._given
        found = self.config.environment
        return Environment(database_url or found.database_url, registry_uri or found.registry_uri, alias or found.alias)

    @property
    def alias(self) -> str:
        """The registry alias that follows the pointer."""
        return self.environment.alias

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """Who is told of a switch."""
        return self.config.hooks

    @cached_property
    def proxies(self) -> tuple[Proxy, ...]:
        """What gives a canary its share of the traffic."""
        return self.config.proxies

    @cached_property
    def policy(self) -> str | None:
        """The policy that is asked before a switch, as the settings name it; None where they name none."""
        return self.config.policy

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""
        return self._environ

    @property
    def actor(self) -> str:
        """Who asks, for the journal and the ledger."""
        # It imports what reads terminals; most verbs ask nobody's name.
        import getpass

        return self._environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()

    @cached_property
    def ledger_key(self) -> "SigningKey | None":
        """The key that signs the ledger's checkpoints and certificates, None where none is configured."""
        from schemaguard.adapters.files.ledger_key import find_key

        return find_key(self._environ)

    @cached_property
    def ledger_keys(self) -> "tuple[VerifyingKey, ...]":
        """The keys whose signatures count: those of the settings, and the one that signs here."""
        from schemaguard.ledger.keys import parse_verifying_key

        where = f"ledger_keys in {self.config.file}"
        said = tuple(parse_verifying_key(each, where) for each in self.config.ledger_keys)
        mine = (self.ledger_key.verifying,) if self.ledger_key is not None else ()
        return (*said, *(each for each in mine if each not in said))

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    # Files

    @cached_property
    def files(self) -> "DiskFiles":
        """The files around the folder."""
        from schemaguard.adapters.files.tree import DiskFiles

        return DiskFiles(self.here)

    @property
    def contracts_folder(self) -> Path:
        """The folder of the contracts, which may not be there."""
        if self.contracts_option is not None:
            return self.here / self.contracts_option
        return self.config.root / self.config.contracts

    def contract_files(self) -> "tuple[ContractFile, ...]":
        """The contracts of the folder; none where it isn't there, ContractError where it was named and isn't there."""
        from schemaguard.adapters.files.contracts import read_files

        if self.contracts_folder.is_dir():
            return read_files(self.contracts_folder, self.here)
        if self.contracts_option is not None:
            raise ContractError(
                "there is no such folder", at=self.contracts_option, next="name the folder of the contracts"
            )
        return ()

    def window_lock(self, at: datetime | None = None) -> "Window | None":
        """The release windows of the lock file beside the contracts, where there is one; at a time, or as written."""
        from schemaguard.window.window import parse_lock

        file = self.contracts_folder / LOCK
        return parse_lock(file.read_text(encoding="utf-8"), str(file), at) if file.is_file() else None

    def relative(self, path: Path) -> str:
        """A path as a report names it."""
        return str(path.relative_to(self.here)) if path.is_relative_to(self.here) else str(path)

    @contextmanager
    def reading(
        self, *, initial: Path | None = None, pg_version: int | None = None, no_cache: bool = False
    ) -> "Iterator[Reading]":
        """How histories are read here; `initial` is SQL that runs before the first revision.

        UsageError where the PostgreSQL version isn't supported.
        """
        from schemaguard.adapters.files.cache import cache_folder, open_store
        from schemaguard.commands.reading import open_reading

        if pg_version is not None and pg_version not in config.POSTGRESQL_VERSIONS:
            raise UsageError(f"--pg-version {pg_version} is not supported", next="use 15, 16, 17 or 18")
        reading = replace(
            open_reading(self.config, self.here),
            initial=str(initial) if initial is not None else None,
            postgresql=pg_version,
            progress=self._progress,
        )
        with nullcontext() if no_cache else open_store(cache_folder(self._environ)) as store:
            yield replace(reading, store=store)

    # The database and the registry

    @property
    def database_url(self) -> str:
        """The database's URL; ConfigError where none is configured."""
        if not self.environment.database_url:
            raise ConfigError(
                "no database is configured",
                at="SCHEMAGUARD_DATABASE_URL, or database_url of the environment",
                next="export SCHEMAGUARD_DATABASE_URL=postgresql://user@host/database",
            )
        return self.environment.database_url

    @cached_property
    def database(self) -> "ControlDatabase":
        """The database with its control schema, connected; DatabaseError where either isn't there."""
        from schemaguard.adapters.control.database import ControlDatabase

        return self._open.enter_context(
            ControlDatabase(self.database_url, read_only=self._is_read_only, hooks=self.hooks, proxies=self.proxies)
        )

    @cached_property
    def registry_if_any(self) -> "MlflowRegistry | None":
        """The model registry, None where none is configured. It is asked when something is wanted of it."""
        if not self.environment.registry_uri:
            return None
        from schemaguard.adapters.registry.models import MlflowRegistry

        return MlflowRegistry(self.environment.registry_uri)

    @property
    def registry(self) -> "MlflowRegistry":
        """The model registry; ConfigError where none is configured."""
        if self.registry_if_any is None:
            raise ConfigError(
                "no model registry is configured",
                at="SCHEMAGUARD_REGISTRY_URI, or registry_uri of the environment",
                next="export SCHEMAGUARD_REGISTRY_URI=sqlite:///mlflow.db",
            )
        return self.registry_if_any

    def live_window(self, at: datetime | None = None) -> "Window":
        """The release windows as the database has them, at this moment or at another one."""
        return self.database.window(at)
