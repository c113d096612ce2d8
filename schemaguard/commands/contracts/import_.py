"""contracts import: contracts of readers that a team has already described elsewhere."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.adapters.postgres import statements
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.contracts.described import Around, lying_around, named, readers_of
from schemaguard.commands.site import Site
from schemaguard.contracts.contract import ContractFile
from schemaguard.errors import ContractError, ExitCode, UsageError
from schemaguard.frozen import dataclass
from schemaguard.importing.contract import (
    MARK,
    ORIGIN,
    FileThere,
    ImportOutcome,
    changes_of,
    imported_contract,
    state_of,
)
from schemaguard.importing.found import FoundReader, consumer_name
from schemaguard.importing.mlflow import LoggedVersion, version_readers
from schemaguard.importing.statements import role_readers

SUFFIX = ".odcs.yaml"


@dataclass(frozen=True, slots=True)
class Imports:
    """Everything that was found: the readers, where that was described, and what was left out with the reason."""

    outcomes: tuple[ImportOutcome, ...]
    sources: tuple[str, ...]
    left_out: tuple[str, ...]
    is_written: bool

    @property
    def exit_code(self) -> ExitCode:
        """1 where a file that people changed doesn't say what its source says now, else 0."""
        return ExitCode.FINDINGS if any(one.state == "edited" for one in self.outcomes) else ExitCode.OK


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported: paths, everything that lies in the repository, the server's statistics."""

    paths: tuple[str, ...] = ()
    everything: bool = False
    statements: bool = False
    without_roles: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """Registered models, `fraud` or `fraud@8`; without a version those that have an alias."""
    is_dry: bool = False


def import_contracts(
    site: Site, wanted: ImportRequest, *, migrations: str | None = None, initial: Path | None = None
) -> Imports:
    """Write a contract for every reader that is described, or update the one that is there.

    Raises UsageError where nothing is named or found, ContractError where a description can't be read.
    """
    with site.reading(initial=initial) as reading:
        catalog = static_catalog(reading, migrations).catalog
    around = lying_around(site) if wanted.everything else Around((), ())
    described = (*named(site, wanted.paths), *around.found)
    if not described and not wanted.statements and not wanted.models:
        why = around.left_out[0] if around.left_out else "nothing in the repository describes a reader"
        raise UsageError(
            why if wanted.everything else "no path",
            next="name a project of dbt, Feast or Great Expectations, OpenLineage events, or a schema of pandera",
        )
    found = readers_of(site, described, catalog)
    readers, left_out = found.readers, (*around.left_out, *found.left_out)
    if wanted.statements:
        seen = role_readers(statements.read(site.database_url), catalog, wanted.without_roles)
        readers, left_out = (*readers, *seen.readers), (*left_out, *seen.left_out)
    if wanted.models:
        logged = version_readers(tuple(_logged(site, wanted.models)), catalog)
        readers, left_out = (*readers, *logged.readers), (*left_out, *logged.left_out)
    known = _known(site)
    once = _once(readers)
    outcomes = tuple(_imported(site, reader, catalog, known, is_dry=wanted.is_dry) for reader in once)
    outcomes += tuple(_gone(once, known))
    sources = tuple(site.relative(one.file) for one in described) + (
        ("pg_stat_statements",) if wanted.statements else ()
    )
    return Imports(outcomes, sources, left_out, not wanted.is_dry)


def _logged(site: Site, models: Iterable[str]) -> Iterator[LoggedVersion]:
    """What the registry keeps of each model that is named."""
    from schemaguard.adapters.registry.logged import logged_version, serving_versions

    uri = site.environment.registry_uri or site.registry.place  # ConfigError where no registry is configured.
    for text in models:
        model, _, version = text.rpartition("@") if "@" in text else (text, "", "")
        for each in (version,) if version else serving_versions(uri, model):
            yield logged_version(uri, model, each)


def _known(site: Site) -> dict[tuple[str, str], ContractFile]:
    """The contract of each consumer, and of each version of a model: (name, version) → file."""
    found: dict[tuple[str, str], ContractFile] = {}
    for each in site.contract_files():
        versions = each.contract.model_versions if not each.contract.is_consumer else ("",)
        found |= {(each.contract.model, version): each for version in versions}
    return found


def _once(readers: Iterable[FoundReader]) -> tuple[FoundReader, ...]:
    """The readers, each name once: two jobs whose names are spelled alike in a file's name are told apart."""
    found: dict[str, FoundReader] = {}
    for reader in readers:
        other = found.get(reader.name)
        if other is not None and other != reader:
            both = f"{reader.origin} and {other.origin}" if other.origin != reader.origin else f"two of {reader.origin}"
            raise ContractError(
                f"{both} would both be called {reader.name}",
                at=reader.name,
                next="import one of the two sources at a time, and rename its contract",
            )
        found[reader.name] = reader
    return tuple(found.values())


def _imported(
    site: Site, reader: FoundReader, catalog: Catalog, known: Mapping[tuple[str, str], ContractFile], *, is_dry: bool
) -> ImportOutcome:
    there = _there(site, known.get((reader.model or reader.name, reader.version)))
    file = site.here / there.contract.file if there is not None else _place(site, reader)
    made = imported_contract(reader, catalog, site.relative(file))
    state = state_of(made, there)
    if state in ("new", "updated") and not is_dry:
        if there is None and file.exists():
            raise ContractError("the file is there and isn't this consumer's", at=site.relative(file), next="move it")
        _require_inside(site, file)
        make_folder(file.parent)
        replace_text(file, made.text)
    tables = tuple(f"{table.access}s {table.table}" for table in made.tables)
    changes = changes_of(made, there.contract) if there is not None and state in ("updated", "edited") else ()
    return ImportOutcome(reader.name, reader.origin, site.relative(file), state, tables, changes, reader.notes)


def _require_inside(site: Site, file: Path) -> None:
    """ContractError where a symbolic link would take what is written to somewhere else than the settings say."""
    folder, root = site.contracts_folder, site.config.root
    # Whoever sets `contracts` to a folder elsewhere means it.
    limit = root if folder.absolute().is_relative_to(root.absolute()) else folder
    if not file.resolve().is_relative_to(limit.resolve()):
        raise ContractError(
            "a symbolic link leads out of the repository, so nothing is written there",
            at=site.relative(file),
            next="put a folder in the place of the link",
        )


def _gone(readers: Iterable[FoundReader], known: Mapping[tuple[str, str], ContractFile]) -> Iterator[ImportOutcome]:
    """Contracts that were imported from what was read now, and whose reader isn't in it any more."""
    names = {(reader.model or reader.name, reader.version) for reader in readers}
    origins = {reader.origin for reader in readers}
    for name, file in known.items():
        origin = _property(file, ORIGIN)
        if name not in names and origin in origins:
            tables = tuple(f"{table.access}s {table.table}" for table in file.contract.tables)
            yield ImportOutcome(name[0], origin, file.contract.file, "gone", tables)


def _property(file: ContractFile, name: str) -> str:
    listed = file.document.get("customProperties") or ()
    return str(next((one.get("value") for one in listed if one.get("property") == name), ""))


def _there(site: Site, known: ContractFile | None) -> FileThere | None:
    if known is None:
        return None
    text = (site.here / known.contract.file).read_text(encoding="utf-8")
    return FileThere(known.contract, text, _property(known, MARK))


def _place(site: Site, reader: FoundReader) -> Path:
    return site.contracts_folder / consumer_name(reader.model or reader.name) / f"{reader.name}{SUFFIX}"
