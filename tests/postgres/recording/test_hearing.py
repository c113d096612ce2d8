"""What a recording hears: every way in which a query is sent, in this thread and in others, and nothing afterwards."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

import schemaguard
from schemaguard.adapters.postgres import capture, capture_engines
from schemaguard.errors import ContractError
from schemaguard.recording import Recording

PLAIN = "select id, amount from transactions where channel = 'web'"
BOUND = "select id, amount from transactions where channel = %s and secret like '%%s'"
NUMBERED = "select id, amount from transactions where channel = $1 and secret like '%s'"
ALL_COLUMNS = {"transactions": ["id", "amount", "channel", "secret"]}


def record(**options: Any) -> Any:
    return schemaguard.record(model="fraud", log=False, **options)


def reads(recording: Recording) -> dict[str, list[str]]:
    return {str(table.table): [promise.column for promise in table.promises] for table in recording.tables}


def _execute(shop: str) -> None:
    with psycopg.connect(shop) as connection:
        connection.execute(BOUND, ("web",)).fetchall()


def _named(shop: str) -> None:
    with psycopg.connect(shop) as connection, connection.cursor() as cursor:
        cursor.execute(BOUND.replace("%s and", "%(channel)s and"), {"channel": "web"})


def _bytes(shop: str) -> None:
    with psycopg.connect(shop) as connection:
        connection.execute(BOUND.encode(), ("web",))


def _server_side(shop: str) -> None:
    with psycopg.connect(shop) as connection, connection.cursor("c") as cursor:
        cursor.execute(BOUND, ("web",)).fetchall()


def _client_side(shop: str) -> None:
    with psycopg.connect(shop, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(BOUND, ("web",))


def _raw(shop: str) -> None:
    with psycopg.connect(shop, cursor_factory=psycopg.RawCursor) as connection:
        connection.execute(NUMBERED, ["web"])


def _streamed(shop: str) -> None:
    with psycopg.connect(shop) as connection, connection.cursor() as cursor:
        assert list(cursor.stream(BOUND, ("nothing",))) == []


def _copied(shop: str) -> None:
    with (
        psycopg.connect(shop) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy ({BOUND}) to stdout", ("web",)) as rows,
    ):
        list(rows)


def _pipelined(shop: str) -> None:
    with psycopg.connect(shop) as connection, connection.pipeline():
        connection.execute(BOUND, ("web",))


async def _asynchronously(shop: str) -> None:
    async with await psycopg.AsyncConnection.connect(shop) as connection:
        await connection.execute(BOUND, ("web",))


async def _streamed_asynchronously(shop: str) -> None:
    async with await psycopg.AsyncConnection.connect(shop) as connection, connection.cursor() as cursor:
        assert len([row async for row in cursor.stream(BOUND, ("web",))]) == 10


async def _copied_asynchronously(shop: str) -> None:
    connecting = psycopg.AsyncConnection.connect(shop)
    async with (
        await connecting as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy ({BOUND}) to stdout", ("web",)) as rows,
    ):
        assert len([row async for row in rows]) == 10


def _pandas_over_psycopg(shop: str) -> None:
    with psycopg.connect(shop) as connection, pytest.warns(UserWarning, match="pandas only supports SQLAlchemy"):
        pd.read_sql(BOUND, connection, params=("web",))


def _pandas_over(driver: str) -> Callable[[str], None]:
    def run(shop: str) -> None:
        engine = sa.create_engine(shop.replace("postgresql://", f"postgresql+{driver}://"))
        query = sa.text(PLAIN.replace("'web'", ":channel") + " and secret like '%s'")
        pd.read_sql(query, engine, params={"channel": "web"})
        engine.dispose()

    return run


WAYS: dict[str, Callable[[str], None]] = {
    "execute": _execute, "named": _named, "bytes": _bytes, "server side": _server_side, "client side": _client_side,
    "raw": _raw, "streamed": _streamed, "copied": _copied, "pipelined": _pipelined,
    "asynchronously": lambda shop: asyncio.run(_asynchronously(shop)),
    "streamed asynchronously": lambda shop: asyncio.run(_streamed_asynchronously(shop)),
    "copied asynchronously": lambda shop: asyncio.run(_copied_asynchronously(shop)),
    "pandas over psycopg": _pandas_over_psycopg, "pandas over SQLAlchemy": _pandas_over("psycopg"),
    "pandas over SQLAlchemy over psycopg2": _pandas_over("psycopg2"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_query_is_heard_without_its_parameters_however_it_is_sent(shop: str, way: str) -> None:
    with record() as recording:
        WAYS[way](shop)
    (query,) = recording.queries
    assert query.replace("$1::VARCHAR", "$1") == NUMBERED
    assert reads(recording) == ALL_COLUMNS


def test_a_query_of_sqlalchemys_own_making_is_heard(engine: sa.Engine) -> None:
    transactions = sa.Table("transactions", sa.MetaData(), autoload_with=engine)
    with record() as recording, engine.connect() as connection:
        connection.execute(sa.select(transactions.c.amount).where(transactions.c.channel.in_(["web", "hidden value"])))
    assert reads(recording) == {"transactions": ["amount", "channel"]}
    assert "hidden" not in recording.contract + repr(recording.queries)


def test_reading_the_databases_own_tables_is_no_feature_query(engine: sa.Engine) -> None:
    with record() as recording, engine.connect() as connection:
        sa.inspect(connection).get_table_names()
        connection.execute(sa.text(PLAIN))
    assert recording.queries == (PLAIN,)


def test_values_that_are_composed_into_a_query_are_left_out(shop: str) -> None:
    query = sql.SQL("select {} from transactions where channel = {}").format(
        sql.Identifier("amount"), sql.Literal("hush")
    )
    with record() as recording, psycopg.connect(shop) as connection:
        connection.execute(query)
    assert recording.queries == ('select "amount" from transactions where channel = null',)


def test_what_fails_was_never_read(shop: str) -> None:
    with record() as recording, psycopg.connect(shop, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("select nothing from transactions")
        connection.execute(PLAIN)
    assert recording.queries == (PLAIN,)


def test_what_workers_send_is_heard_and_what_another_recording_hears_is_not(shop: str) -> None:
    begun, other_is_done = threading.Event(), threading.Event()

    def another() -> Recording:
        begun.wait(10)
        with schemaguard.record(model="other", log=False) as recording, psycopg.connect(shop) as connection:
            connection.execute("select rate from app.rates")
        other_is_done.set()
        return recording

    with ThreadPoolExecutor(3) as pool:
        other = pool.submit(another)
        with record() as mine:
            begun.set()
            other_is_done.wait(10)
            pool.submit(_execute, shop).result()
        assert reads(mine) == ALL_COLUMNS
        assert reads(other.result()) == {"app.rates": ["rate"]}


def test_many_threads_may_record_at_once(shop: str) -> None:
    def one(number: int) -> str:
        with record() as recording, psycopg.connect(shop) as connection:
            connection.execute(f"select id, {number} as n from transactions")
        return recording.queries[0]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(24))) == [f"select id, {number} as n from transactions" for number in range(24)]


def test_a_recording_inside_of_another_is_heard_by_both(shop: str) -> None:
    with record() as outer, psycopg.connect(shop) as connection:
        connection.execute("select id from transactions")
        with record() as inner:
            connection.execute("select rate from app.rates")
    assert reads(inner) == {"app.rates": ["rate"]}
    assert reads(outer) == {"transactions": ["id"], "app.rates": ["rate"]}


def test_an_engine_of_another_driver_is_heard_inside_of_the_block_only(shop: str) -> None:
    engine = sa.create_engine(shop.replace("postgresql://", "postgresql+psycopg2://"))
    heard: list[object] = []
    leave = capture_engines.listen(lambda *said: heard.append(said[0]))
    with engine.connect() as connection:
        connection.execute(sa.text("select id from transactions"))
    leave()
    with engine.connect() as connection:
        connection.execute(sa.text("select amount from transactions"))
    assert "select id from transactions" in heard
    assert "select amount from transactions" not in heard
    engine.dispose()


PATCHED = [(owner, name) for owner in (psycopg.Cursor, psycopg.AsyncCursor) for name in ("execute", "stream", "copy")]


def _state() -> list[Any]:
    methods = [owner.__dict__[name] for owner, name in PATCHED]
    return [*methods, len(capture._LEAVE)]


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_nothing_stays_patched_however_the_block_ends(shop: str, raised: type[BaseException]) -> None:
    before = _state()
    recordings = []

    def fail() -> None:
        with record() as recording:
            recordings.append(recording)
            assert _state() != before
            _execute(shop)
            raise raised

    with pytest.raises(raised):
        fail()
    assert _state() == before
    assert not recordings[0].is_complete
    with pytest.raises(ContractError), record():
        pass
    assert _state() == before


def test_what_somebody_else_has_wrapped_meanwhile_is_left_to_them(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(psycopg.Cursor, "execute", psycopg.Cursor.execute)  # put back after the test
    with record() as recording:
        ours = psycopg.Cursor.execute

        def theirs(self: Any, query: Any, *rest: Any, **options: Any) -> Any:
            seen.append(query)
            return ours(self, query, *rest, **options)

        psycopg.Cursor.execute = theirs  # type: ignore[method-assign] # as instrumentation does it
        _execute(shop)
    assert psycopg.Cursor.execute is theirs
    _execute(shop)
    assert (seen.count(BOUND), len(recording.queries)) == (2, 1)
