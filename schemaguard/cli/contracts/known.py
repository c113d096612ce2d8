"""What the verbs on contracts have in common: the folder, the control schema, the static catalog, the windows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import configured

if TYPE_CHECKING:
    from datetime import datetime

    from schemaguard.catalog.objects import Catalog
    from schemaguard.commands.contracts.known import Book
    from schemaguard.contracts.contract import ContractFile
    from schemaguard.window.window import Window


Folder = Annotated[str | None, typer.Option("--contracts", metavar="DIR", help="The folder of the contracts.")]
Migrations = Annotated[str | None, typer.Option("--migrations", metavar="PATH", help="Where the migrations are.")]
Initial = Annotated[Path | None, typer.Option("--initial", help="SQL that runs before the first revision.")]


def complete_model(incomplete: str) -> list[str]:
    """The models, and with an `@` the versions, that the folder's contracts name: for a shell's TAB."""
    from schemaguard.errors import SchemaguardError

    try:
        contracts = [file.contract for file in read_contracts(*contract_folder(None), None)]
    except SchemaguardError:
        return []  # What is wrong is said when the verb runs.
    named = {contract.model for contract in contracts}
    if "@" in incomplete:
        named = {f"{contract.model}@{version}" for contract in contracts for version in contract.model_versions}
    return sorted(name for name in named if name.startswith(incomplete))


def window_lock(folder: Path, at: "datetime | None" = None) -> "Window | None":
    """The release windows of the lock file beside the contracts, where there is one; at a time, or as written."""
    from schemaguard.window.window import parse_lock

    file = folder / "window.lock"
    return parse_lock(file.read_text(encoding="utf-8"), str(file), at) if file.is_file() else None


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


def judged_catalog(known: "Book", path: str | None, initial: Path | None) -> "tuple[Catalog | None, tuple[str, ...]]":
    """What contracts are held against: the migrations where they are named, else the database that was read.

    Where neither is, the migrations of the settings. None and why not where there are none.
    """
    if _is_database_judged(known, path, initial):
        return known.catalog, ()
    return static_catalog(path, initial)


def source(known: "Book", path: str | None, initial: Path | None) -> str:
    """Where contracts, windows and the tables of `judged_catalog` were read."""
    return known.source_with_tables if _is_database_judged(known, path, initial) else known.source


def judged_place(known: "Book", path: str | None, initial: Path | None) -> str:
    """What `judged_catalog` is of."""
    return known.windows_from if _is_database_judged(known, path, initial) else "the migrations"


def _is_database_judged(known: "Book", path: str | None, initial: Path | None) -> bool:
    return path is None and initial is None and known.catalog is not None


def read_book(contracts: str | None, database_url: str | None) -> "Book":
    """The folder's contracts, and the published ones where a database is configured and has a control schema."""
    from datetime import UTC, datetime

    from schemaguard.commands.contracts.known import book

    folder, root = contract_folder(contracts)
    files = read_contracts(folder, root, contracts)
    now = datetime.now(UTC)
    url = configured(database_url).database_url
    where, asked = relative(folder, root), ""
    if url is not None:
        from schemaguard.adapters import control
        from schemaguard.adapters.control.database import ControlDatabase
        from schemaguard.adapters.postgres.connection import connect, place

        with connect(url) as connection:
            is_installed = control.is_installed(connection)
        if is_installed:
            with ControlDatabase(url) as database:
                return book(files, database, None, now, where, place(url))
        asked = f"; {place(url)} has no control schema yet: schemaguard init"
    lock = window_lock(folder, now)
    windows = "the dates in the contracts"
    if lock is not None:
        windows = f"{relative(folder / 'window.lock', root)}, {lock.age_days(now)} days old"
    return book(files, None, lock, now, where, f"{windows}{asked}")


def contract_folder(option: str | None) -> tuple[Path, Path]:
    """(the folder of the contracts, what their files are named relative to)."""
    from schemaguard import config

    here = Path.cwd()
    settings = config.load(here)
    return (here / option if option is not None else settings.root / settings.contracts), here


def read_contracts(folder: Path, root: Path, option: str | None) -> "tuple[ContractFile, ...]":
    """The contracts of the folder; none where it isn't there, an error where it was named and isn't there."""
    from schemaguard.adapters.files.contracts import read_files
    from schemaguard.errors import ContractError

    if folder.is_dir():
        return read_files(folder, root)
    if option is not None:
        raise ContractError("there is no such folder", at=option, next="name the folder of the contracts")
    return ()


def relative(folder: Path, root: Path) -> str:
    """The folder as a report names it."""
    return str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)
