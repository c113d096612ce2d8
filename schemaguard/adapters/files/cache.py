"""The cache on disk: texts under keys in one file, and what their truth depends on besides the project."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from schemaguard.adapters.files.stamps import cache_path, code_of, stamp
from schemaguard.frozen import dataclass, field

__all__ = ["DiskStore", "cache_folder", "code_of", "open_store", "versions_of_evaluation"]

_CACHE_FILE = "evaluations-1.sqlite"
_MOST_ENTRIES = 40_000
_WAIT_S = 2.0
_TABLE = "create table if not exists entry (key text primary key, text text not null, written integer not null)"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where evaluations are remembered."""
    return Path(cache_path(environ))


@dataclass(slots=True)
class DiskStore:
    """A store of texts in one file, shared by runs that may go on at the same time.

    Whatever goes wrong with the file, the entries are only not there: it is a cache.
    """

    _connection: sqlite3.Connection | None
    _new: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """The text kept under a key, None where there is none."""
        if key in self._new:
            return self._new[key]
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("select text from entry where key = ?", (key,)).fetchone()
        except sqlite3.Error:
            self._connection = None
            return None
        return row[0] if row is not None and isinstance(row[0], str) else None

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key; it is written when the store is closed."""
        self._new[key] = text

    def write(self) -> None:
        """Write what is new, and forget the oldest where there is too much."""
        if self._connection is None or not self._new:
            return
        try:
            with self._connection:
                self._connection.executemany(
                    "insert or replace into entry values (?, ?, ?)",
                    [(key, text, int(time.time())) for key, text in self._new.items()],
                )
                self._connection.execute(
                    "delete from entry where rowid <= (select max(rowid) from entry) - ?", (_MOST_ENTRIES,)
                )
        except sqlite3.Error:
            return


@contextmanager
def open_store(folder: Path) -> Iterator[DiskStore]:
    """The store in a folder; where it can't be opened, one that remembers nothing beyond this run."""
    connection = _connect(folder)
    store = DiskStore(connection)
    try:
        yield store
        store.write()
    finally:
        if connection is not None:
            connection.close()


def _connect(folder: Path) -> sqlite3.Connection | None:
    path = folder / _CACHE_FILE
    for _ in range(2):
        connection = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=_WAIT_S)
            connection.execute(_TABLE)
            return connection
        except sqlite3.OperationalError:
            break
        except sqlite3.DatabaseError:
            # Not a database any more: take it away and start again.
            path.unlink(missing_ok=True)
        except OSError:
            break
        finally:
            if connection is not None and connection.in_transaction:
                connection.rollback()
    return None


@cache
def versions_of_evaluation() -> tuple[str, ...]:
    """What an evaluation depends on besides the project: Python, our own code, and what compiles and reads SQL.

    The distributions' folders are looked at, for importing SQLAlchemy or importlib.metadata takes longer than a run.
    """
    found = [sys.version]
    for name in ("alembic", "sqlalchemy", "sqlglot", "sqlglotc", "postgast"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            found.append(f"{name} is missing")
            continue
        origin = Path(spec.origin)
        entries = os.listdir(origin.parent.parent)  # noqa: PTH208 - names are wanted, no Path each
        names = sorted(entry for entry in entries if entry.lower().startswith(f"{name}-"))
        found.append(f"{names} {stamp(str(origin))}")
    return (*found, *code_of("catalog", "evaluation", "history", "sql"))
