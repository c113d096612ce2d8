"""One run of migrations under the guard: the revision at hand, and what is known, written down and waited for."""

import getpass
import os
from pathlib import Path
from typing import Any

from schemaguard.adapters.control import changes as journal
from schemaguard.adapters.control import ledger
from schemaguard.adapters.control.bringing_back import BringingBack
from schemaguard.adapters.control.needs import Needs, needs
from schemaguard.adapters.control.oracle import Oracle
from schemaguard.adapters.control.patience import Patience
from schemaguard.adapters.control.writing_down import Changes, LiveSchema, Running, WritingDown
from schemaguard.adapters.postgres.driver import Raw
from schemaguard.applying.decision import Part
from schemaguard.applying.retirement import hide_index
from schemaguard.applying.telling import RetiresObject, tell
from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.errors import ConfigError, ContractError, RefusedError


def actor() -> str:
    """Who runs the migration, for the ledger."""
    return os.environ.get("SCHEMAGUARD_ACTOR") or getpass.getuser()


class GuardedRun:
    """What is done with a statement on one database, whoever decides it; `is_gathering` as for the journal."""

    def __init__(self, raw: Raw, *, is_installed: bool, is_gathering: bool) -> None:
        self.raw = raw
        self.is_installed = is_installed
        self.running = Running()
        self.live = LiveSchema(raw, is_installed=is_installed)
        self.journal = WritingDown(raw, self.live, is_installed=is_installed, is_gathering=is_gathering)
        self.oracle = Oracle(raw)
        self.back = BringingBack(raw, "")
        self.patience = Patience(raw)

    def write_parts(self, sql: str, parts: tuple[Part, ...]) -> None:
        """Write down what a statement changes."""
        for part in parts:
            self.journal.gather(self.running, sql, part)

    def hide_all(self, sql: str, changes: Changes) -> None:
        """Take indexes out of sight in place of their drops."""

        def hide() -> None:
            with self.raw.transaction(), self.oracle.briefly():
                for change in changes:
                    assert isinstance(change, c.DropIndex)
                    self._hide(sql, self.live().resolve(change.index))

        self.patience.run(sql, changes, hide)
        self.live.follow(changes)

    def _hide(self, sql: str, index: Name) -> None:
        number = journal.next_number(self.raw)
        there, back = hide_index(index, number)
        self.raw.execute(there.encode())
        if self.running.is_upgrade:
            known = self.live().indexes[index]
            part = Part("DropIndex", (known.table,), None, (back,), "instant")
            self.journal.write(self.running, sql, part, (there,), number)

    def needs_of(self, table: Name, column: str | None, retype: c.RetypeColumn | None = None) -> Needs:
        """Who needs a column, or a table where that is None; `retype` as for `needs`. RefusedError where the project's
        files can't be read.
        """
        try:
            return needs(self.raw, (table, column), self.live(), Path.cwd(), retype=retype)
        except (ContractError, ConfigError) as error:
            raise RefusedError(error.what, next=error.next) from error

    def brings_back(self, sql: str, changes: Changes) -> bool:
        """Whether what a statement of a downgrade would make anew was given back in its place."""

        def instead() -> bool:
            with self.oracle.briefly():
                return self.back.instead(changes)

        return self.patience.run(sql, changes, instead)

    def say_retired(self, what: str, cls: str, answered_for: tuple[str, ...]) -> None:
        """Tell the ledger and whoever listens that an object is out of sight, and of which class its way back is."""
        facts = {**self.retired_facts(what, answered_for), "class": cls}
        ledger.append_migration(self.raw, "retired", actor(), facts)
        tell(RetiresObject(self.running.revision, what, cls))

    def retired_facts(self, what: str, answered_for: tuple[str, ...]) -> dict[str, Any]:
        """What the ledger is told of a retirement, but for its class."""
        facts: dict[str, Any] = {"object": what, "revision": self.running.revision}
        return {**facts, "overridden_for": answered_for} if answered_for else facts


def needed(what: str, left: tuple[str, ...]) -> RefusedError:
    """The error for what somebody in the window needs."""
    return RefusedError(
        f"{what} is needed by {', '.join(left)}, and the release window isn't over",
        next="wait until that window is over; schemaguard contracts list shows when",
    )
