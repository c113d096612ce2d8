"""The server is asked: a statement runs in a savepoint, and what the fence says that it would lose is retired instead.

No parser, search_path or copy of the catalog stands between a statement and the verdict. A statement that says more
than its drop is run once more: in place of what was retired an empty decoy of the same name waits to be dropped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from schemaguard.adapters.control import vetoed
from schemaguard.adapters.control.retyping import RetypeRun
from schemaguard.adapters.postgres.driver import ServerRefusedError, refusal
from schemaguard.applying.vetoes import Lost, lost_objects, rewritten, runs_outside
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass

Connection = psycopg.Connection[tuple[Any, ...]]

LOCK_TIMEOUT_MS = 50
_MOST_VETOES = 50
_STORED = frozenset({"table", "table column", "materialized view"})
_LOCKED = "55P03"
# The session's own lock_timeout comes back: what the migration does with rows may wait as long as it likes.
_SAVE = (
    "select set_config('schemaguard.lock_timeout', current_setting('lock_timeout'), true), "
    f"set_config('lock_timeout', '{LOCK_TIMEOUT_MS}ms', true); savepoint schemaguard;"
)
_RESTORE = "select set_config('lock_timeout', current_setting('schemaguard.lock_timeout'), true)"
_DONE = f"release savepoint schemaguard; {_RESTORE}"
_BACK = f"rollback to savepoint schemaguard; {_DONE}"
_VIEW_SCHEMAS = "select c.view_schema from schemaguard.contract c join pg_namespace n on n.nspname = c.view_schema"


class LockedError(Exception):
    """Somebody else holds what the statement wants to lock; nothing was done."""


class OtherError(Exception):
    """The server refuses the statement for a reason of its own, which is for it to say."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the guard decides while a statement is asked about; what isn't to be done raises RefusedError.

    `may_go` looks whether somebody needs an object, `retire` retires it and writes it down; `may_lose` says whether it
    may be dropped for good where it can't be retired. `rewrite` are the relations that may be rewritten with that one
    (oid): every value is kept, in its column or beside it (`retyping`). None: it would lose some. `is_alone` says
    whether the statement does nothing but drop these. `why` is logged with what is permitted.
    """

    may_go: Callable[[Lost], None]
    retire: Callable[[Lost, vetoed.Standing], None]
    may_lose: Callable[[Lost], bool]
    rewrite: Callable[[int], tuple[int, ...] | None]
    is_alone: Callable[[tuple[Lost, ...]], bool]
    why: str
    retyping: RetypeRun


class Oracle:
    """Sends statements of a migration, on its own connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, statement: str, answers: Answers) -> tuple[Lost, ...]:
        """Run the statement in the transaction of the migration; what was retired instead of being dropped.

        LockedError where something is locked, OtherError where the server refuses it for a reason of its own: in both
        cases nothing was done. RefusedError where it would lose what can't be retired.
        """
        # A comment at its end must not swallow what follows.
        body = f"{statement.rstrip().rstrip(';')}\n;"
        error = self._try(f"{_SAVE} {body} {_DONE}")
        if error is None:
            return ()
        try:
            return self._answered(error, body, answers)
        except Exception as raised:
            self._connection.execute(_BACK)
            found = refusal(raised)
            if found is not None and found.state == _LOCKED:
                raise LockedError from raised
            raise

    def send_plainly(self, statement: str) -> None:
        """Run the statement where no fence answers, without waiting long for a lock; errors as `send` raises them."""
        error = self._try(f"{_SAVE} {statement.rstrip().rstrip(';')}\n; {_DONE}")
        if error is None:
            return
        self._connection.execute(_BACK)
        raise LockedError if error.state == _LOCKED else OtherError

    @contextmanager
    def briefly(self) -> Iterator[None]:
        """What the block locks is waited for but briefly. LockedError where it is locked, with nothing done."""
        is_idle = self._connection.info.transaction_status is TransactionStatus.IDLE
        if self._connection.autocommit and is_idle:
            yield
            return
        self._connection.execute(_SAVE)
        try:
            yield
        except Exception as raised:
            self._connection.execute(_BACK)
            found = refusal(raised)
            if found is not None and found.state == _LOCKED:
                raise LockedError from raised
            raise
        self._connection.execute(_DONE)

    def send_alone(self, statement: str, answers: Answers) -> tuple[Lost, ...] | None:
        """In an autocommit block: as it is, or, where it is a lone drop, as a retirement in a transaction of its own.

        None where the driver is to send it, for the server says the same again. LockedError as `send`.
        """
        if runs_outside(statement):
            return self._sent_alone(statement, answers)
        row = self._connection.execute("select current_setting('lock_timeout')").fetchone()
        self._connection.execute(f"set lock_timeout = '{LOCK_TIMEOUT_MS}ms'")
        try:
            return self._sent_alone(statement, answers)
        except psycopg.Error as raised:
            found = refusal(raised)
            if found is not None and found.state == _LOCKED:
                raise LockedError from raised
            raise
        finally:
            self._connection.execute("select set_config('lock_timeout', %s, false)", row)

    def _sent_alone(self, statement: str, answers: Answers) -> tuple[Lost, ...] | None:
        error = self._try(statement)
        if error is None:
            return ()
        if error.state == _LOCKED:
            raise LockedError
        if error.state != "SG001":
            return None
        lost = lost_objects(error.detail)
        if not answers.is_alone(lost):
            raise RefusedError(str(error), next="put the drop in a statement of its own, outside the autocommit block")
        with self._connection.transaction():
            places = vetoed.standings(self._connection, lost)
            for each in lost:
                self._refuse_unstored(each)
                answers.may_go(each)
                answers.retire(each, places[each.number])
        return lost

    def _answered(self, error: ServerRefusedError, body: str, answers: Answers) -> tuple[Lost, ...]:
        objects: dict[tuple[int, int], tuple[Lost, vetoed.Standing | None]] = {}
        rewrites: set[int] = set()
        views_away = False
        for _ in range(_MOST_VETOES):
            self._connection.execute("rollback to savepoint schemaguard")
            match error.state:
                case "SG001":
                    self._collect(error, answers, objects)
                case "SG002":
                    relid, name = rewritten(error.detail)
                    may_be = answers.rewrite(relid) if relid not in rewrites else None
                    if may_be is None:
                        raise RefusedError(
                            f"{error}, and not every one of them would be kept",
                            next="add a column of the new type, fill it, and let the models change over; or say in the "
                            f"revision what is lost: # schemaguard: loses {name} -- why",
                        )
                    rewrites.update(may_be)
                case "0A000" if answers.retyping.spare_views():
                    pass
                case "2BP01" if not views_away and self._drop_contract_views():
                    # Only our own views stood in the way: which object was meant, the fence says without them.
                    views_away = True
                    found = self._try(body)
                    error = found if found is not None else error
                    if error.state in ("SG001", "SG002"):
                        continue
                    raise OtherError
                case "SG003" | "SG004" | "SG005":
                    raise RefusedError(str(error), next=error.hint or "")
                case "55P03":
                    raise LockedError
                case _ if answers.retyping.spare_hidden_indexes():
                    pass
                case _:
                    if objects:
                        # Not the statement as it was written failed, but what is left of it.
                        raise RefusedError(
                            f"what it does besides its drops failed: {error}",
                            next="put each drop in a statement of its own",
                        )
                    if rewrites or answers.retyping.is_needed:
                        # Sent as it is, the fence would answer again, and hide what the server has to say.
                        raise RefusedError(f"the server refuses it: {error}", next="change the statement or the rows")
                    raise OtherError
            found = self._again(body, answers, (objects, rewrites))
            if found is None:
                return tuple(each for each, _ in objects.values())
            error = found
        raise RefusedError("it drops more than one statement should", next="split it")

    def _collect(
        self,
        error: ServerRefusedError,
        answers: Answers,
        objects: dict[tuple[int, int], tuple[Lost, vetoed.Standing | None]],
    ) -> None:
        lost = lost_objects(error.detail)
        places = vetoed.standings(self._connection, lost)
        numbers = {each.number for each in lost}
        for each in lost:
            if each.number in objects:
                raise RefusedError(
                    f"{each.object} goes with what it depends on, so it can't be retired",
                    next="keep what it depends on, or let the column stand on something else first",
                )
            self._refuse_unstored(each)
            place = places.get(each.number)
            if place is not None and place.is_inherited:
                continue  # Its parent's column is in the list, and takes it along.
            if place is not None and place.has_heirs and not self._takes_heirs(each, numbers):
                raise RefusedError(
                    f"{each.object} is dropped here and stays in tables that inherit it, which a retirement can't do",
                    next="drop it without ONLY",
                )
            answers.may_go(each)
            objects[each.number] = each, place

    def _takes_heirs(self, lost: Lost, numbers: set[tuple[int, int]]) -> bool:
        rows = self._connection.execute(
            "select k.attrelid, k.attnum from pg_attribute a join pg_inherits i on i.inhparent = a.attrelid "
            "join pg_attribute k on k.attrelid = i.inhrelid and k.attname = a.attname and not k.attisdropped "
            "where a.attrelid = %s and a.attnum = %s",
            lost.number,
        )
        return all((row[0], row[1]) in numbers for row in rows)

    def _again(
        self,
        body: str,
        answers: Answers,
        found: tuple[dict[tuple[int, int], tuple[Lost, vetoed.Standing | None]], set[int]],
    ) -> ServerRefusedError | None:
        """Retire, put decoys, and run it once more; what the server says to that, None where all is done."""
        objects, rewrites = found
        execute = self._connection.execute
        is_alone = not rewrites and answers.is_alone(tuple(each for each, _ in objects.values()))
        retired: list[Lost] = []
        dropped: list[Lost] = []
        for each, place in objects.values():
            if place is not None and self._retire(each, place, answers):
                retired.append(each)
            else:
                dropped.append(each)
        is_alone = is_alone and not dropped
        for each in retired if not is_alone else ():
            vetoed.decoy(self._connection, each)
        for each in dropped:
            execute("select schemaguard.allow_migration(%s::oid, %s::int2, 'drop', %s)", (*each.number, answers.why))
        for relid in rewrites:
            execute("select schemaguard.allow_migration(%s::oid, 0::int2, 'rewrite', %s)", (relid, answers.why))
        error = self._run(answers.retyping) if answers.retyping.is_needed else None
        if error is None:
            is_run = is_alone or answers.retyping.is_needed
            error = self._try(f"{'' if is_run else body} {_DONE}")
        if error is None:
            execute("select schemaguard.withdraw()")
        return error

    def _run(self, retyping: RetypeRun) -> ServerRefusedError | None:
        """With the old values kept beside, and no contract view in the way."""
        try:
            self._connection.execute(f"{retyping.before()}\n;".encode())
            retyping.after()
        except Exception as error:
            found = refusal(error)
            if found is None:
                raise
            return found
        return None

    def _retire(self, lost: Lost, place: vetoed.Standing, answers: Answers) -> bool:
        try:
            with self._connection.transaction():
                answers.retire(lost, place)
        except RefusedError:
            if not answers.may_lose(lost):
                raise
            return False
        return True

    def _refuse_unstored(self, lost: Lost) -> None:
        if lost.kind not in _STORED:
            raise RefusedError(
                f"{lost.object} would take values of tables along, and can't be retired",
                next="make a new type, and let the models change over",
            )

    def _drop_contract_views(self) -> bool:
        schemas = [row[0] for row in self._connection.execute(_VIEW_SCHEMAS)]
        for schema in schemas:
            drop = sql.SQL("drop schema {} cascade").format(sql.Identifier(schema))
            if self._try(drop.as_string(None)) is not None:
                return False
        return bool(schemas)

    def _try(self, text: str) -> ServerRefusedError | None:
        try:
            self._connection.execute(text.encode())
        except Exception as error:
            found = refusal(error)
            if found is None:
                raise
            return found
        return None
