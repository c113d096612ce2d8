"""A folder a migration: Diesel and Hasura (`up.sql`, `down.sql`), Prisma and newer Drizzle (`migration.sql`)."""

from collections.abc import Sequence
from posixpath import basename, dirname, join

from schemaguard.history.history import Script, Transactions
from schemaguard.history.layouts.found import FoundMigration, Reading, natural, title, whole
from schemaguard.history.sources import Files

_IN_FOLDER_UP = ("up.sql", "migration.sql")
_IN_FOLDER_DOWN = ("down.sql",)


def read_folders(_folder: str, every: Sequence[str], files: Files) -> Reading:
    """A folder a migration: `<version>_<title>/up.sql` with `down.sql`, or `migration.sql`."""
    found = []
    for file in every:
        if basename(file) not in _IN_FOLDER_UP:
            continue
        own = dirname(file)
        down = next((join(own, n) for n in _IN_FOLDER_DOWN if files.is_file(join(own, n))), None)
        mode: Transactions = "implicit" if basename(file) == "migration.sql" else "one"
        if "run_in_transaction = false" in (files.read(join(own, "metadata.toml")) or ""):
            mode = "none"
        script = Script(whole(file, files, mode), whole(down, files, mode) if down else None)
        found.append(FoundMigration(basename(own), (natural(basename(own)),), title(basename(own)), script))
    return found, []
