"""A history of SQL files: Flyway, golang-migrate, dbmate, goose, a folder each, plainly numbered, or one file."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from posixpath import basename, dirname, join, normpath

from schemaguard.errors import HistoryError
from schemaguard.finding import Place
from schemaguard.history import graph
from schemaguard.history.history import History, Script, Section, Tool, Transactions
from schemaguard.history.revision import Problem, Revision
from schemaguard.history.sources import Files

_FLYWAY = re.compile(r"([VUB])([0-9][0-9._]*?)__(.*)\.sql$")
_FLYWAY_REPEATABLE = re.compile(r"R__(.*)\.sql$")
_UP_DOWN = re.compile(r"(.+?)\.(up|down)\.sql$", re.IGNORECASE)
_PLAIN_DOWN = re.compile(r"(.+?)[._](down|undo|rollback|revert)\.sql$", re.IGNORECASE)
_DBMATE = re.compile(r"^--[ \t]*migrate:(up|down)\b(.*)$", re.MULTILINE)
_GOOSE = re.compile(r"^--[ \t]*\+goose[ \t]+(up|down)\b.*$", re.MULTILINE | re.IGNORECASE)
_GOOSE_NO_TRANSACTION = re.compile(r"^--[ \t]*\+goose[ \t]+no[ \t]+transaction\b", re.MULTILINE | re.IGNORECASE)
_FLYWAY_NO_TRANSACTION = re.compile(r"^(?:--[ \t]*flyway:)?[ \t]*executeInTransaction[ \t]*=[ \t]*false", re.MULTILINE)
_NUMBER = re.compile(r"\d+")
_IN_FOLDER_UP = ("up.sql", "migration.sql")
_IN_FOLDER_DOWN = ("down.sql",)


@dataclass(frozen=True, slots=True)
class _Found:
    """One migration as its files tell it; `key` puts it in its turn."""

    id: str
    key: tuple[object, ...]
    message: str
    script: Script


_Reader = Callable[[Sequence[str], Files], tuple[list[_Found], list[Problem]]]


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
            problems.append(_problem("duplicate", f"version {migration.id} is present twice: {other} and {file}", file))
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


def _read(path: str, files: Files) -> tuple[Tool, list[_Found], list[Problem]]:
    if files.is_file(path):
        return "plain", [_single(path, files)], []
    every = tuple(_sql_files(path, files))
    readers: tuple[tuple[Tool, _Reader], ...] = (
        ("flyway", _flyway),
        ("golang-migrate", _up_and_down),
        ("folders", _folder_each),
    )
    for tool, reads in readers:
        found, problems = reads(every, files)
        if found:
            return tool, found, problems
    found, problems = _plain(every, files)
    texts = [migration.script.up for migration in found]
    if any(_DBMATE.search(files.read(up.file) or "") for up in texts):
        return "dbmate", found, problems
    return "goose" if any(_GOOSE.search(files.read(up.file) or "") for up in texts) else "plain", found, problems


def _sql_files(folder: str, files: Files, depth: int = 3) -> Iterator[str]:
    for name in files.names(folder) or ():
        path = normpath(join(folder, name))
        if files.is_file(path):
            if name.lower().endswith(".sql"):
                yield path
        elif depth and not name.startswith("."):
            yield from _sql_files(path, files, depth - 1)


def _single(path: str, files: Files) -> _Found:
    stem = basename(path).removesuffix(".sql")
    down = next((f for f in _down_beside(path) if files.is_file(f)), None)
    up, marked_down = _sections(path, files)
    return _Found(stem, (), stem, Script(up, marked_down or (_whole(down, files) if down else None)))


def _down_beside(path: str) -> Iterator[str]:
    stem = path.removesuffix(".sql")
    if stem.endswith((".up", "_up")):
        yield f"{stem[:-2]}down.sql"
        return
    for mark in ("down", "undo", "rollback", "revert"):
        yield f"{stem}.{mark}.sql"
        yield f"{stem}_{mark}.sql"


# The tools


def _flyway(every: Sequence[str], files: Files) -> tuple[list[_Found], list[Problem]]:
    ups: dict[str, _Found] = {}
    downs: dict[str, str] = {}
    problems = []
    repeatable = []
    for file in every:
        if match := _FLYWAY.fullmatch(basename(file)):
            kind, version = match.group(1), _flyway_version(match.group(2))
            if kind == "U":
                downs[version] = file
            elif kind == "V" and version in ups:
                other = ups[version].script.up.file
                problems.append(_problem("duplicate", f"version {version} is present twice: {other} and {file}", file))
            elif kind == "V":
                script = Script(_flyway_section(file, files))
                ups[version] = _Found(version, (0, *_numbers(version)), match.group(3).replace("_", " "), script)
            # A baseline (B) stands for the versions up to it on an empty database; the versions themselves are read.
        elif match := _FLYWAY_REPEATABLE.fullmatch(basename(file)):
            name = match.group(1)
            found = _Found(f"R__{name}", (1, name), name.replace("_", " "), Script(_flyway_section(file, files)))
            repeatable.append(found)
    if not ups:
        return [], []
    paired = [
        replace(found, script=replace(found.script, down=_flyway_section(downs[version], files)))
        if version in downs
        else found
        for version, found in ups.items()
    ]
    return paired + repeatable, problems


def _flyway_version(text: str) -> str:
    """`1_2` and `01.2` are the same version to Flyway: numbers joined by dots."""
    return ".".join(str(int(part)) for part in re.split(r"[._]", text) if part)


def _flyway_section(file: str, files: Files) -> Section:
    text = files.read(file) or ""
    settings = files.read(f"{file}.conf") or ""
    is_loose = _FLYWAY_NO_TRANSACTION.search(settings) or _FLYWAY_NO_TRANSACTION.search(text)
    return Section(file, text, transactions="none" if is_loose or _needs_no_transaction(text) else "one")


_NON_TRANSACTIONAL = re.compile(
    r"^[ \t]*(?:(?:create|drop)[ \t]+(?:unique[ \t]+)?index[ \t]+concurrently\b|reindex\b.*\bconcurrently\b"
    r"|vacuum\b|alter[ \t]+system\b|(?:create|drop)[ \t]+(?:database|tablespace|subscription)\b"
    r"|alter[ \t]+table\b.*\bdetach[ \t]+partition\b.*\bconcurrently\b)",
    re.IGNORECASE | re.MULTILINE,
)


def _needs_no_transaction(text: str) -> bool:
    """Whether Flyway itself would run the file outside of a transaction, as it does for these commands."""
    return bool(_NON_TRANSACTIONAL.search(text))


def _up_and_down(every: Sequence[str], files: Files) -> tuple[list[_Found], list[Problem]]:
    """golang-migrate and those who name files like it: `<version>_<title>.up.sql` and `.down.sql`."""
    ups: dict[str, str] = {}
    downs: dict[str, str] = {}
    for file in every:
        match = _UP_DOWN.fullmatch(basename(file))
        if match:
            side = ups if match.group(2).lower() == "up" else downs
            side[join(dirname(file), match.group(1))] = file
    if not ups:
        return [], []
    found = []
    for stem, file in ups.items():
        version, title = _version_and_title(basename(stem))
        down = _whole(downs[stem], files, "implicit") if stem in downs else None
        script = Script(_whole(file, files, "implicit"), down)
        found.append(_Found(version, (*_numbers(version), stem), title, script))
    problems = [
        _problem("missing", f"{basename(file)} has no up file beside it", file)
        for stem, file in downs.items()
        if stem not in ups
    ]
    known = {*ups.values(), *downs.values()}
    problems += [
        _problem("unreadable", f"{basename(file)} is neither an up nor a down file: the tool would not run it", file)
        for file in every
        if file not in known
    ]
    return found, problems


def _folder_each(every: Sequence[str], files: Files) -> tuple[list[_Found], list[Problem]]:
    """A folder a migration: `<version>_<title>/up.sql` with `down.sql`, or `migration.sql`."""
    found = []
    for file in every:
        if basename(file) not in _IN_FOLDER_UP:
            continue
        folder = dirname(file)
        down = next((join(folder, n) for n in _IN_FOLDER_DOWN if files.is_file(join(folder, n))), None)
        mode: Transactions = "implicit" if basename(file) == "migration.sql" else "one"
        if "run_in_transaction = false" in (files.read(join(folder, "metadata.toml")) or ""):
            mode = "none"
        script = Script(_whole(file, files, mode), _whole(down, files, mode) if down else None)
        found.append(_Found(basename(folder), (_natural(basename(folder)),), _title(basename(folder)), script))
    return found, []


def _plain(every: Sequence[str], files: Files) -> tuple[list[_Found], list[Problem]]:
    """Files in the order of their numbers; a file with `migrate:up` or `+goose Up` marks holds both directions."""
    downs = {match.group(1): file for file in every if (match := _PLAIN_DOWN.fullmatch(file))}
    found = []
    for file in every:
        if file in downs.values():
            continue
        stem = file.removesuffix(".sql")
        up, down = _sections(file, files)
        plain_stem = re.sub(r"[._]up$", "", stem, flags=re.IGNORECASE)
        if down is None and plain_stem in downs:
            down = _whole(downs[plain_stem], files)
        is_marked = _is_marked(files.read(file) or "")
        name = basename(plain_stem)
        version = _version_and_title(name)[0] if is_marked else name
        key = (dirname(file), _natural(basename(file)))
        found.append(_Found(version, key, _title(name), Script(up, down)))
    problems = [
        _problem("missing", f"{basename(file)} has no migration that it would undo", file)
        for stem, file in downs.items()
        if not any(f"{stem}{end}" in every for end in (".sql", ".up.sql", "_up.sql"))
    ]
    return found, problems


def _is_marked(text: str) -> bool:
    return bool(_DBMATE.search(text) or _GOOSE.search(text))


# Sections


def _whole(file: str, files: Files, transactions: Transactions = "none") -> Section:
    return Section(file, files.read(file) or "", transactions=transactions)


def _sections(file: str, files: Files) -> tuple[Section, Section | None]:
    """The two directions of a file that may be marked as dbmate or goose do; without marks it is all the way up."""
    text = files.read(file) or ""
    if marks := list(_DBMATE.finditer(text)):
        return _marked(file, text, marks, lambda mark: "transaction:false" in mark.group(2).replace(" ", ""))
    if marks := list(_GOOSE.finditer(text)):
        is_loose = bool(_GOOSE_NO_TRANSACTION.search(text))
        return _marked(file, text, marks, lambda _: is_loose)
    return Section(file, text), None


def _marked(
    file: str, text: str, marks: Sequence[re.Match[str]], is_loose: Callable[[re.Match[str]], bool]
) -> tuple[Section, Section | None]:
    sections: dict[str, Section] = {}
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        line = text.count("\n", 0, mark.end()) + 1
        mode: Transactions = "none" if is_loose(mark) else "one"
        sections.setdefault(mark.group(1).lower(), Section(file, text[mark.end() : end], line, mode))
    return sections.get("up", Section(file, "")), sections.get("down")


# Names


def _version_and_title(stem: str) -> tuple[str, str]:
    match = re.match(r"(\d+)[._-]*(.*)$", stem)
    return (match.group(1), _title(stem)) if match else (stem, _title(stem))


def _title(stem: str) -> str:
    return re.sub(r"[_-]+", " ", re.sub(r"^[\d._-]+", "", stem)).strip() or stem


def _numbers(version: str) -> tuple[object, ...]:
    numbers = tuple(int(number) for number in _NUMBER.findall(version))
    # Versions of one kind compare as numbers; a name without any goes last.
    return (numbers or (float("inf"),), version)


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which `2_x` comes before `10_x`."""
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


def _problem(kind: str, message: str, file: str) -> Problem:
    return Problem(
        rule="broken-history",
        kind=kind,  # type: ignore[arg-type] # the callers above use the literal's own words
        message=message,
        place=Place(file, 1),
        instead="rename the file, or move it out of the folder of migrations",
    )
