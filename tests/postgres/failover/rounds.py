"""Rounds: fraud goes back or forward, its primary dies at a statement or a moment, and whoever asked asks again."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.commands import audit
from schemaguard.errors import SchemaguardError
from schemaguard.releases.release import StepName
from schemaguard.serving import Follower
from tests.postgres.failover.servers import Servers
from tests.postgres.releases.shop import Shop

MOST_STATEMENTS = 110
"""About how many statements an operation of these sends after its intent is written down."""

MOST_ATTEMPTS = 5


@dataclass
class Rounds:
    """What came of them."""

    shop: Shop
    servers: Servers
    chance: random.Random
    promotions: int = 0
    asked_again: int = 0
    carried_on: int = 0
    lost_operations: int = 0
    lost_steps: int = 0

    def said(self, *, is_synchronous: bool) -> str:
        """The figures, in a line."""
        kind = "synchronous" if is_synchronous else "asynchronous"
        return (
            f"{kind}: {self.promotions} promotions, carried on by the same command {self.carried_on}, asked again "
            f"{self.asked_again}, operations lost {self.lost_operations}, steps lost {self.lost_steps}\n"
        )

    def run(self, number: int) -> None:
        """One operation with a promotion of the standby in the middle of it; then all is as it should be."""
        before = self.shop.pointer()
        wanted = "7" if before[0] == "8" else "8"
        acknowledged: list[StepName] = []

        def act() -> None:
            self._operate(wanted, acknowledged.append)

        if number % 2:
            self._at_a_statement(act, acknowledged)
        else:
            self._at_a_moment(act, acknowledged)
        attempts = 0
        while self.shop.pointer()[0] != wanted or self._unfinished():
            self.asked_again += 1
            attempts += 1
            try:
                self._operate(wanted, lambda _: None)
            except SchemaguardError:
                if attempts == MOST_ATTEMPTS:
                    raise
        self._verify(before, wanted)
        self.servers.add_standby()

    def _unfinished(self) -> bool:
        """What a promotion waits with, while fraud 7 is in its window, is nothing that was interrupted."""
        return bool(self.shop.ask("select 1 from schemaguard.operation where state = 'open'"))

    def _operate(self, wanted: str, watch: Callable[[StepName], None]) -> None:
        if self._unfinished():
            done = self.shop.resume(finish=True)
        elif wanted == "7":
            done = self.shop.rollback(finish=True, watch=watch)
        else:
            done = self.shop.promote(wanted, finish=True, watch=watch)
        self.carried_on += any("after" in step.detail for step in done.outcome.steps)

    def _at_a_statement(self, act: Callable[[], None], acknowledged: list[StepName]) -> None:
        with _before_statement(self.chance.randrange(1, MOST_STATEMENTS), lambda: self._fail_over(acknowledged)):
            self._attempt(act)

    def _at_a_moment(self, act: Callable[[], None], acknowledged: list[StepName]) -> None:
        moment = threading.Timer(self.chance.uniform(0.01, 0.4), lambda: self._fail_over(acknowledged))
        moment.start()
        self._attempt(act)
        moment.join()

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except SchemaguardError as error:
            self.lost_operations += "is lost" in error.what

    def _fail_over(self, acknowledged: list[StepName]) -> None:
        self.servers.stop(self.servers.primary)
        known = tuple(acknowledged)
        self.servers.promote()
        self.promotions += 1
        rows = self.servers.ask(
            self.servers.primary,
            "select name from schemaguard.step where state = 'done' "
            "and operation = (select max(id) from schemaguard.operation)",
        )
        there = {row[0] for row in rows}
        self.lost_steps += sum(step.value not in there for step in known)

    def _verify(self, before: tuple[Any, ...], wanted: str) -> None:
        """One epoch further, switched once, a ledger that holds, and an alias that follows."""
        assert self.shop.pointer() == (wanted, before[1] + 1, before[0])
        assert self.shop.events().count("pointer-switched") == before[1] + 1
        assert self.shop.registry.aliases == {"fraud@champion": wanted}
        assert self.shop.ask("select count(*) from schemaguard.outbox where delivered_at is null") == [(0,)]
        with self.shop.site() as site:
            assert audit.verify(site).problems == ()


@contextmanager
def _before_statement(number: int, act: Callable[[], None]) -> Iterator[None]:
    """Act once before the n-th statement after the intent is to be written down, or when all is done."""
    sent, is_counting, is_done = 0, False, False
    execute, open_operation = psycopg.Cursor.execute, ControlDatabase.open_operation

    def counting(*arguments: Any, **options: Any) -> Any:
        nonlocal sent, is_done
        sent += is_counting
        if sent == number and not is_done:
            is_done = True
            act()
        return execute(*arguments, **options)

    def begin(*arguments: Any) -> Any:
        nonlocal is_counting
        is_counting = True
        return open_operation(*arguments)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    ControlDatabase.open_operation = begin  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
        ControlDatabase.open_operation = open_operation  # type: ignore[method-assign]
    if not is_done:
        act()


@contextmanager
def followed(url: str) -> Iterator[list[tuple[int, str]]]:
    """A model server that follows for as long as the block lasts; every release that it was handed out."""
    seen: list[tuple[int, str]] = []
    over = threading.Event()

    def follow() -> None:
        with Follower(url, "fraud", "scorer-1") as follower:
            while not over.is_set():
                release = follower.current()
                if (release.epoch, release.version) not in seen[-1:]:
                    seen.append((release.epoch, release.version))
                follower.acknowledge(release.epoch)
                follower.changed(0.2)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join(30)
