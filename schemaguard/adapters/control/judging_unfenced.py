"""Where no fence stands: a statement is read before it is sent; what would lose something is retired or refused."""

from typing import assert_never

from schemaguard.adapters.control import retirement, vetoed
from schemaguard.adapters.control.guarded_run import GuardedRun, needed
from schemaguard.adapters.control.oracle import OtherError
from schemaguard.adapters.control.writing_down import Changes
from schemaguard.applying.decision import HideIndexes, LetThrough, MovesVersion, Refuse, Retire, decide
from schemaguard.applying.vetoes import is_about_rows
from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError
from schemaguard.sql.reading.translate import translate


class UnfencedJudge:
    """What becomes of each statement, by what it says."""

    def __init__(self, run: GuardedRun, version_table: str) -> None:
        self._run = run
        self._version_table = version_table

    def begin(self) -> None:
        """A revision comes next: nothing is known of the catalog."""
        self._run.live.forget()

    def start_transaction(self) -> None:
        """The revision starts, perhaps not for the first time."""

    def taken_back(self) -> None:
        """All that was done since the last commit or savepoint is undone."""

    def end(self) -> None:
        """No revision runs any more."""

    def close(self, sql: str) -> None:
        """Everything that is left to do for the revision, in one query."""
        texts = self._run.journal.closing(self._run.running, sql)
        if texts:
            self._run.raw.execute("; ".join(texts).encode())

    def judge(self, sql: str, has_parameters: bool) -> bool:
        """Whether the driver is to send the statement as it is; else what it was to do is done. RefusedError."""
        changes = translate(sql)
        decision = decide(changes, self._run.live, self._version_table)
        match decision:
            case Refuse(what=what, next=next_):
                raise RefusedError(f"refused before it ran: {what}", next=next_)
            case MovesVersion():
                self.close(sql)
                return True
            case LetThrough(parts=parts):
                if not self._run.running.is_upgrade and self._run.is_installed and self._run.brings_back(sql, changes):
                    self._run.live.forget()
                    return False
                if parts:
                    self._run.live.forget()
                written_down = self._run.journal.parts(self._run.running, changes) if parts else ()
                is_sent = self._sends_itself(sql, changes, has_parameters=has_parameters)
                self._run.write_parts(sql, written_down)
                self._run.live.forget()
                return not is_sent
            case HideIndexes():
                self._require_control()
                self._run.hide_all(sql, changes)
            case Retire(objects=objects):
                self._require_control()
                self._run.patience.run(sql, changes, lambda: self._retire_all(sql, objects))
            case _:
                assert_never(decision)
        self._run.live.forget()
        return False

    def _sends_itself(self, sql: str, changes: Changes, *, has_parameters: bool) -> bool:
        """Whether the statement was sent here, because it may have to wait for a lock; else the driver sends it."""
        if not changes or has_parameters or self._run.raw.autocommit or is_about_rows(sql):
            return False
        if all(isinstance(each, c.ControlTransaction | c.SetSetting | c.NoEffect) for each in changes):
            return False

        def send() -> bool:
            try:
                self._run.oracle.send_plainly(sql)
            except OtherError:
                # The server says it once more, to the driver.
                return False
            return True

        return self._run.patience.run(sql, changes, send)

    def _retire_all(self, sql: str, objects: tuple[tuple[Name, str | None], ...]) -> None:
        with self._run.raw.transaction(), self._run.oracle.briefly():
            for table, column in objects:
                self._retire_by_name(sql, table, column)

    def _retire_by_name(self, sql: str, table: Name, column: str | None) -> None:
        found = self._run.needs_of(table, column)
        if found.left:
            raise needed(f"{table}.{column}" if column else str(table), found.left)
        made = retirement.plan(self._run.raw, self._run.live(), table, column)
        number = self._run.journal.retired(self._run.running, sql, (table, column, made.cls))
        vetoed.belongs_to(self._run.raw, made.number, number)
        self._run.live.forget()
        self._run.say_retired(made.object, made.cls, found.answered_for)

    def _require_control(self) -> None:
        if not self._run.is_installed:
            raise RefusedError(
                "a drop can't be turned into a retirement: this database has no control schema",
                next="schemaguard install, then run the migration again",
            )
