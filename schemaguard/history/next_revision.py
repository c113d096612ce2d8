"""The next revision of a history, as its tool lays it out: the file's name and its text."""

import re
from collections.abc import Callable, Mapping, Sequence
from posixpath import basename, dirname, join

from schemaguard.finding import LaterRevision
from schemaguard.frozen import dataclass
from schemaguard.history.history import History
from schemaguard.history.parsing import parse
from schemaguard.history.sources import Files
from schemaguard.sealing import digest

_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class NextRevision:
    """A revision that isn't written yet: its files, path → text."""

    id: str
    texts: Mapping[str, str]


def next_revision(history: History, wanted: LaterRevision, files: Files) -> NextRevision | str:
    """The revision behind the last one; a sentence where it can't be told how this history would go on."""
    if len(history.graph.heads) != 1:
        return "the history has several heads"
    if history.database is not None:
        return "the history migrates several databases, each with a function of its own"
    last = history.graph.revisions[history.graph.heads[0]]
    if history.kind == "alembic":
        return _alembic(history, last.id, last.file, wanted, files)
    make = _SQL.get(history.tool)
    if make is None:
        return f"{history.tool} keeps a journal of its migrations: it has to make the file itself"
    if wanted.is_outside_of_transactions and history.tool in _ALWAYS_IN_A_TRANSACTION:
        return f"{history.tool} runs each file in a transaction"
    ups = [history.scripts[one].up.file for one in history.graph.order]
    numbered = [name for name in map(basename, ups) if _NUMBER.match(name)]
    if not numbered:
        return "its files aren't numbered"
    id_, texts = make(max(numbered, key=_number), wanted)
    folder = dirname(last.file)
    return NextRevision(id_, {join(folder, name): text for name, text in texts.items()})


# Alembic


def _alembic(history: History, last: str, file: str, wanted: LaterRevision, files: Files) -> NextRevision:
    id_ = _next_id(list(history.graph.revisions), last, wanted)
    slug = _slug(wanted.title)
    is_numbered = basename(file).startswith(last)
    name = f"{id_}_{slug}.py" if is_numbered else f"{slug}_{id_}.py"
    text = _REVISION.format(
        title=_sentence(wanted.title),
        ignored=_NO_WAY_BACK if not wanted.downgrade else "",
        id=id_,
        down=last,
        imports="\n".join(sorted(dict.fromkeys(("from alembic import op", *wanted.imports)), key=_import_order)),
        typed=_typed(files.read(file) or ""),
        upgrade=_body(wanted.upgrade),
        downgrade=_body(wanted.downgrade),
    )
    return NextRevision(id_, {join(dirname(file), name): text})


def _typed(before: str) -> str:
    """The return type that the functions of the revision before have."""
    return " -> None" if re.search(r"def upgrade\(\) -> None", before) else ""


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line


def _body(lines: Sequence[str]) -> str:
    """The lines as a function's body; what comes indented already is deeper in it."""
    rows = [row for line in lines for row in line.split("\n")] or ["pass"]
    inside = _inside_of_texts(rows)
    return "\n".join(row if number in inside or not row else f"    {row}" for number, row in enumerate(rows))


def _inside_of_texts(rows: Sequence[str]) -> set[int]:
    """The rows that begin inside of a text over several lines, which an indentation would change."""
    import ast

    tree = parse("\n".join(rows))
    return {
        row
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno
        for row in range(node.lineno, node.end_lineno)
    }


def _next_id(known: Sequence[str], last: str, wanted: LaterRevision) -> str:
    """The number behind the last one where all are numbers, else twelve hexadecimal digits that follow from it all."""
    if last.isdecimal() and all(one.isdecimal() for one in known):
        return str(max(map(int, known)) + 1).zfill(len(last))
    return digest(last, wanted.title, *wanted.upgrade)[:12]


_NO_WAY_BACK = "\n# schemaguard: ignore-file no-downgrade -- what it does may stay when the schema goes back\n"
_REVISION = '''\
"""{title}

Revision ID: {id}
Revises: {down}
"""
{ignored}
{imports}

revision = "{id}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade(){typed}:
{upgrade}


def downgrade(){typed}:
{downgrade}
'''


# SQL, a maker a tool: (name of the file with the greatest number, what is wanted) → (id, name → text)

_NUMBER = re.compile(r"([VU]?)(\d+)")
_ALWAYS_IN_A_TRANSACTION = ("node-pg-migrate", "tern")
Made = tuple[str, dict[str, str]]


def _number(name: str) -> int:
    found = _NUMBER.match(name)
    return int(found[2]) if found else -1


def _after(name: str) -> str:
    """The number behind that of a file, as wide as it."""
    found = _NUMBER.match(name)
    assert found is not None
    return str(int(found[2]) + 1).zfill(len(found[2]))


def _statements(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _plain(last: str, wanted: LaterRevision) -> Made:
    stem = f"{_after(last)}_{_slug(wanted.title)}"
    up = re.search(r"[._-]up\.sql$", last, re.IGNORECASE)
    return stem, {f"{stem}{up[0] if up else '.sql'}": _statements(wanted.upgrade)}


def _pair(last: str, wanted: LaterRevision) -> Made:
    number, slug = _after(last), _slug(wanted.title)
    if re.match(r"\d+\.do\b", last, re.IGNORECASE):
        names = f"{number}.do.{slug}.sql", f"{number}.undo.{slug}.sql"
    else:
        names = f"{number}_{slug}.up.sql", f"{number}_{slug}.down.sql"
    return number, {names[0]: _statements(wanted.upgrade), names[1]: _statements(wanted.downgrade)}


def _flyway(last: str, wanted: LaterRevision) -> Made:
    number = _after(last)
    return number, {f"V{number}__{_slug(wanted.title)}.sql": _statements(wanted.upgrade)}


def _marked(up: str, down: str, loose: str) -> Callable[[str, LaterRevision], Made]:
    """A maker for a tool that marks both directions in one file; `loose` says that it is no transaction."""

    def make(last: str, wanted: LaterRevision) -> Made:
        number = _after(last)
        mark = loose if wanted.is_outside_of_transactions else up
        text = f"{mark}\n{_statements(wanted.upgrade)}\n{down}\n{_statements(wanted.downgrade)}"
        return number, {f"{number}_{_slug(wanted.title)}.sql": text}

    return make


_SQL: Mapping[str, Callable[[str, LaterRevision], Made]] = {
    "plain": _plain,
    "golang-migrate": _pair,
    "flyway": _flyway,
    "dbmate": _marked("-- migrate:up", "-- migrate:down", "-- migrate:up transaction:false"),
    "goose": _marked("-- +goose Up", "-- +goose Down", "-- +goose NO TRANSACTION\n-- +goose Up"),
    "sql-migrate": _marked("-- +migrate Up", "-- +migrate Down", "-- +migrate Up notransaction"),
    "node-pg-migrate": _marked("-- Up Migration", "-- Down Migration", "-- Up Migration"),
}


def _sentence(title: str) -> str:
    """The title as the first line of a module's text."""
    text = title.replace("\\", "").replace('"', "'")
    return text[:1].upper() + text[1:]


def _slug(title: str) -> str:
    # What follows a comma explains.
    title = re.split(r"[,;:]", title)[0]
    words = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    return words[:_LONGEST_SLUG].rstrip("_") or "next"
