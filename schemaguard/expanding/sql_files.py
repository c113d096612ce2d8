"""An expansion as files of a folder of SQL migrations, numbered and marked as the layout asks for."""

import re
from posixpath import basename, dirname, join

from schemaguard.errors import UsageError
from schemaguard.expanding.act import PHASES, Act, ExpansionPhase
from schemaguard.expanding.alembic_files import WrittenFile
from schemaguard.expanding.expand import Split
from schemaguard.history.history import History
from schemaguard.history.revision import Revision

_NUMBERED = re.compile(r"(?P<head>[VU]?)(?P<number>\d+)(?P<rest>.*)", re.DOTALL)
_ENDS = re.compile(r"(?P<end>(?:[._-]up)?\.sql|\.do\..*\.sql)$", re.IGNORECASE)
_MARKS = {
    "dbmate": ("-- migrate:up", "-- migrate:up transaction:false", "-- migrate:down"),
    "goose": ("-- +goose Up", "-- +goose Up", "-- +goose Down"),
    "sql-migrate": ("-- +migrate Up", "-- +migrate Up notransaction", "-- +migrate Down"),
    "tern": ("", "", "---- create above / drop below ----"),
    "node-pg-migrate": ("-- Up Migration", "-- Up Migration", "-- Down Migration"),
}
_LOOSE = ("dbmate", "goose", "sql-migrate", "plain", "flyway")
"""Tools that can run a file outside of a transaction."""


def sql_files(split: Split, revision: Revision, history: History) -> tuple[WrittenFile, ...]:
    """The files, in their order: the first takes the place of the one that is split, the others follow it.

    Raises UsageError where that isn't the last one, or where the layout lists its files elsewhere.
    """
    if history.tool in ("sqitch", "drizzle"):
        raise UsageError(
            f"{history.tool} lists its migrations in a file of its own",
            at=revision.file,
            next="take over the statements that are shown, and list the files there",
        )
    if revision.id != history.graph.order[-1]:
        raise UsageError(
            f"{history.graph.order[-1]} follows {revision.id}: there is no number between them",
            at=revision.file,
            next="split the newest migration only",
        )
    phases = [phase for phase in PHASES if phase == "contract" or split.expansion.part(phase).up]
    files: list[WrittenFile] = []
    for turn, phase in enumerate(phases):
        files.extend(_of_phase(split, revision, history, phase, turn))
    return tuple(files)


def _of_phase(
    split: Split, revision: Revision, history: History, phase: ExpansionPhase, turn: int
) -> list[WrittenFile]:
    part = split.expansion.part(phase)
    waits = [f"-- schemaguard: waits-for {one}" for one in dict.fromkeys(map(str, split.expansion.waits))]
    up_file, down_file, name = _paths(revision, history, phase, turn)
    is_loose = history.tool in _LOOSE and any(one.alone for one in part.up)
    head = waits if phase == "contract" else []
    up, down = _script(part.up, is_loose, history), _script(part.down, False, history)
    if history.tool in _MARKS:
        mark, loose_mark, down_mark = _MARKS[history.tool]
        first = [loose_mark if is_loose else mark]
        if history.tool == "goose" and is_loose:
            first.insert(0, "-- +goose NO TRANSACTION")
        text = "\n".join((*filter(None, first), *head, up, "", down_mark, down)).rstrip() + "\n"
        return [WrittenFile(phase, name, up_file, text, turn == 0)]
    if history.tool == "flyway" and is_loose:
        head = ["-- flyway:executeInTransaction=false", *head]
    files = [WrittenFile(phase, name, up_file, "\n".join((*head, up)).rstrip() + "\n", turn == 0)]
    if down_file is not None:
        files.append(WrittenFile(phase, name, down_file, down.rstrip() + "\n", turn == 0))
    return files


def _script(acts: tuple[Act, ...], is_loose: bool, history: History) -> str:
    """The statements; one that PostgreSQL refuses in a transaction is written so that it runs in one, where it must."""
    lines: list[str] = []
    for one in acts:
        sql = one.sql
        if not is_loose and "CONCURRENTLY" in sql.split("\n")[0]:
            sql = sql.replace(" CONCURRENTLY", "", 1)
            lines.append("-- CONCURRENTLY is refused in the transaction that this file runs in: writers wait here.")
        if one.note:
            lines.append(f"-- {one.note}")
        is_block = history.tool in ("goose", "sql-migrate") and "$sync" in sql
        begin = {"goose": "-- +goose StatementBegin", "sql-migrate": "-- +migrate StatementBegin"}.get(history.tool, "")
        end = begin.replace("Begin", "End")
        lines.extend((begin, f"{sql};", end) if is_block else (f"{sql};",))
    return "\n".join(lines)


def _paths(revision: Revision, history: History, phase: str, turn: int) -> tuple[str, str | None, str]:
    """The file of the way up, that of the way down where it has its own, and the migration's name."""
    script = history.scripts[revision.id]
    up, down = script.up.file, script.down.file if script.down is not None else None
    own_folder = basename(up) in ("up.sql", "migration.sql")
    stem = basename(dirname(up)) if own_folder else basename(up)
    named = _named(stem if own_folder else _ENDS.sub("", stem), phase, turn, revision)
    if own_folder:
        folder = join(dirname(dirname(up)), named)
        return join(folder, basename(up)), (join(folder, basename(down)) if down else None), named
    end = _ENDS.search(stem)
    path = join(dirname(up), named + (end["end"] if end is not None else ".sql"))
    if down is None or down == up:
        return path, None, named
    return path, join(dirname(down), _down_name(basename(down), named)), named


def _down_name(down: str, named: str) -> str:
    """The name of the file that undoes, with the mark that the one of the split migration has."""
    if re.match(r"U\d", down):
        return f"U{named[1:]}.sql"
    end = re.search(r"[._-](?:down|undo|rollback|revert)\.sql$", down, re.IGNORECASE)
    return named + (end[0] if end is not None else ".down.sql")


def _named(stem: str, phase: str, turn: int, revision: Revision) -> str:
    match = _NUMBERED.match(stem)
    if match is None:
        raise UsageError(
            f"{stem} begins with no number", at=revision.file, next="take over the statements that are shown"
        )
    number = str(int(match["number"]) + turn).zfill(len(match["number"]))
    return f"{match['head']}{number}{match['rest']}_{phase}"
