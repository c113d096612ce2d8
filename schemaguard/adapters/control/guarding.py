"""What the guard does with each statement of a migration: asked about, retired, written down, or refused."""

import getpass
import json
import os
import secrets
from pathlib import Path
from typing import Any, assert_never

from psycopg import sql as psycopg_sql
from psycopg.errors import Error as ServerError

from schemaguard.adapters.control import changes as journal
from schemaguard.adapters.control import fence, ledger, retirement, vetoed
from schemaguard.adapters.control.bringing_back import BringingBack
from schemaguard.adapters.control.needs import needs
from schemaguard.adapters.control.oracle import Answers, LockedError, Oracle, OtherError
from schemaguard.adapters.control.patience import Patience
from schemaguard.adapters.control.retyping import KeptBeside, RetypeRun
from schemaguard.adapters.control.writing_down import Changes, LiveSchema, Running, WritingDown
from schemaguard.adapters.postgres.driver import Raw, refusal
from schemaguard.applying.decision import (
    HideIndexes,
    LetThrough,
    MovesVersion,
    Part,
    Refuse,
    Retire,
    can_hide,
    decide,
    is_drop_alone,
    is_version_row,
    keeps_values,
)
from schemaguard.applying.retirement import hide_index
from schemaguard.applying.telling import RetiresObject, tell
from schemaguard.applying.vetoes import VETOES, Lost, is_about_rows, may_update, names_control
from schemaguard.catalog import changes as c
from schemaguard.catalog.inverse import DROPS
from schemaguard.catalog.keeping import is_proved
from schemaguard.catalog.objects import Name
from schemaguard.errors import ConfigError, ContractError, RefusedError
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import written

_COLUMN = """\
select a.attrelid, a.attnum from pg_attribute a
where a.attrelid = to_regclass(%s) and a.attname = %s and not a.attisdropped"""
_ALLOW_TYPE = """\
select schemaguard.allow_migration(a.attrelid, a.attnum, 'type', %s) from pg_attribute a
where a.attrelid = to_regclass(%s) and a.attname = %s and not a.attisdropped
    and exists (select from schemaguard.promise p where (p.relid, p.attnum) = (a.attrelid, a.attnum))"""
_GIVEN_UP = """\
with recursive below (oid) as (
    select %s::oid union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent),
named (columns, is_all) as (select %s::text[], %s::boolean)
select b.oid, a.attnum from below b, named n, pg_attribute a
where not n.is_all and a.attrelid = b.oid and a.attnum > 0 and not a.attisdropped and a.attname::text = any (n.columns)
union all select b.oid, -1 from below b, named n where n.is_all"""
_BELOW = """\
with recursive below (oid) as (
    select to_regclass(%s)::oid union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
select exists (select from below where oid = %s)"""


def actor() -> str:
    """Who runs the migration, for the ledger."""
    return os.environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()


class Guarding:
    """The guard on one database, for one run of migrations; `is_gathering` as for the journal (WritingDown)."""

    def __init__(self, raw: Raw, version_table: str, *, is_installed: bool, is_gathering: bool = False) -> None:
        self.running = Running()
        self._raw = raw
        self._version_table = version_table
        self._is_installed = is_installed
        self._is_fenced = is_installed and fence.is_full(raw)
        self._live = LiveSchema(raw, is_installed=is_installed)
        self.journal = WritingDown(raw, self._live, is_installed=is_installed, is_gathering=is_gathering)
        self._oracle = Oracle(raw)
        self._back = BringingBack(raw, "")
        self.patience = Patience(raw)
        self._is_watching = False
        self._token = secrets.token_hex()
        self._is_begun = False
        self._acknowledged: set[str] = set()
        self._has_declared = False
        if self._is_fenced:
            self._promise()

    def begin(self, running: Running) -> None:
        """A revision comes next."""
        self.running = running
        if not self._is_fenced:
            self._live.forget()

    def start_transaction(self, *, can_restart: bool, wait_until: float) -> None:
        """The revision starts, perhaps not for the first time."""
        self.running.is_recorded = False
        self.journal.forget_gathered()
        self._back = BringingBack(self._raw, self.running.revision)
        self.patience.begin(self.running.revision, can_restart=can_restart, wait_until=wait_until)
        self._is_watching = False
        self._acknowledged = set()
        if self._is_installed:
            self._declare_fills()
        if self._is_fenced and not self._is_begun:
            self._raw.execute(self._beginning().encode())

    def _declare_fills(self) -> None:
        """What rows without a value get on the way back, for the retirements of this revision."""
        fills = [
            {"schema": each.table.schema, "table": each.table.name, "column": each.column, "fill": each.expression}
            for each in self.running.fills
        ]
        if fills or self._has_declared:
            self._raw.execute("select set_config('schemaguard.fills', %s, false)", (json.dumps(fills),))
        self._has_declared = bool(fills)

    def taken_back(self) -> None:
        """All that was done since the last commit or savepoint is undone."""
        self.journal.forget_gathered()
        self._live.forget()
        self._is_begun = False

    def end(self) -> None:
        """No revision runs any more."""
        self.running = Running()
        if self._is_fenced:
            self._raw.execute("select schemaguard.end_revision(%s)", (self._token,))

    def place(self, sql: str) -> str:
        """Where something was refused."""
        return f"revision {self.running.revision}: {' '.join(sql.split())[:120]}"

    def judge(self, sql: str, *, has_parameters: bool) -> bool:
        """Whether the driver is to send the statement as it is; else what it was to do is done. RefusedError."""
        try:
            judge = self._judge_fenced if self._is_fenced else self._judge_unfenced
            return judge(sql, has_parameters)
        except RefusedError as refused:
            refused.at = self.place(sql)
            raise
        except Exception as error:
            found = refusal(error)
            if found is None or found.state not in VETOES:
                raise
            raise RefusedError(str(found), at=self.place(sql), next=found.hint or "") from error

    def finish(self, statement: str) -> None:
        """The revision has run, and the statement that writes that down comes next. RefusedError as `judge`."""
        try:
            self._close(statement)
        except Exception as error:
            found = refusal(error)
            if found is None or found.state not in VETOES:
                raise
            raise RefusedError(str(found), at=self.place(statement), next=found.hint or "") from error

    # Where the fence stands

    def _judge_fenced(self, sql: str, has_parameters: bool) -> bool:
        changes = translate(sql)
        if all(is_version_row(change, self._version_table) for change in changes):
            self._close(sql)
            return True
        if self._makes_version_table(changes):
            return True
        if names_control(sql):
            raise RefusedError(
                "a migration may not touch what schemaguard keeps for itself",
                next="leave it to schemaguard's own commands",
            )
        self._acknowledge()
        parts = self.journal.parts(self.running, changes)
        is_sent = has_parameters or any(isinstance(each, c.ControlTransaction) for each in changes)
        if is_sent or (is_about_rows(sql) and not any(isinstance(each, DROPS) for each in changes)):
            self._watch_rows(sql, changes)
            self._around_transactions(changes)
            self._write_parts(sql, parts)
            self._live.follow(changes)
            return True
        if not self.running.is_upgrade and self._brings_back(sql, changes):
            self._live.forget()
            return False
        if changes and all(can_hide(change, self._live()) for change in changes):
            self._hide_all(sql, changes)
            return False
        self._allow_types(changes)
        retyping = RetypeRun(self._raw, sql, self.running.revision, self._is_proved)
        lost = self._ask(sql, changes, retyping)
        if lost is None:
            self._live.forget()
            return True
        if lost or retyping.kept:
            parts = tuple(part for part in parts if part.kind not in ("DropColumn", "DropTable"))
            parts = self._kept_beside(sql, parts, retyping.kept)
        if retyping.kept:
            self._live.forget()
        else:
            self._live.follow(changes)
        self._write_parts(sql, parts)
        return False

    def _ask(self, sql: str, changes: Changes, retyping: RetypeRun) -> tuple[Lost, ...] | None:
        answers = Answers(
            may_go=lambda lost: self._refuse_needed(lost, sql),
            retire=lambda lost, place: self._retire_by_number(lost, place, sql),
            may_lose=self._may_lose,
            rewrite=lambda relid: self._rewritten(relid, changes, retyping),
            is_alone=lambda lost: is_drop_alone(changes, len(lost)),
            why=f"revision {self.running.revision}",
            retyping=retyping,
        )

        def ask() -> tuple[Lost, ...] | None:
            try:
                if self._raw.autocommit:
                    self.patience.can_restart = False
                    return self._oracle.send_alone(sql, answers)
                return self._oracle.send(sql, answers)
            except OtherError:
                return None

        return self.patience.run(sql, changes, ask)

    def _retire_by_number(self, lost: Lost, place: vetoed.Standing, sql: str) -> None:
        facts = self._retired_facts(place.object, self._answered_for(lost))
        written_down = self.journal.retiring(self.running, sql, (place.table, place.column))
        what = vetoed.Retiring(self.running.revision, self.running.parents, written_down, actor(), facts)
        tell(RetiresObject(self.running.revision, place.object, vetoed.retire(self._raw, lost, what)))

    def _answered_for(self, lost: Lost) -> tuple[str, ...]:
        return self._needs(lost).answered_for if lost.readers else ()

    def _refuse_needed(self, lost: Lost, _sql: str) -> None:
        if not lost.readers:
            return
        left = self._needs(lost).left
        if left:
            raise _needed(lost.object.removeprefix("public."), left)

    def _needs(self, lost: Lost) -> Any:
        place = vetoed.standing(self._raw, lost)
        assert place is not None
        return self._needs_of(place.table, place.column)

    def _may_lose(self, lost: Lost) -> bool:
        place = vetoed.standing(self._raw, lost)
        return place is None or self._is_given_up(place.table, place.column) or vetoed.is_empty(self._raw, lost)

    def _is_given_up(self, table: Name, column: str | None) -> bool:
        """Whether the revision says that it loses that column; None: the table with all of them."""
        return any(loss.covers(table.schema or "public", table.name, column) for loss in self.running.losses)

    def _rewritten(self, relid: int, changes: Changes, retyping: RetypeRun) -> tuple[int, ...] | None:
        """What may be rewritten with that table; None where values would be lost that can't be kept beside."""
        place = vetoed.standing(self._raw, Lost(relid, 0, "", "table"))
        if place is not None and self._is_given_up(place.table, None):
            return (relid,)
        retypes = [each for each in changes if isinstance(each, c.RetypeColumn)]
        if not retypes or any(isinstance(each, c.Opaque | c.Unreadable) for each in changes):
            return None
        self._live.forget()
        lossy = tuple(each for each in retypes if not self._is_kept(each, relid))
        if not lossy:
            return (relid,)
        for each in lossy:
            self._refuse_other_readers(each)
        return retyping.keep(lossy) or None

    def _refuse_other_readers(self, change: c.RetypeColumn) -> None:
        """Who names the table and relies on the old values can't be given them under the same name."""
        table = self._live().resolve(change.table)
        try:
            left = needs(self._raw, (table, change.column), self._live(), Path.cwd(), retype=change).left
        except (ContractError, ConfigError) as error:
            raise RefusedError(error.what, next=error.next) from error
        if left:
            raise _needed(f"{table}.{change.column}", left)

    def _is_proved(self, change: c.RetypeColumn) -> bool:
        table = self._live().table(change.table)
        known = table.column(change.column) if table is not None else None
        return known is not None and is_proved(change, known.type)

    def _kept_beside(self, sql: str, parts: tuple[Part, ...], kept: tuple[KeptBeside, ...]) -> tuple[Part, ...]:
        """Write down the columns whose old values are beside; the parts that are left to write down."""
        for each in kept:
            table = self._live().resolve(each.change.table)
            number = self.journal.retired(self.running, sql, (table, each.change.column, each.cls), "RetypeColumn")
            vetoed.belongs_to(self._raw, each.number, number)
            self._say_retired(f"{table}.{each.change.column}", each.cls, ())
        changed = {(self._live().resolve(each.change.table), each.change.column) for each in kept}
        return tuple(
            part for part in parts if part.kind != "RetypeColumn" or (part.tables[0], part.column) not in changed
        )

    def _is_kept(self, change: c.RetypeColumn, relid: int) -> bool:
        row = self._raw.execute(_BELOW, (written(change.table), relid)).fetchone()
        # Another table's column in the same statement is asked about when its own rewrite is refused.
        if not (row and row[0]) or keeps_values(change, self._live()):
            return True
        found = self._raw.execute(_COLUMN, (written(change.table), change.column)).fetchone()
        place = vetoed.standing(self._raw, Lost(found[0], found[1], "", "table column")) if found else None
        return place is not None and self._is_given_up(place.table, place.column)

    def _allow_types(self, changes: Changes) -> None:
        """A promised column may get a type that keeps all its values; that is the promised one from then on."""
        for change in changes:
            if isinstance(change, c.RetypeColumn) and keeps_values(change, self._live()):
                why = f"revision {self.running.revision}: every value is kept"
                self._raw.execute(_ALLOW_TYPE, (why, written(change.table), change.column))

    def _allow(self, what: tuple[int, int, str], why: str) -> None:
        self._raw.execute(
            "select schemaguard.allow_migration(%s::oid, %s::int2, %s, %s)",
            (*what, f"revision {self.running.revision}: {why}"),
        )

    def _acknowledge(self) -> None:
        """Write down what the revision says that it loses, before anything of it is lost."""
        for loss in self.running.losses:
            if str(loss) in self._acknowledged:
                continue
            row = self._raw.execute("select to_regclass(%s)::oid", (written(loss.table),)).fetchone()
            if row is None or row[0] is None:
                continue
            self._acknowledged.add(str(loss))
            self._say_lost(str(loss))
            for relid, attnum in self._raw.execute(
                _GIVEN_UP, (row[0], list(loss.columns), not loss.columns)
            ).fetchall():
                self._allow((relid, attnum, "rows"), str(loss))

    def _watch_rows(self, sql: str, changes: Changes) -> None:
        if not may_update(sql):
            return
        for table in {each.table for each in changes if isinstance(each, c.UpdateRows | c.DeleteRows)}:
            self._is_watching = True
            self._raw.execute("select schemaguard.watch_values(to_regclass(%s)::oid)", (written(table),))

    def _close(self, sql: str) -> None:
        """Everything that is left to do for the revision, in one query."""
        texts: list[str] = []
        if self._is_watching:
            self._is_watching = False
            texts.append("select schemaguard.unwatch_values()")
        if self._is_fenced and self.patience.can_restart:
            # What is broken is said with the revision that broke it, not with its COMMIT.
            texts += (f"set constraints schemaguard.fence_commit {when}" for when in ("immediate", "deferred"))
        texts += self.journal.closing(self.running, sql)
        if self._is_fenced:
            texts.append(self._beginning())
        if texts:
            self._raw.execute("; ".join(texts).encode())

    def _beginning(self) -> str:
        """What lets the fence look at what is done with rows, too, from now on and in the revisions that follow."""
        self._is_begun = True
        begin = psycopg_sql.SQL("select schemaguard.begin_revision({}, {})")
        return begin.format(self.running.revision, self._token).as_string(None)

    def _promise(self) -> None:
        """What is promised now, for windows end by themselves; who may not write that down goes by what is there."""
        try:
            with self._raw.transaction(), self._oracle.briefly():
                fence.promise(self._raw)
        except (ServerError, LockedError):
            return

    def _around_transactions(self, changes: Changes) -> None:
        """What a statement ends or takes back is written down before it, or not at all."""
        for change in changes:
            if isinstance(change, c.ControlTransaction):
                if change.action == "ROLLBACK":
                    self.journal.forget_gathered()
                self.journal.write_gathered()

    def _makes_version_table(self, changes: Changes) -> bool:
        return (
            len(changes) == 1
            and isinstance(changes[0], c.CreateTable)
            and changes[0].table.name.name == self._version_table
        )

    # Where it doesn't

    def _judge_unfenced(self, sql: str, has_parameters: bool) -> bool:
        changes = translate(sql)
        decision = decide(changes, self._live, self._version_table)
        match decision:
            case Refuse(what=what, next=next_):
                raise RefusedError(f"refused before it ran: {what}", next=next_)
            case MovesVersion():
                self._close(sql)
                return True
            case LetThrough(parts=parts):
                if not self.running.is_upgrade and self._is_installed and self._brings_back(sql, changes):
                    self._live.forget()
                    return False
                if parts:
                    self._live.forget()
                written_down = self.journal.parts(self.running, changes) if parts else ()
                is_sent = self._sends_itself(sql, changes, has_parameters=has_parameters)
                self._write_parts(sql, written_down)
                self._live.forget()
                return not is_sent
            case HideIndexes():
                self._require_control()
                self._hide_all(sql, changes)
            case Retire(objects=objects):
                self._require_control()
                self.patience.run(sql, changes, lambda: self._retire_all(sql, objects))
            case _:
                assert_never(decision)
        self._live.forget()
        return False

    def _sends_itself(self, sql: str, changes: Changes, *, has_parameters: bool) -> bool:
        """Whether the statement was sent here, because it may have to wait for a lock; else the driver sends it."""
        if not changes or has_parameters or self._raw.autocommit or is_about_rows(sql):
            return False
        if all(isinstance(each, c.ControlTransaction | c.SetSetting | c.NoEffect) for each in changes):
            return False

        def send() -> bool:
            try:
                self._oracle.send_plainly(sql)
            except OtherError:
                # The server says it once more, to the driver.
                return False
            return True

        return self.patience.run(sql, changes, send)

    def _retire_all(self, sql: str, objects: tuple[tuple[Name, str | None], ...]) -> None:
        with self._raw.transaction(), self._oracle.briefly():
            for table, column in objects:
                self._retire_by_name(sql, table, column)

    def _brings_back(self, sql: str, changes: Changes) -> bool:
        def instead() -> bool:
            with self._oracle.briefly():
                return self._back.instead(changes)

        return self.patience.run(sql, changes, instead)

    def _retire_by_name(self, sql: str, table: Name, column: str | None) -> None:
        found = self._needs_of(table, column)
        if found.left:
            raise _needed(f"{table}.{column}" if column else str(table), found.left)
        made = retirement.plan(self._raw, self._live(), table, column)
        number = self.journal.retired(self.running, sql, (table, column, made.cls))
        vetoed.belongs_to(self._raw, made.number, number)
        self._live.forget()
        self._say_retired(made.object, made.cls, found.answered_for)

    def _require_control(self) -> None:
        if not self._is_installed:
            raise RefusedError(
                "a drop can't be turned into a retirement: this database has no control schema",
                next="schemaguard install, then run the migration again",
            )

    # Both

    def _write_parts(self, sql: str, parts: tuple[Part, ...]) -> None:
        for part in parts:
            self.journal.gather(self.running, sql, part)

    def _hide_all(self, sql: str, changes: Changes) -> None:
        def hide() -> None:
            with self._raw.transaction(), self._oracle.briefly():
                for change in changes:
                    assert isinstance(change, c.DropIndex)
                    self._hide(sql, self._live().resolve(change.index))

        self.patience.run(sql, changes, hide)
        self._live.follow(changes)

    def _hide(self, sql: str, index: Name) -> None:
        number = journal.next_number(self._raw)
        there, back = hide_index(index, number)
        self._raw.execute(there.encode())
        if self.running.is_upgrade:
            known = self._live().indexes[index]
            part = Part("DropIndex", (known.table,), None, (back,), "instant")
            self.journal.write(self.running, sql, part, (there,), number)

    def _needs_of(self, table: Name, column: str | None) -> Any:
        try:
            return needs(self._raw, (table, column), self._live(), Path.cwd())
        except (ContractError, ConfigError) as error:
            raise RefusedError(error.what, next=error.next) from error

    def _say_retired(self, what: str, cls: str, answered_for: tuple[str, ...]) -> None:
        facts = {**self._retired_facts(what, answered_for), "class": cls}
        ledger.append_migration(self._raw, "retired", actor(), facts)
        tell(RetiresObject(self.running.revision, what, cls))

    def _retired_facts(self, what: str, answered_for: tuple[str, ...]) -> dict[str, Any]:
        facts: dict[str, Any] = {"object": what, "revision": self.running.revision}
        return {**facts, "overridden_for": answered_for} if answered_for else facts

    def _say_lost(self, loss: str) -> None:
        facts = {"loss": loss, "revision": self.running.revision}
        ledger.append_migration(self._raw, "loss-acknowledged", actor(), facts)


def _needed(what: str, left: tuple[str, ...]) -> RefusedError:
    return RefusedError(
        f"{what} is needed by {', '.join(left)}, and the release window isn't over",
        next="wait until that window is over; schemaguard contracts list shows when",
    )
