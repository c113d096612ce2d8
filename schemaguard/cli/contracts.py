"""`schemaguard contracts`: who reads and writes what until when, and binding a contract to a model version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri

if TYPE_CHECKING:
    from schemaguard.adapters.releases import ControlDatabase
    from schemaguard.catalog.objects import Catalog
    from schemaguard.contracts.contract import ContractFile
    from schemaguard.releases.window import Window

group = typer.Typer(no_args_is_help=True, help="List contracts, show and judge them, bind one to a model version.")

Folder = Annotated[str | None, typer.Option("--contracts", metavar="DIR", help="The folder of the contracts.")]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of contracts here: the folder's, and the control schema where there is one."""

    files: "tuple[ContractFile, ...]"
    database: "ControlDatabase | None"
    source: str


@group.command("list")
def list_(
    thing: Annotated[
        str | None, typer.Argument(metavar="[TABLE[.COLUMN]]", help="Only who uses this table or column.")
    ] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """List who reads and writes what, and until when.

    The contracts of the folder, and the published ones where a database is configured.
    """
    from datetime import UTC, datetime

    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import contracts as command
    from schemaguard.releases.listing import things
    from schemaguard.report.contracts import list_json, show_list

    now = datetime.now(UTC)
    with _known(contracts, database_url) as known:
        listed = command.contracts(known.files, known.database, now)
    wanted = things(thing, listed) if thing is not None else None
    listed = tuple(each for each in listed if wanted is None or each.accesses(wanted))
    if output is Format.JSON:
        tell_json(list_json(listed, known.source))
    else:
        show_list(listed, console(), now, wanted, known.source)


@group.command()
def show(
    model: Annotated[
        str | None, typer.Argument(help="The model or consumer; left out: an example to begin with.")
    ] = None,
    version: Annotated[str | None, typer.Argument(help="One version; left out: all.")] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Show all that a contract says, or an example of a contract file.

    Without a model, the example goes to standard output, to begin a file with.
    """
    from datetime import UTC, datetime

    from schemaguard.cli.operating import console, tell_json
    from schemaguard.commands import contracts as command
    from schemaguard.contracts.example import EXAMPLE
    from schemaguard.releases.listing import chosen
    from schemaguard.report.contracts import one_json, show_one

    if model is None:
        typer.echo(EXAMPLE, nl=False)
        return
    name, _, after = model.partition("@")
    now = datetime.now(UTC)
    with _known(contracts, database_url) as known:
        found = chosen(command.contracts(known.files, known.database, now), name, version or after or None)
    if output is Format.JSON:
        tell_json({"version": 1, "contracts": [one_json(each) for each in found]})
        return
    screen = console()
    for number, each in enumerate(found):
        if number:
            screen.print()
        show_one(each, screen, now)


@group.command()
def publish(
    model: Annotated[str, typer.Argument(help="The model, or a consumer that is no model.")],
    version: Annotated[str | None, typer.Argument(help="The registered version; left out for a consumer.")] = None,
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Bind a contract to a model version, for good.

    It goes to the control schema, as tags to the registry, and its views are made.
    """
    from schemaguard.cli.operating import actor, console, open_site, tell_json
    from schemaguard.commands import publish as command
    from schemaguard.report.contracts import published_json, show_published

    folder, root = _folder(contracts)
    file = command.find(_files(folder, root, contracts), model, version, _relative(folder, root))
    with open_site(database_url, registry_uri, None) as site:
        registry = site.registry if version is not None else None
        done = command.publish(file, version, registry, site.database, actor())
    if output is Format.JSON:
        tell_json(published_json(done))
    else:
        show_published(done, console())


@group.command()
def validate(
    target: Annotated[
        str | None, typer.Argument(metavar="[FILE|MODEL]", help="A file, or a model or consumer; left out: all.")
    ] = None,
    version: Annotated[str | None, typer.Argument(help="One version of the model; left out: all.")] = None,
    contracts: Folder = None,
    migrations: Annotated[str | None, typer.Option(metavar="PATH", help="Where the migrations are.")] = None,
    initial: Annotated[Path | None, typer.Option(help="SQL that runs before the first revision.")] = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Judge contracts: their files, and whether catalog, feature query, model signature and dates bear them out.

    Exit code: 0, or 1 where something is wrong.
    """
    from datetime import UTC, datetime

    from schemaguard.adapters.registry import MlflowRegistry
    from schemaguard.cli.operating import configured, console, tell_json
    from schemaguard.commands import validate as command
    from schemaguard.report import validation as report

    folder, root = _folder(contracts)
    catalog, why = _static_catalog(migrations, initial)
    uri = registry_uri or configured(None).registry_uri
    registry = MlflowRegistry(uri) if uri else None
    unasked = () if uri else ("signatures weren't read from a registry: none is configured",)
    name, _, after = (target or "").partition("@")
    is_file = target is not None and (Path(target).is_file() or target.endswith((".yaml", ".yml")))
    wanted = None if target is None or is_file else name
    number = version or after or None
    done = command.validate(
        command.files_of(folder, target),
        command.Bench(root, catalog, registry, datetime.now(UTC).date(), _lock(folder)),
        lambda c: wanted is None or (c.model == wanted and (number is None or number in c.model_versions)),
        (*why, *unasked),
    )
    files = [(each.file, each.names, each.remarks) for each in done.files]
    if output is Format.JSON:
        tell_json(report.document(files, done.not_judged))
    else:
        report.show(files, done.not_judged, console())
    raise typer.Exit(done.exit_code)


def _lock(folder: Path) -> "Window | None":
    """The release windows of the lock file beside the contracts, where there is one."""
    from schemaguard.releases.window import parse_lock

    file = folder / "window.lock"
    return parse_lock(file.read_text(encoding="utf-8"), str(file)) if file.is_file() else None


def _static_catalog(path: str | None, initial: Path | None) -> "tuple[Catalog | None, tuple[str, ...]]":
    """The catalog of the migrations; else None and why not. An error where they were named and can't be read."""
    from schemaguard.cli.reading import read_settings
    from schemaguard.commands.catalog import static_catalog
    from schemaguard.errors import HistoryError, UsageError

    try:
        with read_settings(initial=initial) as reading:
            return static_catalog(reading, path).catalog, ()
    except (HistoryError, UsageError) as error:
        if path is not None:
            raise
        return None, (f"nothing was held against the migrations: {error.what}",)


@contextmanager
def _known(contracts: str | None, database_url: str | None) -> "Iterator[_Known]":
    """The folder's contracts, and the control schema where a database is configured and has one."""
    from schemaguard.adapters import control
    from schemaguard.adapters.postgres import connect, place
    from schemaguard.adapters.releases import ControlDatabase
    from schemaguard.cli.operating import configured

    folder, root = _folder(contracts)
    files = _files(folder, root, contracts)
    where = f"folder {_relative(folder, root)}"
    url = configured(database_url).database_url
    if url is None:
        yield _Known(files, None, f"{where}, no database configured")
        return
    with connect(url) as connection:
        is_installed = control.is_installed(connection)
    if not is_installed:
        yield _Known(files, None, f"{where}; {place(url)} has no control schema yet: schemaguard init")
        return
    with ControlDatabase(url) as database:
        yield _Known(files, database, f"{where}, {place(url)}")


def _folder(option: str | None) -> tuple[Path, Path]:
    """(the folder of the contracts, what their files are named relative to)."""
    from schemaguard import config

    here = Path.cwd()
    settings = config.load(here)
    return (here / option if option is not None else settings.root / settings.contracts), here


def _files(folder: Path, root: Path, option: str | None) -> "tuple[ContractFile, ...]":
    from schemaguard.adapters.contract_files import read_files
    from schemaguard.errors import ContractError

    if folder.is_dir():
        return read_files(folder, root)
    if option is not None:
        raise ContractError("there is no such folder", at=option, next="name the folder of the contracts")
    return ()


def _relative(folder: Path, root: Path) -> str:
    return str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)
