"""What the verbs on contracts have in common: the folder, the control schema, the static catalog, the windows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import configured

if TYPE_CHECKING:
    from schemaguard.adapters.releases import ControlDatabase
    from schemaguard.catalog.objects import Catalog
    from schemaguard.contracts.contract import ContractFile
    from schemaguard.releases.window import Window


Folder = Annotated[str | None, typer.Option("--contracts", metavar="DIR", help="The folder of the contracts.")]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of contracts here: the folder's, and the control schema where there is one."""

    files: "tuple[ContractFile, ...]"
    database: "ControlDatabase | None"
    source: str


def window_lock(folder: Path) -> "Window | None":
    """The release windows of the lock file beside the contracts, where there is one."""
    from schemaguard.releases.window import parse_lock

    file = folder / "window.lock"
    return parse_lock(file.read_text(encoding="utf-8"), str(file)) if file.is_file() else None


def static_catalog(path: str | None, initial: Path | None) -> "tuple[Catalog | None, tuple[str, ...]]":
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
def open_known(contracts: str | None, database_url: str | None) -> "Iterator[Known]":
    """The folder's contracts, and the control schema where a database is configured and has one."""
    from schemaguard.adapters import control
    from schemaguard.adapters.postgres import connect, place
    from schemaguard.adapters.releases import ControlDatabase

    folder, root = contract_folder(contracts)
    files = read_contracts(folder, root, contracts)
    where = f"folder {relative(folder, root)}"
    url = configured(database_url).database_url
    if url is None:
        yield Known(files, None, f"{where}, no database configured")
        return
    with connect(url) as connection:
        is_installed = control.is_installed(connection)
    if not is_installed:
        yield Known(files, None, f"{where}; {place(url)} has no control schema yet: schemaguard init")
        return
    with ControlDatabase(url) as database:
        yield Known(files, database, f"{where}, {place(url)}")


def contract_folder(option: str | None) -> tuple[Path, Path]:
    """(the folder of the contracts, what their files are named relative to)."""
    from schemaguard import config

    here = Path.cwd()
    settings = config.load(here)
    return (here / option if option is not None else settings.root / settings.contracts), here


def read_contracts(folder: Path, root: Path, option: str | None) -> "tuple[ContractFile, ...]":
    """The contracts of the folder; none where it isn't there, an error where it was named and isn't there."""
    from schemaguard.adapters.contract_files import read_files
    from schemaguard.errors import ContractError

    if folder.is_dir():
        return read_files(folder, root)
    if option is not None:
        raise ContractError("there is no such folder", at=option, next="name the folder of the contracts")
    return ()


def relative(folder: Path, root: Path) -> str:
    """The folder as a report names it."""
    return str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)
