"""The disk: a tree of text files, and the cache of evaluations."""

import io
import os
import sqlite3
import sys
import time
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DiskFiles:
    """The files below and beside `root`. Paths inside of it are relative to it, all others absolute.

    What was read once is remembered, so that a run sees one state of every file.
    """

    root: Path
    _texts: dict[str, str | None] = field(default_factory=dict, repr=False)
    _names: dict[str, tuple[str, ...] | None] = field(default_factory=dict, repr=False)
    _listed: dict[str, bool] = field(default_factory=dict, repr=False)
    """Path of what stands in a folder whose names were asked for → whether it is a file."""

    def path_of(self, given: str | Path) -> str:
        """The path as the core knows it: relative to the root where it is inside, with forward slashes."""
        absolute = Path(os.path.normpath(self.root / given))
        if absolute.is_relative_to(self.root):
            return absolute.relative_to(self.root).as_posix()
        return absolute.as_posix()

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is no such file or it can't be read."""
        if path not in self._texts:
            self._texts[path] = _text(self._place(path))
        return self._texts[path]

    def names(self, folder: str) -> tuple[str, ...] | None:
        """The names in a folder, sorted; None where there is no such folder."""
        if folder not in self._names:
            try:
                with os.scandir(self._place(folder)) as entries:
                    kinds = {entry.name: _is_file(entry) for entry in entries}
            except (OSError, ValueError):
                self._names[folder] = None
            else:
                self._names[folder] = tuple(sorted(kinds))
                self._listed.update((os.path.normpath(f"{folder}/{name}"), is_file) for name, is_file in kinds.items())
        return self._names[folder]

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        known = self._listed.get(path)
        return os.path.isfile(self._place(path)) if known is None else known  # noqa: PTH113 - see _place

    def _place(self, path: str) -> str:
        """Where the file is; a Path for each of ten thousand files costs as much as reading them."""
        return os.path.join(self.root, path)  # noqa: PTH118 - see above


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _text(place: str) -> str | None:
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - see DiskFiles._place
            return decode(file.read())
    except (OSError, ValueError):
        return None


def decode(content: bytes) -> str:
    """The text of a source file: UTF-8, else what its coding line says, else Latin-1, which keeps every ASCII name."""
    try:
        return _universal(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return _universal(content.decode(encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return _universal(content.decode("latin-1"))


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# The cache

_CACHE_FILE = "evaluations-1.sqlite"
_MOST_ENTRIES = 40_000
_WAIT_S = 2.0
_TABLE = "create table if not exists entry (key text primary key, text text not null, written integer not null)"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where evaluations are remembered: never in the project, for a pull request could bring its own answers along."""
    if chosen := environ.get("SCHEMAGUARD_CACHE_DIR"):
        return Path(chosen)
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or "~").expanduser() / ".cache")
    return Path(base) / "schemaguard"


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
    for name in ("alembic", "sqlalchemy", "sqlglot", "sqlglotc"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            found.append(f"{name} is missing")
            continue
        origin = Path(spec.origin)
        entries = os.listdir(origin.parent.parent)  # noqa: PTH208 - names are wanted, no Path each
        names = sorted(entry for entry in entries if entry.lower().startswith(f"{name}-"))
        found.append(f"{names} {_stamp(origin)}")
    package = Path(__file__).parent.parent
    for room in ("catalog", "history", "sql"):
        found += [_stamp(path) for path in sorted((package / room).rglob("*.py"))]
    return tuple(found)


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{path} {status.st_mtime_ns} {status.st_size}"
