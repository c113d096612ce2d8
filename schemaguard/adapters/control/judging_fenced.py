"""Where the fence stands: the server is asked what a statement of a migration would lose, and that is retired."""

import secrets

from psycopg import sql as psycopg_sql
from psycopg.errors import Error as ServerError

from schemaguard.adapters.control import fence, ledger, vetoed
from schemaguard.adapters.control.guarded_run import GuardedRun, actor, needed
from schemaguard.adapters.control.keeping_rows import RowKeeper
from schemaguard.adapters.control.needs import Needs
from schemaguard.adapters.control.oracle import Answers, LockedError, OtherError
from schemaguard.adapters.control.retyping import KeptBeside, RetypeRun
from schemaguard.adapters.control.writing_down import Changes
from schemaguard.applying.decision import Part, can_hide, is_drop_alone, is_version_row, keeps_values
from schemaguard.applying.telling import RetiresObject, tell
from schemaguard.applying.vetoes import Lost, is_about_rows, may_update, names_control
from schemaguard.catalog import changes as c
from schemaguard.catalog.inverse import DROPS
from schemaguard.catalog.keeping import is_proved
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import written

_COLUMN = """\
select a.attrelid, a.attnum from pg_attribute a
where a.attrelid = to_regclass(%s) and a.attname = %s and not a.attisdropped"""
_ALLOW_TYPE = """\
select schemaguard.allow_migration(a.attrelid, a.attnum, 'type', %s) from pg_attribute a
where a.attrelid = to_regclass(%s) and a.attname = %s and not a.attisdropped
    and exists (select from schemaguard.promise p where (p.relid, p.attnum) = (a.attrelid, a.attnum))"""
_ALLOW_ROWS = "select schemaguard.allow_migration(%s::oid, %s::int2, 'rows', %s)"
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


class FencedJudge:
    """What becomes of each statement, by what the fence says of it."""

    def __init__(self, run: GuardedRun, version_table: str) -> None:
        self._run = run
        self._version_table = version_table
        self._token = secrets.token_hex()
        self._rows = RowKeeper(run)
        self._is_watching = False
        self._is_begun = False
        self._acknowledged: set[str] = set()
        self._promise()

    def begin(self) -> None:
        """A revision comes next: what is known of the catalog holds."""

    def start_transaction(self) -> None:
        """The revision starts, perhaps not for the first time."""
        self._is_watching = False
        self._rows.start_transaction()
        self._acknowledged = set()
        if not self._is_begun:
            self._run.raw.execute(self._beginning().encode())

    def taken_back(self) -> None:
        """All that was done since the last commit or savepoint is undone."""
        self._is_begun = False

    def end(self) -> None:
        """No revision runs any more."""
        self._run.raw.execute("select schemaguard.end_revision(%s)", (self._token,))

    def judge(self, sql: str, has_parameters: bool) -> bool:
        """Whether the driver is to send the statement as it is; else what it was to do is done. RefusedError."""
        changes = translate(sql)
        if all(is_version_row(change, self._version_table) for change in changes):
            self.close(sql)
            return True
        if self._makes_version_table(changes):
            return True
        if names_control(sql):
            raise RefusedError(
                "a migration may not touch what schemaguard keeps for itself",
                next="leave it to schemaguard's own commands",
            )
        self._acknowledge()
        parts = self._run.journal.parts(self._run.running, changes)
        is_sent = has_parameters or any(isinstance(each, c.ControlTransaction) for each in changes)
        if is_sent or (is_about_rows(sql) and not any(isinstance(each, DROPS) for each in changes)):
            self._watch_rows(sql, changes)
            self._around_transactions(changes)
            self._run.write_parts(sql, tuple(map(self._rows.part, parts)))
            self._run.live.follow(changes)
            return True
        if not self._run.running.is_upgrade and self._run.brings_back(sql, changes):
            self._run.live.forget()
            return False
        if changes and all(can_hide(change, self._run.live()) for change in changes):
            self._run.hide_all(sql, changes)
            return False
        if any(isinstance(each, c.TruncateTable) for each in changes):
            self._watch_rows(sql, changes)
        self._allow_types(changes)
        retyping = RetypeRun(self._run.raw, sql, self._run.running.revision, self._is_proved)
        lost = self._ask(sql, changes, retyping)
        if lost is None:
            self._run.live.forget()
            return True
        if lost or retyping.kept:
            parts = tuple(part for part in parts if part.kind not in ("DropColumn", "DropTable"))
            parts = self._kept_beside(sql, parts, retyping.kept)
        if retyping.kept:
            self._run.live.forget()
        else:
            self._run.live.follow(changes)
        self._run.write_parts(sql, parts)
        return False

    def _ask(self, sql: str, changes: Changes, retyping: RetypeRun) -> tuple[Lost, ...] | None:
        answers = Answers(
            may_go=self._refuse_needed,
            retire=lambda lost, place: self._retire_by_number(lost, place, sql),
            may_lose=self._may_lose,
            rewrite=lambda relid: self._rewritten(relid, changes, retyping),
            is_alone=lambda lost: is_drop_alone(changes, len(lost)),
            why=f"revision {self._run.running.revision}",
            retyping=retyping,
        )

        def ask() -> tuple[Lost, ...] | None:
            try:
                if self._run.raw.autocommit:
                    self._run.patience.can_restart = False
                    return self._run.oracle.send_alone(sql, answers)
                return self._run.oracle.send(sql, answers)
            except OtherError:
                return None

        return self._run.patience.run(sql, changes, ask)

    def _retire_by_number(self, lost: Lost, place: vetoed.Standing, sql: str) -> None:
        facts = self._run.retired_facts(place.object, self._answered_for(lost))
        written_down = self._run.journal.retiring(self._run.running, sql, (place.table, place.column))
        what = vetoed.Retiring(self._run.running.revision, self._run.running.parents, written_down, actor(), facts)
        tell(RetiresObject(self._run.running.revision, place.object, vetoed.retire(self._run.raw, lost, what)))

    def _answered_for(self, lost: Lost) -> tuple[str, ...]:
        return self._needs(lost).answered_for if lost.readers else ()

    def _refuse_needed(self, lost: Lost) -> None:
        if not lost.readers:
            return
        left = self._needs(lost).left
        if left:
            raise needed(lost.object.removeprefix("public."), left)

    def _needs(self, lost: Lost) -> Needs:
        place = vetoed.standing(self._run.raw, lost)
        assert place is not None
        return self._run.needs_of(place.table, place.column)

    def _may_lose(self, lost: Lost) -> bool:
        place = vetoed.standing(self._run.raw, lost)
        return place is None or self._is_given_up(place.table, place.column) or vetoed.is_empty(self._run.raw, lost)

    def _is_given_up(self, table: Name, column: str | None) -> bool:
        """Whether the revision says that it loses that column; None: the table with all of them."""
        return any(loss.covers(table.schema or "public", table.name, column) for loss in self._run.running.losses)

    def _rewritten(self, relid: int, changes: Changes, retyping: RetypeRun) -> tuple[int, ...] | None:
        """What may be rewritten with that table; None where values would be lost that can't be kept beside."""
        place = vetoed.standing(self._run.raw, Lost(relid, 0, "", "table"))
        if place is not None and self._is_given_up(place.table, None):
            return (relid,)
        retypes = [each for each in changes if isinstance(each, c.RetypeColumn)]
        if not retypes or any(isinstance(each, c.Opaque | c.Unreadable) for each in changes):
            return None
        self._run.live.forget()
        lossy = tuple(each for each in retypes if not self._is_kept(each, relid))
        if not lossy:
            return (relid,)
        for each in lossy:
            self._rows.refuse_retype(each)
            self._refuse_other_readers(each)
        return retyping.keep(lossy) or None

    def _refuse_other_readers(self, change: c.RetypeColumn) -> None:
        """Who names the table and relies on the old values can't be given them under the same name."""
        table = self._run.live().resolve(change.table)
        left = self._run.needs_of(table, change.column, change).left
        if left:
            raise needed(f"{table}.{change.column}", left)

    def _is_proved(self, change: c.RetypeColumn) -> bool:
        table = self._run.live().table(change.table)
        known = table.column(change.column) if table is not None else None
        return known is not None and is_proved(change, known.type)

    def _kept_beside(self, sql: str, parts: tuple[Part, ...], kept: tuple[KeptBeside, ...]) -> tuple[Part, ...]:
        """Write down the columns whose old values are beside; the parts that are left to write down."""
        for each in kept:
            table = self._run.live().resolve(each.change.table)
            number = self._run.journal.retired(
                self._run.running, sql, (table, each.change.column, each.cls), "RetypeColumn"
            )
            vetoed.belongs_to(self._run.raw, each.number, number)
            self._run.say_retired(f"{table}.{each.change.column}", each.cls, ())
        changed = {(self._run.live().resolve(each.change.table), each.change.column) for each in kept}
        return tuple(
            part for part in parts if part.kind != "RetypeColumn" or (part.tables[0], part.column) not in changed
        )

    def _is_kept(self, change: c.RetypeColumn, relid: int) -> bool:
        row = self._run.raw.execute(_BELOW, (written(change.table), relid)).fetchone()
        # Another table's column in the same statement is asked about when its own rewrite is refused.
        if not (row and row[0]) or keeps_values(change, self._run.live()):
            return True
        found = self._run.raw.execute(_COLUMN, (written(change.table), change.column)).fetchone()
        place = vetoed.standing(self._run.raw, Lost(found[0], found[1], "", "table column")) if found else None
        return place is not None and self._is_given_up(place.table, place.column)

    def _allow_types(self, changes: Changes) -> None:
        """A promised column may get a type that keeps all its values; that is the promised one from then on."""
        for change in changes:
            if isinstance(change, c.RetypeColumn) and keeps_values(change, self._run.live()):
                why = f"revision {self._run.running.revision}: every value is kept"
                self._run.raw.execute(_ALLOW_TYPE, (why, written(change.table), change.column))

    def _acknowledge(self) -> None:
        """Write down what the revision says that it loses, before anything of it is lost."""
        for loss in self._run.running.losses:
            if str(loss) in self._acknowledged:
                continue
            row = self._run.raw.execute("select to_regclass(%s)::oid", (written(loss.table),)).fetchone()
            if row is None or row[0] is None:
                continue
            self._acknowledged.add(str(loss))
            self._say_lost(str(loss))
            why = f"revision {self._run.running.revision}: {loss}"
            given_up = self._run.raw.execute(_GIVEN_UP, (row[0], list(loss.columns), not loss.columns)).fetchall()
            for numbers in given_up:
                self._run.raw.execute(_ALLOW_ROWS, (*numbers, why))

    def _say_lost(self, loss: str) -> None:
        facts = {"loss": loss, "revision": self._run.running.revision}
        ledger.append_migration(self._run.raw, "loss-acknowledged", actor(), facts)

    def _watch_rows(self, sql: str, changes: Changes) -> None:
        self._rows.begin(sql, changes)
        if not may_update(sql):
            return
        for table in {each.table for each in changes if isinstance(each, c.UpdateRows | c.DeleteRows)}:
            self._is_watching = True
            self._run.raw.execute("select schemaguard.watch_values(to_regclass(%s)::oid)", (written(table),))

    def _around_transactions(self, changes: Changes) -> None:
        """What a statement ends or takes back is written down before it, or not at all."""
        for change in changes:
            if isinstance(change, c.ControlTransaction):
                if change.action == "ROLLBACK":
                    self._run.journal.forget_gathered()
                self._run.journal.write_gathered()

    def _makes_version_table(self, changes: Changes) -> bool:
        return (
            len(changes) == 1
            and isinstance(changes[0], c.CreateTable)
            and changes[0].table.name.name == self._version_table
        )

    def close(self, sql: str) -> None:
        """Everything that is left to do for the revision, in one query."""
        texts: list[str] = []
        if self._is_watching:
            self._is_watching = False
            texts.append("select schemaguard.unwatch_values()")
        texts += self._rows.ending()
        if self._run.patience.can_restart:
            # What is broken is said with the revision that broke it, not with its COMMIT.
            texts += (f"set constraints schemaguard.fence_commit {when}" for when in ("immediate", "deferred"))
        texts += self._run.journal.closing(self._run.running, sql)
        texts.append(self._beginning())
        self._run.raw.execute("; ".join(texts).encode())

    def _beginning(self) -> str:
        """What lets the fence look at what is done with rows, too, from now on and in the revisions that follow."""
        self._is_begun = True
        begin = psycopg_sql.SQL("select schemaguard.begin_revision({}, {})")
        return begin.format(self._run.running.revision, self._token).as_string(None)

    def _promise(self) -> None:
        """What is promised now, for windows end by themselves; who may not write that down goes by what is there."""
        try:
            with self._run.raw.transaction(), self._run.oracle.briefly():
                fence.promise(self._run.raw)
        except (ServerError, LockedError):
            return
