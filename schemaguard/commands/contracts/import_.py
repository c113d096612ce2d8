"""contracts import: contracts of readers that a team has already described elsewhere."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.adapters.postgres import statements
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.site import Site
from schemaguard.contracts.contract import ContractFile
from schemaguard.errors import ContractError, ExitCode, UsageError
from schemaguard.frozen import dataclass
from schemaguard.importing.contract import MARK, FileThere, ImportOutcome, changes_of, imported_contract, state_of
from schemaguard.importing.dbt import dbt_readers, read_manifest
from schemaguard.importing.found import FoundReader
from schemaguard.importing.openlineage import LineageEvent, lineage_readers, read_events
from schemaguard.importing.statements import role_readers

SUFFIX = ".odcs.yaml"
_MANIFEST = Path("target", "manifest.json")
_EVENTS = ("*openlineage*.json", "*openlineage*.jsonl", "*openlineage*.ndjson")
_LARGEST_BYTES = 500_000_000


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
    is_dry: bool = False


def import_contracts(
    site: Site, wanted: ImportRequest, *, migrations: str | None = None, initial: Path | None = None
) -> Imports:
    """Write a contract for every reader that is described, or update the one that is there.

    Raises UsageError where nothing is named or found, ContractError where a description can't be read.
    """
    with site.reading(initial=initial) as reading:
        catalog = static_catalog(reading, migrations).catalog
    files = tuple(_named(site, wanted.paths)) + (tuple(_lying_around(site)) if wanted.everything else ())
    if not files and not wanted.statements:
        what = (
            "the repository has no dbt manifest and no file of OpenLineage events" if wanted.everything else "no path"
        )
        raise UsageError(
            what,
            next="name a dbt project or its target/manifest.json, OpenLineage events, or --statements",
        )
    readers, left_out = _found(site, files, catalog)
    if wanted.statements:
        seen = role_readers(statements.read(site.database_url), catalog, wanted.without_roles)
        readers, left_out = (*readers, *seen.readers), (*left_out, *seen.left_out)
    known = {each.contract.model: each for each in site.contract_files() if each.contract.is_consumer}
    outcomes = tuple(_imported(site, reader, catalog, known, is_dry=wanted.is_dry) for reader in _once(readers))
    sources = tuple(site.relative(file) for file in files) + (("pg_stat_statements",) if wanted.statements else ())
    return Imports(outcomes, sources, left_out, not wanted.is_dry)


def _named(site: Site, paths: tuple[str, ...]) -> Iterator[Path]:
    for path in paths:
        place = site.here / path
        if (place / _MANIFEST).is_file():
            yield place / _MANIFEST
        elif (place / "dbt_project.yml").is_file():
            raise UsageError("the dbt project has no target/manifest.json", at=path, next="run dbt compile there")
        elif place.is_dir():
            found = sorted(one for one in place.iterdir() if one.suffix in (".json", ".jsonl", ".ndjson"))
            if not found:
                raise UsageError("the folder has no JSON", at=path, next="name a dbt project, or a folder of events")
            yield from found
        elif place.is_file():
            yield place
        else:
            raise UsageError("there is no such file or folder", at=path, next="check the path")


def _lying_around(site: Site) -> Iterator[Path]:
    root = site.config.root
    for project in sorted(root.rglob("dbt_project.yml")):
        manifest = project.parent / _MANIFEST
        # What is installed into a project is somebody else's.
        if manifest.is_file() and not {"dbt_packages", "site-packages", "node_modules"} & set(project.parts):
            yield manifest
    yield from sorted({file for pattern in _EVENTS for file in root.rglob(pattern)})


def _found(site: Site, files: Iterable[Path], catalog: Catalog) -> tuple[tuple[FoundReader, ...], tuple[str, ...]]:
    """All readers of these files; events of one job may stand in several."""
    readers: list[FoundReader] = []
    left_out: list[str] = []
    events: list[LineageEvent] = []
    for file in files:
        shown = site.relative(file)
        text = _text(file, shown)
        if '"dbt_schema_version"' in text[:100_000] or file.name == _MANIFEST.name:
            found = dbt_readers(read_manifest(text, shown), catalog)
            readers += found.readers
            left_out += found.left_out
        else:
            events += read_events(text, shown)
    lineage = lineage_readers(tuple(events), catalog)
    return (*readers, *lineage.readers), (*left_out, *lineage.left_out)


def _text(file: Path, shown: str) -> str:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise ContractError(
                f"the file has more than {_LARGEST_BYTES:,} bytes", at=shown, next="import a part of it"
            )
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8"
        raise ContractError(f"cannot read the file: {reason}", at=shown, next="check the path") from error


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
    site: Site, reader: FoundReader, catalog: Catalog, known: Mapping[str, ContractFile], *, is_dry: bool
) -> ImportOutcome:
    there = _there(site, known.get(reader.name))
    file = site.here / there.contract.file if there is not None else _place(site, reader)
    made = imported_contract(reader, catalog, site.relative(file))
    state = state_of(made, there)
    if state in ("new", "updated") and not is_dry:
        if there is None and file.exists():
            raise ContractError("the file is there and isn't this consumer's", at=site.relative(file), next="move it")
        make_folder(file.parent)
        replace_text(file, made.text)
    tables = tuple(f"{table.access}s {table.table}" for table in made.tables)
    changes = changes_of(made, there.contract) if there is not None and state in ("updated", "edited") else ()
    return ImportOutcome(reader.name, reader.origin, site.relative(file), state, tables, changes, reader.notes)


def _there(site: Site, known: ContractFile | None) -> FileThere | None:
    if known is None:
        return None
    mark = next(
        (one.get("value") for one in known.document.get("customProperties") or () if one.get("property") == MARK), ""
    )
    text = (site.here / known.contract.file).read_text(encoding="utf-8")
    return FileThere(known.contract, text, str(mark))


def _place(site: Site, reader: FoundReader) -> Path:
    return site.contracts_folder / reader.name / f"{reader.name}{SUFFIX}"
