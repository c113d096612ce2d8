"""What the guard does with each statement of a migration: asked about, retired, written down, or refused."""

import json

from schemaguard.adapters.control import fence
from schemaguard.adapters.control.bringing_back import BringingBack
from schemaguard.adapters.control.guarded_run import GuardedRun
from schemaguard.adapters.control.judging_fenced import FencedJudge
from schemaguard.adapters.control.judging_unfenced import UnfencedJudge
from schemaguard.adapters.control.patience import Patience
from schemaguard.adapters.control.writing_down import Running, WritingDown
from schemaguard.adapters.postgres.driver import Raw, refusal
from schemaguard.applying.vetoes import VETOES
from schemaguard.errors import RefusedError


class Guarding:
    """The guard on one database, for one run of migrations; `is_gathering` as for the journal (WritingDown)."""

    def __init__(self, raw: Raw, version_table: str, *, is_installed: bool, is_gathering: bool = False) -> None:
        self._run = GuardedRun(raw, is_installed=is_installed, is_gathering=is_gathering)
        is_fenced = is_installed and fence.is_full(raw)
        self._judge: FencedJudge | UnfencedJudge
        self._judge = FencedJudge(self._run, version_table) if is_fenced else UnfencedJudge(self._run, version_table)
        self._has_declared = False

    @property
    def running(self) -> Running:
        """The revision that runs."""
        return self._run.running

    @property
    def journal(self) -> WritingDown:
        """What is written down."""
        return self._run.journal

    @property
    def patience(self) -> Patience:
        """How long what is locked is waited for."""
        return self._run.patience

    def begin(self, running: Running) -> None:
        """A revision comes next."""
        self._run.running = running
        self._judge.begin()

    def start_transaction(self, *, can_restart: bool, wait_until: float) -> None:
        """The revision starts, perhaps not for the first time."""
        run = self._run
        run.running.is_recorded = False
        run.journal.forget_gathered()
        run.back = BringingBack(run.raw, run.running.revision)
        run.patience.begin(run.running.revision, can_restart=can_restart, wait_until=wait_until)
        if run.is_installed:
            self._declare_fills()
        self._judge.start_transaction()

    def _declare_fills(self) -> None:
        """What rows without a value get on the way back, for the retirements of this revision."""
        fills = [
            {"schema": each.table.schema, "table": each.table.name, "column": each.column, "fill": each.expression}
            for each in self.running.fills
        ]
        if fills or self._has_declared:
            self._run.raw.execute("select set_config('schemaguard.fills', %s, false)", (json.dumps(fills),))
        self._has_declared = bool(fills)

    def taken_back(self) -> None:
        """All that was done since the last commit or savepoint is undone."""
        self._run.journal.forget_gathered()
        self._run.live.forget()
        self._judge.taken_back()

    def end(self) -> None:
        """No revision runs any more."""
        self._run.running = Running()
        self._judge.end()

    def place(self, sql: str) -> str:
        """Where something was refused."""
        return f"revision {self.running.revision}: {' '.join(sql.split())[:120]}"

    def judge(self, sql: str, *, has_parameters: bool) -> bool:
        """Whether the driver is to send the statement as it is; else what it was to do is done. RefusedError."""
        try:
            return self._judge.judge(sql, has_parameters)
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
            self._judge.close(statement)
        except Exception as error:
            found = refusal(error)
            if found is None or found.state not in VETOES:
                raise
            raise RefusedError(str(found), at=self.place(statement), next=found.hint or "") from error
