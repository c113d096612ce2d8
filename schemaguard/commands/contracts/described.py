"""Where readers are described: the files that are named or lie in a repository, what each is, and its readers."""

import codecs
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, assert_never

from schemaguard.catalog.objects import Catalog
from schemaguard.commands.site import Site
from schemaguard.errors import ContractError, UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.importing.dbt import dbt_readers, read_manifest
from schemaguard.importing.feast import DUMP_KEYS, feast_readers, read_registry, read_settings
from schemaguard.importing.found import FoundReader, FoundReaders
from schemaguard.importing.great_expectations import GxProject, read_project, read_suite, suite_readers
from schemaguard.importing.openlineage import LineageEvent, lineage_readers, read_events
from schemaguard.importing.pandera import PanderaColumns, read_schema, schema_readers

_MANIFEST = Path("target", "manifest.json")
_DBT, _FEAST, _GX = "dbt_project.yml", "feature_store.yaml", "great_expectations.yml"
_LARGEST_BYTES = 500_000_000
_SOMEBODY_ELSES = frozenset({"dbt_packages", "site-packages", "node_modules", "__pycache__"})
"""Folders with what is installed into a project."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LARGEST_SCHEMA_BYTES = 1_000_000
Kind = Literal["dbt", "feast", "great expectations", "openlineage", "pandera"]


@dataclass(frozen=True, slots=True)
class Described:
    """One file that describes readers; `schema` is where tables without one are, if its project says so."""

    file: Path
    kind: Kind
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What lies in a repository, and what of it can't be read from here."""

    found: tuple[Described, ...]
    left_out: tuple[str, ...]


def named(site: Site, paths: Iterable[str]) -> Iterator[Described]:
    """What a user names: a file, a project's folder, or a folder of files. UsageError where there is nothing."""
    for path in paths:
        place = site.here / path
        if place.is_dir():
            yield from _of_folder(site, place, path)
        elif place.is_file():
            yield _of_file(site, place, path)
        else:
            raise UsageError("there is no such file or folder", at=path, next="check the path")


def _of_folder(site: Site, place: Path, path: str) -> Iterator[Described]:
    gx = next((one for one in (place / _GX, place / "gx" / _GX) if one.is_file()), None)
    if (place / _MANIFEST).is_file():
        yield Described(place / _MANIFEST, "dbt")
    elif (place / _DBT).is_file():
        raise UsageError("the dbt project has no target/manifest.json", at=path, next="run dbt compile there")
    elif (place / _FEAST).is_file():
        yield _feast(site, place / _FEAST)
    elif gx is not None:
        yield Described(gx, "great expectations")
    else:
        found = [one for one in sorted(place.iterdir()) if one.suffix in (".json", ".jsonl", ".ndjson")]
        found += [one for one in sorted(place.iterdir()) if _is_schema(one) and one not in found]
        if not found:
            raise UsageError("the folder describes no reader", at=path, next="name a project, or a folder of events")
        yield from (_of_file(site, one, site.relative(one)) for one in found)


def _of_file(site: Site, place: Path, path: str) -> Described:
    if place.name == _FEAST:
        return _feast(site, place)
    if place.name == _GX:
        return Described(place, "great expectations")
    if place.suffix in (".yaml", ".yml"):
        if _is_schema(place):
            return Described(place, "pandera")
        raise UsageError("this YAML describes no reader", at=path, next="name a schema that pandera's to_yaml() wrote")
    return Described(place, _kind(place.name, _bytes(place, path)))


def _kind(name: str, data: bytes) -> Kind:
    """What a file is, by what it says."""
    if name == _MANIFEST.name or b'"dbt_schema_version"' in data[:100_000]:
        return "dbt"
    if name.endswith((".db", ".pb")) or (b"\0" in data[:4_096] and not data.startswith(_UTF_16)):
        return "feast"
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return "openlineage"  # One event a line; its reader says what is wrong.
    if not isinstance(said, dict):
        return "openlineage"
    if isinstance(said.get("expectations"), list):
        return "great expectations"
    if "schema_type" in said:
        return "pandera"
    return "feast" if any(key in said for key in DUMP_KEYS) else "openlineage"


def _feast(site: Site, settings: Path) -> Described:
    """The registry of a Feast project. UsageError where it isn't a file that is there."""
    shown = site.relative(settings)
    said = read_settings(_text(settings, shown), shown)
    if not said.registry:
        hint = "feast registry-dump > feast.json, and name that"
        raise UsageError("the registry of the Feast project isn't a file", at=shown, next=hint)
    file = settings.parent / said.registry
    if not file.is_file():
        raise UsageError(f"the Feast project has no {said.registry}", at=shown, next="run feast apply there")
    return Described(file, "feast", said.schema)


def lying_around(site: Site) -> Around:
    """Whatever describes readers in the repository. Symbolic links aren't followed."""
    found: list[Described] = []
    left_out: list[str] = []
    for folder, folders, files in os.walk(site.config.root):
        folders[:] = sorted(one for one in folders if one not in _SOMEBODY_ELSES and not one.startswith("."))
        here, names = Path(folder), sorted(files)
        if _DBT in names and (here / _MANIFEST).is_file():
            found.append(Described(here / _MANIFEST, "dbt"))
        if _GX in names:
            found.append(Described(here / _GX, "great expectations"))
        if _FEAST in names:
            try:
                feast = _feast(site, here / _FEAST)
            except UsageError as error:
                left_out.append(f"{error.at}: {error.what}; {error.next}")
            else:
                found.append(feast)
        found += [one for name in names if (one := _by_name(here / name)) is not None]
    known = {one.file.resolve(): one for one in reversed(found)}
    outside = {file for file in known if not file.is_relative_to(site.config.root.resolve())}
    left_out += [f"{known[file].file}: it lies outside of the repository; name it" for file in sorted(outside)]
    return Around(tuple(known[file] for file in sorted(known) if file not in outside), tuple(left_out))


def _by_name(file: Path) -> Described | None:
    """What a file is that stands by itself, None where it describes no reader."""
    if file.suffix not in (".json", ".jsonl", ".ndjson", ".yaml", ".yml") or not file.is_file():
        return None
    if file.suffix in (".json", ".jsonl", ".ndjson") and "openlineage" in file.name:
        return Described(file, "openlineage")
    if file.suffix == ".json" and "feast" in file.name and _head(file, 1_000_000).find(b'"featureViews"') > 0:
        return Described(file, "feast")
    return Described(file, "pandera") if _is_schema(file) else None


def _is_schema(file: Path) -> bool:
    if file.suffix not in (".yaml", ".yml", ".json") or not file.is_file():
        return False
    if file.stat().st_size > _LARGEST_SCHEMA_BYTES:
        return False
    head = _head(file, 2_000)
    return b"schema_type" in head and b"dataframe" in head and b"columns" in _head(file, 100_000)


def _head(file: Path, length: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(length)
    except OSError:
        return b""


def readers_of(site: Site, described: Iterable[Described], catalog: Catalog) -> FoundReaders:
    """All readers of these files; events of one job, and schemas of one table, may stand in several."""
    readers: list[FoundReader] = []
    left_out: list[str] = []
    events: list[LineageEvent] = []
    schemas: list[PanderaColumns] = []
    for one in described:
        shown = site.relative(one.file)
        if one.kind == "openlineage":
            events += read_events(_text(one.file, shown), shown)
            continue
        if one.kind == "pandera":
            schemas.append(read_schema(_text(one.file, shown), shown))
            continue
        found = _readers_of_one(site, one, shown, catalog)
        readers += found.readers
        left_out += found.left_out
    for found in (schema_readers(schemas, catalog), lineage_readers(tuple(events), catalog)):
        readers += found.readers
        left_out += found.left_out
    return FoundReaders(tuple(readers), tuple(left_out))


def _readers_of_one(site: Site, one: Described, shown: str, catalog: Catalog) -> FoundReaders:
    match one.kind:
        case "dbt":
            return dbt_readers(read_manifest(_text(one.file, shown), shown), catalog)
        case "feast":
            over = replace(catalog, search_path=(one.schema,)) if one.schema else catalog
            return feast_readers(read_registry(_bytes(one.file, shown), shown), over)
        case "pandera":
            return schema_readers((read_schema(_text(one.file, shown), shown),), catalog)
        case "great expectations":
            return _of_suites(site, one, shown, catalog)
        case "openlineage":
            return lineage_readers(read_events(_text(one.file, shown), shown), catalog)
        case _:
            assert_never(one.kind)


def _of_suites(site: Site, one: Described, shown: str, catalog: Catalog) -> FoundReaders:
    """A project's suites, or a suite by itself."""
    if one.file.name != _GX:
        return suite_readers((read_suite(_text(one.file, shown), shown),), GxProject(), catalog)
    folder, left_out = one.file.parent, list[str]()
    homes = (folder.resolve(), site.config.root.resolve())

    def texts(below: str, *endings: str) -> Iterator[tuple[str, str]]:
        for file in sorted((folder / below).rglob("*")):
            if file.suffix not in endings or not file.is_file():
                continue
            if any(file.resolve().is_relative_to(home) for home in homes):
                yield _text(file, site.relative(file)), site.relative(file)
            else:
                left_out.append(f"{site.relative(file)}: it lies outside of the project; name it")

    definitions, checkpoints = texts("validation_definitions", ".json"), texts("checkpoints", ".yml", ".yaml")
    project = read_project(_text(one.file, shown), shown, definitions, checkpoints)
    found = suite_readers((read_suite(*each) for each in texts("expectations", ".json")), project, catalog)
    return replace(found, left_out=(*found.left_out, *left_out))


def _text(file: Path, shown: str) -> str:
    try:
        return _bytes(file, shown).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContractError("cannot read the file: it isn't UTF-8", at=shown, next="check the path") from error


def _bytes(file: Path, shown: str) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise ContractError(
                f"the file has more than {_LARGEST_BYTES:,} bytes", at=shown, next="import a part of it"
            )
        return file.read_bytes()
    except OSError as error:
        raise ContractError(f"cannot read the file: {error.strerror}", at=shown, next="check the path") from error
