"""What a model server sees: the pointer, a database that restarts, an epoch that goes back, a canary."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from schemaguard.errors import DatabaseError
from schemaguard.serving import Follower
from tests.conftest import fresh, programs, running
from tests.postgres.releases.shop import READS_8, Shop, incident


@pytest.fixture(scope="module")
def shop(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with fresh(server) as url:
        made = Shop(url, tmp_path_factory.mktemp("shop"))
        incident(made)
        made.publish("9", *READS_8)
        yield made


def pg_ctl(url: str, *words: str) -> None:
    folder = Path(unquote(url.partition("host=")[2]))
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    command = [*prefix, programs("15") / "pg_ctl", "-D", folder / "data", "-w", "-o", options, "-l", folder / "log"]
    subprocess.run([*command, *words], check=True, capture_output=True)


def test_a_database_that_restarts_ends_nothing_and_what_is_handed_out_says_that_it_is_old(tmp_path: Path) -> None:
    with running("15") as url, Follower(url, "fraud", "scorer-1") as follower:
        with pytest.raises(DatabaseError, match="control schema can't be read"):
            follower.current()
        incident(Shop(url, tmp_path))
        follower = Follower(url, "fraud", "scorer-1")
        releases = follower.releases(lease_s=3)
        first = next(releases)
        assert (first.version, first.epoch, first.is_stale) == ("8", 2, False)
        pg_ctl(url, "stop", "-m", "immediate")
        old = follower.current()
        assert (old.version, old.epoch) == ("8", 2)
        assert "can't be reached" in old.stale_because
        assert follower.route("a client").version == "8"
        assert not follower.acknowledge(2)
        assert not follower.leave()
        assert not follower.changed(0.01)
        # The loop of a server goes on through it, and sees the next switch.
        seen = threading.Thread(target=lambda: found.append(next(releases)), daemon=True)
        found: list[object] = []
        seen.start()
        pg_ctl(url, "start")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("update schemaguard.pointer set active = '7', epoch = 3")
        seen.join(60)
        assert [(each.version, each.epoch, each.is_stale) for each in found] == [("7", 3, False)]  # type: ignore[attr-defined]
        assert follower.acknowledge(3)
        with psycopg.connect(url) as connection:
            leases = connection.execute("select name, epoch from schemaguard.server_lease").fetchall()
        assert leases == [("scorer-1", 3)]
        follower.close()


def test_an_epoch_never_goes_back(shop: Shop) -> None:
    with Follower(shop.url, "fraud", "scorer-1") as follower:
        assert follower.current().epoch == 2
        shop.ask("update schemaguard.pointer set epoch = 1, active = '7'")
        try:
            old = follower.current()
            assert (old.version, old.epoch) == ("8", 2)
            assert old.stale_because == "the database tells of epoch 1, and 2 was seen"
            assert not follower.changed(0.01)
            assert follower.acknowledge(2)
            assert follower.acknowledge(1)
            assert shop.ask("select epoch from schemaguard.server_lease where name = 'scorer-1'") == [(2,)]
        finally:
            shop.ask("update schemaguard.pointer set epoch = 2, active = '8'")
        assert not follower.current().is_stale
        assert follower.leave()


def test_another_version_with_the_same_epoch_is_another_release(shop: Shop) -> None:
    """A standby that took over without the last switch gives its number to the next one."""
    before = shop.ask("select epoch, active from schemaguard.pointer")[0]
    with Follower(shop.url, "fraud", "scorer-1") as follower:
        assert follower.current().version == before[1]
        assert not follower.changed(0.01)
        shop.ask("update schemaguard.pointer set active = '7'")
        try:
            assert follower.changed(0.01)
            assert (follower.current().epoch, follower.current().version) == (before[0], "7")
        finally:
            shop.ask("update schemaguard.pointer set active = %s", before[1])


def test_a_client_is_always_sent_to_the_same_release_and_the_canary_has_its_share(shop: Shop) -> None:
    clients = [f"client-{number}" for number in range(2000)]
    with Follower(shop.url, "fraud", "scorer-1") as follower:
        assert {follower.route(client).version for client in clients} == {"8"}
        shop.ask("update schemaguard.pointer set canary = '9', canary_percent = 10")
        try:
            follower.current()
            canary = {client for client in clients if follower.route(client).version == "9"}
            assert 120 < len(canary) < 280
            shop.ask("update schemaguard.pointer set canary_percent = 20")
            follower.current()
            assert canary < {client for client in clients if follower.route(client).version == "9"}
        finally:
            shop.ask("update schemaguard.pointer set canary = null, canary_percent = 0")


def test_threads_share_a_follower_and_models_don_t_disturb_each_other(shop: Shop) -> None:
    errors: list[Exception] = []

    def work(follower: Follower) -> None:
        try:
            for _ in range(20):
                assert follower.current().epoch == 2
                follower.acknowledge(2)
                follower.changed(0)
        except Exception as error:
            errors.append(error)

    with Follower(shop.url, "fraud", "threads") as fraud, Follower(shop.url, "limits", "threads") as limits:
        with pytest.raises(DatabaseError, match="no version of limits serves"):
            limits.current()
        threads = [threading.Thread(target=work, args=(fraud,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []


def test_a_connection_and_a_transaction_reach_the_contract_views_alone(shop: Shop) -> None:
    with Follower(shop.url, "fraud", "scorer-1") as follower:
        release = follower.current()
        with follower.connect(release) as rows:
            shown = rows.execute("select * from transactions").description
            assert [column.name for column in shown or ()] == list(READS_8)
            with pytest.raises(psycopg.errors.UndefinedTable):
                rows.execute("select * from alembic_version")
        with psycopg.connect(shop.url, autocommit=True) as mine:
            with follower.reading(release, mine) as rows:
                assert len(rows.execute("select * from transactions").description or ()) == len(READS_8)
            assert mine.execute("show search_path").fetchone() == ('"$user", public',)
