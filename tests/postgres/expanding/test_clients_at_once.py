"""Old and new versions write through views of their own while the three revisions run: nothing fails, nothing is lost.

`make clients` lets each form run for 20 s on every PostgreSQL; the short form takes a few of them for a moment.
"""

import os
import random
import threading
import time
from typing import Any

import psycopg
import pytest
from psycopg import errors

from schemaguard.expanding.act import Act
from tests.conftest import VERSIONS, fresh
from tests.postgres.expanding.forms import FORMS, Form
from tests.postgres.expanding.test_both_versions import groups, split_of

_COLUMNS = "select quote_ident(attname) from pg_attribute where attrelid = %s::regclass and not attisdropped"
SECONDS = float(os.environ.get("SCHEMAGUARD_CLIENT_SECONDS", "0"))
"""How long each form is written to; 0: the short form."""
ALL = [form for form in FORMS if form.old_values and not form.fixed and form.new_table is None]
SHORT = [("18", form) for form in ALL if form.name in ("rename", "int to bigint")]
CHOSEN = [(version, form) for version in VERSIONS for form in ALL] if SECONDS else SHORT


class Client(threading.Thread):
    """One version: it writes rows of its own at random, and reads each back as it should be."""

    def __init__(self, url: str, form: Form, side: str, first: int, rows: dict[int, tuple[Any, ...]]) -> None:
        super().__init__(daemon=True)
        self.form, self.side, self.rows, self.next_id = form, side, rows, first
        self.random = random.Random(first)
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self.ends = threading.Event()
        self.error: BaseException | None = None
        self.statements = 0

    def run(self) -> None:
        try:
            while not self.ends.is_set():
                self._turn()
        except BaseException as error:
            self.error = error
        finally:
            self.connection.close()

    def _turn(self) -> None:
        form, table = self.form, f"{self.side}_views.t"
        columns = ", ".join(f"c{place}" for place in range(len(form.old if self.side == "old" else form.new)))
        values = self.random.choice(form.old_values if self.side == "old" else form.new_values)
        marks = ", ".join(["%s"] * len(values))
        if not self.rows or self.random.random() < 0.4:
            id_ = self.next_id
            self.next_id += 2
            statement = f"insert into {table} (id, {columns}) values ({id_}, {marks})"
        else:
            id_ = self.random.choice(list(self.rows))
            statement = f"update {table} set ({columns}) = row ({marks}) where id = {id_}"
        self.connection.execute(statement.encode(), values)
        self.rows[id_] = values
        found = self.connection.execute(f"select {columns} from {table} where id = {id_}".encode()).fetchone()
        assert found == values, (self.side, id_, found, values)
        self.statements += 2

    def stop(self) -> None:
        self.ends.set()
        self.join(30)
        if self.error is not None:
            raise self.error


class Field:
    """A database in which the revisions run while clients write."""

    def __init__(self, url: str, form: Form, seconds: float) -> None:
        self.url, self.form, self.seconds = url, form, seconds
        self.owner = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self.rows: dict[str, dict[int, tuple[Any, ...]]] = {"old": {}, "new": {}}
        self.first = {"old": 1, "new": 2}
        self.clients: dict[str, Client] = {}
        self.statements = 0

    def view(self, side: str) -> None:
        self._retried([f"create schema if not exists {side}_views", self._view(side, self._columns(side))])

    def _view(self, side: str, columns: tuple[str, ...]) -> str:
        shown = ", ".join(f"{column} as c{place}" for place, column in enumerate(columns))
        return f"create view {side}_views.t as select id, {shown} from {self.form.table}"

    def _columns(self, side: str) -> tuple[str, ...]:
        """Those that the side has now: a contract revision gives the new version's columns their last names."""
        if side == "old":
            return self.form.old
        shown = {row[0] for row in self.owner.execute(_COLUMNS, (self.form.table,))}
        return self.form.new if all(column in shown for column in self.form.new) else self.form.final

    def begin(self, side: str) -> None:
        client = Client(self.url, self.form, side, self.first[side], self.rows[side])
        self.clients[side] = client
        client.start()

    def end(self, side: str) -> None:
        client = self.clients.pop(side)
        client.stop()
        self.first[side] = client.next_id
        self.statements += client.statements

    def run(self, acts: tuple[Act, ...], *, views_follow: bool = False) -> None:
        """Run a revision; where views follow, the new version's is made anew in the transaction, as ours are."""
        for group in groups(acts):
            if len(group) == 1 and group[0].alone:
                self.owner.execute(group[0].sql.encode())
            elif views_follow:
                self._retried(["drop view new_views.t", *(act.sql for act in group)], "new")
            else:
                self._retried([act.sql for act in group])
        time.sleep(self.seconds)

    def _retried(self, statements: list[str], view: str | None = None) -> None:
        for _ in range(400):
            try:
                with self.owner.transaction():
                    self.owner.execute("set local lock_timeout = '50ms'")
                    for statement in statements:
                        self.owner.execute(statement.encode())
                    if view is not None:
                        self.owner.execute(self._view(view, self._columns(view)).encode())
                return
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                time.sleep(0.02)
        raise AssertionError(f"never got its locks: {statements}")

    def check(self, side: str) -> None:
        """Every row, whoever wrote it, is what this side should read."""
        form = self.form
        there = form.down if side == "old" else form.up
        other = "new" if side == "old" else "old"
        wanted = {**self.rows[side], **{id_: there(values) for id_, values in self.rows[other].items()}}
        found = self.owner.execute(f"select * from {side}_views.t".encode()).fetchall()
        assert {row[0]: tuple(row[1:]) for row in found} == wanted


@pytest.mark.parametrize(("version", "form"), CHOSEN, ids=lambda each: getattr(each, "name", each))
def test_no_statement_fails_and_no_value_is_lost(version: str, form: Form, request: pytest.FixtureRequest) -> None:
    parts = split_of(form.base, form.change, form.ups, form.downs).expansion
    with fresh(request.getfixturevalue(f"server{version}")) as url:
        field = Field(url, form, SECONDS / 8 if SECONDS else 0.1)
        field.owner.execute(form.base.encode())
        field.view("old")
        field.begin("old")
        time.sleep(field.seconds)
        field.run(parts.expand.up)
        # Whoever reads before the backfill is over reads what isn't there yet: it writes only rows of its own.
        field.view("new")
        field.begin("new")
        for is_last in (False, True):
            field.run(parts.backfill.up if not is_last else (*parts.backfill.down, *parts.backfill.up))
            time.sleep(field.seconds)
            field.end("old")
            field.end("new")
            field.check("old")
            field.check("new")
            # The contract revision waits until the old version is gone.
            field.owner.execute("drop view old_views.t")
            field.begin("new")
            field.run(parts.contract.up, views_follow=True)
            if is_last:
                break
            field.run(parts.contract.down, views_follow=True)
            # Only the new values were there.
            field.rows["old"] = {id_: form.down(form.up(values)) for id_, values in field.rows["old"].items()}
            field.view("old")
            field.begin("old")
            time.sleep(field.seconds)
        field.end("new")
        field.check("new")
        assert field.statements > 20
        field.owner.close()
