"""A history of SQL files, laid out as one of the known tools does, plainly numbered, or one file."""

from collections.abc import Iterator
from posixpath import basename, join, normpath

from schemaguard.errors import HistoryError
from schemaguard.history import graph
from schemaguard.history.history import History, Script, Tool
from schemaguard.history.layouts.drizzle import read_drizzle
from schemaguard.history.layouts.flyway import read_flyway
from schemaguard.history.layouts.folders import read_folders
from schemaguard.history.layouts.found import FoundMigration, Reader, problem, whole
from schemaguard.history.layouts.marked import sections, tool_of
from schemaguard.history.layouts.pairs import read_pairs
from schemaguard.history.layouts.plain import read_plain
from schemaguard.history.layouts.sqitch import read_sqitch
from schemaguard.history.revision import Problem, Revision
from schemaguard.history.sources import Files

_READERS: tuple[tuple[Tool, Reader], ...] = (
    ("sqitch", read_sqitch),
    ("drizzle", read_drizzle),
    ("flyway", read_flyway),
    ("golang-migrate", read_pairs),
    ("folders", read_folders),
)
"""The first that finds a migration has the folder; the plain reader takes what none does."""


def is_sql(path: str, files: Files) -> bool:
    """Whether the path is an SQL file, or a folder with some in it or one level below."""
    if files.is_file(path):
        return path.endswith(".sql")
    return any(True for _ in _sql_files(path, files))


def read_sql(path: str, files: Files) -> History:
    """The history that a folder of SQL migrations or a single SQL file is, in the order in which its tool runs it.

    Raises HistoryError where there is none.
    """
    tool, found, problems = _read(path, files)
    found.sort(key=lambda migration: migration.key)
    revisions: list[Revision] = []
    scripts: dict[str, Script] = {}
    before: tuple[str, ...] = ()
    for migration in found:
        file = migration.script.up.file
        if migration.id in scripts:
            other = scripts[migration.id].up.file
            problems.append(problem("duplicate", f"version {migration.id} is present twice: {other} and {file}", file))
            continue
        revisions.append(Revision(id=migration.id, down=before, file=file, message=migration.message))
        scripts[migration.id] = migration.script
        before = (migration.id,)
    if not revisions:
        raise HistoryError("no SQL migrations here", at=path, next="name the folder that holds them")
    made = graph.build(revisions)
    return History(
        path=path,
        kind="sql",
        graph=made,
        problems=(*problems, *made.problems),
        roots=(path,),
        scripts=scripts,
        tool=tool,
    )


def _read(path: str, files: Files) -> tuple[Tool, list[FoundMigration], list[Problem]]:
    if files.is_file(path):
        return "plain", [_single(path, files)], []
    every = tuple(_sql_files(path, files))
    problems: list[Problem] = []
    for tool, reads in _READERS:
        found, heard = reads(path, every, files)
        if found:
            return tool, found, heard
        problems += heard
    found, heard = read_plain(path, every, files)
    marked = tool_of([files.read(migration.script.up.file) or "" for migration in found])
    return marked or "plain", found, problems + heard


def _sql_files(folder: str, files: Files, depth: int = 3) -> Iterator[str]:
    for name in files.names(folder) or ():
        path = normpath(join(folder, name))
        if files.is_file(path):
            if name.lower().endswith(".sql"):
                yield path
        elif depth and not name.startswith("."):
            yield from _sql_files(path, files, depth - 1)


def _single(path: str, files: Files) -> FoundMigration:
    stem = basename(path).removesuffix(".sql")
    down = next((f for f in _down_beside(path) if files.is_file(f)), None)
    up, marked_down = sections(path, files)
    return FoundMigration(stem, (), stem, Script(up, marked_down or (whole(down, files) if down else None)))


def _down_beside(path: str) -> Iterator[str]:
    stem = path.removesuffix(".sql")
    if stem.endswith((".up", "_up", "-up")):
        yield f"{stem[:-2]}down.sql"
        return
    for mark in ("down", "undo", "rollback", "revert"):
        yield f"{stem}.{mark}.sql"
        yield f"{stem}_{mark}.sql"
        yield f"{stem}-{mark}.sql"
