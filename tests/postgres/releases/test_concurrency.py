"""Several operators at once, and readers who must not notice."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from schemaguard.adapters.postgres.connection import LOCK_KEY
from schemaguard.commands.contracts.publish import publish
from schemaguard.contracts import digests
from schemaguard.contracts.contract import ContractFile
from schemaguard.contracts.odcs import from_document
from schemaguard.errors import ConflictError, DatabaseError
from tests.postgres.releases.shop import READS_8, Shop, document

OPERATORS = 6


def test_of_six_operators_who_saw_the_same_epoch_exactly_one_wins(shop: Shop) -> None:
    start = threading.Barrier(OPERATORS)

    def operate(_: int) -> str:
        start.wait()
        try:
            shop.rollback("7", if_epoch=2)
        except ConflictError as error:
            return "conflict" if error.next else "a conflict that says no way out"
        return "won"

    with ThreadPoolExecutor(OPERATORS) as pool:
        assert Counter(pool.map(operate, range(OPERATORS))) == {"won": 1, "conflict": OPERATORS - 1}
    assert shop.pointer() == ("7", 3, "8")
    assert shop.events().count("pointer-switched") == 3


def test_no_reader_of_either_version_fails_while_it_goes_back_and_forth(shop: Shop) -> None:
    stop = threading.Event()
    reads: Counter[str] = Counter()
    failures: list[str] = []

    def read(schema: str, column: str) -> None:
        with psycopg.connect(shop.url, autocommit=True) as connection:
            while not stop.is_set():
                try:
                    row = connection.execute(f"select count(*), max({column}) from {schema}.transactions").fetchone()
                    assert row is not None
                    assert row[0] >= 50
                except (psycopg.Error, AssertionError) as error:
                    failures.append(f"{schema}: {error}")
                reads[schema] += 1

    readers = [threading.Thread(target=read, args=pair) for pair in (("fraud_7", "channel"), ("fraud_8", "entry_mode"))]
    for reader in readers:
        reader.start()
    try:
        for _ in range(3):
            shop.rollback("7", finish=True)
            shop.promote("8")
            shop.end_window("7")
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert min(reads.values()) > 20


def test_a_long_transaction_delays_the_rollback_but_not_the_readers(shop: Shop) -> None:
    """The rename waits 50 ms at most before it lets everybody pass again, until the long reader is through."""
    worst_s = 0.0
    stop = threading.Event()

    def read() -> None:
        nonlocal worst_s
        import time

        with psycopg.connect(shop.url, autocommit=True) as connection:
            while not stop.is_set():
                began = time.monotonic()
                connection.execute("select count(*) from fraud_8.transactions")
                worst_s = max(worst_s, time.monotonic() - began)

    with psycopg.connect(shop.url) as long_one:
        long_one.execute("select count(*) from transactions")
        reader = threading.Thread(target=read)
        reader.start()
        timer = threading.Timer(1.0, long_one.rollback)
        timer.start()
        done = shop.rollback()
        stop.set()
        reader.join()
        timer.join()
    assert done.total_ms > 500
    assert worst_s < 0.5


def test_a_transaction_that_does_not_end_is_named_and_the_operation_can_be_resumed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemaguard.adapters.postgres.connection.ATTEMPTS", 2)
    with psycopg.connect(shop.url, application_name="nightly-report") as long_one:
        long_one.execute("select count(*) from transactions")
        with pytest.raises(DatabaseError, match=r"nightly-report.* in a transaction for \d+ s: select count") as caught:
            shop.rollback()
        long_one.rollback()
    assert "schemaguard resume" in caught.value.next
    assert "channel" not in shop.columns()
    shop.resume(finish=True)
    assert shop.pointer() == ("7", 3, "8")


def test_a_registry_that_hangs_while_a_contract_is_published_keeps_nobody_from_going_back(shop: Shop) -> None:
    asked: list[str] = []

    class Slow:
        """It answers only once it has seen that the lock is free."""

        place = "slow"

        def __getattr__(self, name: str) -> Callable[..., Any]:
            def answer(*_: object) -> Any:
                (free,) = shop.ask("select pg_try_advisory_lock(%s)", LOCK_KEY)[0]
                assert free, name
                asked.append(name)
                return None if name == "signature" else "memory:9"

            return answer

    made = document("9", *READS_8)
    file = ContractFile(from_document(made, "contracts/9.odcs.yaml", digests.digest(made)), made)
    with shop.site() as site:
        publish(file, "9", Slow(), site.database, "ada")  # type: ignore[arg-type]  # an object stands for MLflow
    assert asked[-2:] == ["signature", "tag"]
    assert shop.ask("select count(*) from schemaguard.release where model_version = '9'") == [(1,)]
