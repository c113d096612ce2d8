"""Whatever is done to a ledger, to its export or to the control schema is caught, or declared beyond reach by name."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from schemaguard.adapters.control import ledger
from schemaguard.ledger.checkpoint import sign_checkpoint
from schemaguard.ledger.coverage import COVERED, NOT_COVERED
from schemaguard.ledger.export import ExportError, read_export, write_export
from schemaguard.ledger.keys import SigningKey
from schemaguard.ledger.tree import root_hash
from schemaguard.ledger.verification import Checkpoint, KeptCheckpoint, LedgerState, LedgerVerification, verify
from tests.conftest import fresh
from tests.postgres.releases import mutations
from tests.postgres.releases.mutations import Mutation
from tests.postgres.releases.shop import READS_8, Shop, incident

KEY = SigningKey("acme.example/prod", bytes(range(32)))
KEYS = (KEY.verifying,)
AT = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """After an incident: fraud 8 was left for fraud 7, a revision is held, a checkpoint is signed."""
    with fresh(server) as url:
        made = Shop(url, tmp_path_factory.mktemp("shop"))
        incident(made)
        made.publish("9", *READS_8[:2])
        made.rollback("7", finish=True)
        made.ask("insert into schemaguard.fence_log (tag, object, reason) values ('DROP TABLE', 'x', 'a permit')")
        with psycopg.connect(url) as connection:
            connection.execute("update schemaguard.operation set state = 'waiting' where id = 3")
            connection.execute("update schemaguard.operation set state = 'done' where id = 3")
            ledger.record(connection, "alias-projected", ("ada", "fraud", 3), {"epoch": 3})
            connection.commit()
            state = ledger.read_state(connection)
            note = sign_checkpoint(state.leaves, KEY)
            kept = KeptCheckpoint(len(state.rows), root_hash(state.leaves), note)
            ledger.keep_checkpoint(connection, kept, KEY.verifying.id.hex())
        yield made


def mutated(shop: Shop, mutation: Mutation) -> LedgerVerification:
    """What is found after a mutation, which is taken back."""
    with psycopg.connect(shop.url, options="-c schemaguard.permit=a\\ test") as connection:
        tables = (*mutations.COVERED.split(), "ledger")
        if mutation.silently:
            for table in tables:
                connection.execute(mutations.OFF.format(table).encode())
            if mutation not in mutations.SERVER:
                connection.execute(mutation.sql.encode())
                connection.execute(mutations.ON.encode())
            else:
                connection.execute(mutations.ON.encode())
                connection.execute(mutation.sql.encode())
        else:
            connection.execute(mutation.sql.encode())
            connection.execute("set constraints all immediate")
        found = verify(ledger.read_state(connection), (), KEYS)
        connection.rollback()
    return found


def test_nothing_is_found_where_nothing_was_done(shop: Shop) -> None:
    found = mutated(shop, Mutation("nothing", "select 1", None))
    assert found.holds, found.problems
    assert found.remarks == ()


@pytest.mark.parametrize("mutation", mutations.ALL, ids=[each.name for each in mutations.ALL])
def test_a_mutation_is_caught_or_declared(shop: Shop, mutation: Mutation) -> None:
    found = mutated(shop, mutation)
    said = (*found.problems, *found.remarks)
    if mutation.caught is not None:
        assert any(mutation.caught in each for each in said), said
        assert not found.holds or found.remarks
    else:
        assert any(mutation.why in each for each in found.beyond), found.beyond


def test_the_figures() -> None:
    beyond = [each for each in mutations.ALL if each.caught is None]
    total = len(mutations.ALL) + len(EXPORTED)
    print(f"mutations: {total}, caught {total - len(beyond)}, declared beyond reach {len(beyond)}")  # noqa: T201
    assert total >= 60


@pytest.mark.parametrize("which", [0, 1])
def test_a_checkpoint_that_was_kept_elsewhere_catches_what_is_beyond_reach_without_one(shop: Shop, which: int) -> None:
    with psycopg.connect(shop.url) as connection:
        state = ledger.read_state(connection)
    kept = Checkpoint(len(state.rows), root_hash(state.leaves), "a safe")
    mutation = mutations.BEYOND[which]
    with psycopg.connect(shop.url) as connection:
        for table in ("ledger", "checkpoint"):
            connection.execute(mutations.OFF.format(table).encode())
        connection.execute("delete from schemaguard.checkpoint")
        connection.execute(mutation.sql.encode())
        connection.execute(mutations.ON.encode())
        state = ledger.read_state(connection)
        connection.rollback()
    assert verify(state, (), KEYS).holds
    assert verify(state, (), KEYS).remarks
    assert any("a safe" in each for each in verify(state, (kept,), KEYS).problems)


def test_every_table_of_the_control_schema_is_covered_or_declared(shop: Shop) -> None:
    tables = shop.ask("select relname from pg_class where relnamespace = 'schemaguard'::regnamespace and relkind = 'r'")
    of_its_own = {"ledger", "ledger_head", "unrecorded"}
    assert {row[0] for row in tables} - set(COVERED) - set(NOT_COVERED) == of_its_own
    recorded = shop.ask(
        "select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname = 'record_row'"
    )
    assert {row[0] for row in recorded} == set(COVERED)


def test_every_table_of_the_control_schema_is_refused_to_migrations_or_declared(shop: Shop) -> None:
    # What commands write while a folder of SQL is applied or a column is filled, and what lasts for a transaction.
    open_to_them = {"sql_migration", "backfill", "server_lease", "touched", "unrecorded"}
    refused = (
        "select c.relname from pg_class c join pg_trigger t on t.tgrelid = c.oid "
        "where c.relnamespace = 'schemaguard'::regnamespace and t.tgname = 'refuse_migration' and t.tgenabled = 'A'"
    )
    tables = "select relname from pg_class where relnamespace = 'schemaguard'::regnamespace and relkind = 'r'"
    assert set(shop.ask(tables)) - set(shop.ask(refused)) == {(each,) for each in open_to_them}


def test_an_entry_is_spelled_by_the_server_as_it_is_here(shop: Shop) -> None:
    facts = {
        "b": [1, 1.5, -0.0, 1e-7, 12345678901234567890, True, None, []],
        "a": {"é": 'ü\n\t"\\\x01\x7f', "z": {}, "": "→"},
        "Z": "/",
        "emoji": "\U0001f600",
    }
    with psycopg.connect(shop.url) as connection:
        ledger.record(connection, "spelled", ('a"\\b', None, None), facts)
        state = ledger.read_state(connection)
        connection.rollback()
    assert verify(state, (), KEYS).holds, verify(state, (), KEYS).problems
    assert json.loads(state.rows[-1].entry)["payload"]["a"] == facts["a"]


def test_times_and_texts_of_a_session_change_nothing(shop: Shop) -> None:
    with psycopg.connect(shop.url) as connection:
        connection.execute("set timezone = 'Asia/Kathmandu'")
        connection.execute("set datestyle = 'German'")
        connection.execute("update schemaguard.operation set closed_at = now() - interval '1 day' where id = 1")
        connection.execute("set constraints all immediate")
        found = verify(ledger.read_state(connection), (), KEYS)
        connection.rollback()
    assert found.holds, found.problems


def state_of(shop: Shop) -> LedgerState:
    with psycopg.connect(shop.url) as connection:
        return ledger.read_state(connection)


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def _changed(place: str, key: str, value: Any) -> Any:
    def change(lines: list[Any]) -> None:
        line = next(each for each in lines if place in each)
        line[key] = value if not callable(value) else value(line[key])

    return change


EXPORTED: dict[str, Any] = {
    "an entry is another text": _changed("entry", "entry", lambda text: text.replace("postgres", "eve")),
    "an entry is no text": _changed("entry", "entry", 1),
    "a column is another one": _changed("entry", "columns", lambda c: [*c[:2], "eve", *c[3:]]),
    "a leaf hash is another one": _changed("entry", "leaf", "00" * 32),
    "a chain is another one": _changed("entry", "chain", "00" * 32),
    "a row is another one": _changed("row", "row", lambda r: [r[0], r[1], r[2].replace(": ", ":  ")]),
    "a row is of another table": _changed("row", "row", lambda r: ["pointer", *r[1:]]),
    "a row has another key": _changed("row", "row", lambda r: [r[0], '["x"]', r[2]]),
    "a checkpoint is unsigned": _changed("checkpoint", "checkpoint", lambda c: [c[0] - 1, *c[1:]]),
    "the head is another one": _changed("head", "head", [1, "00"]),
    "it is of another database": _changed("head", "database", "x"),
    "it is of another time": _changed("head", "at", "2020-01-01T00:00:00+00:00"),
    "a trigger is said to lack": _changed("head", "lacking", ["x"]),
    "the first entry is gone": lambda lines: lines.pop(1),
    "the last entry is gone": lambda lines: lines.remove([each for each in lines if "entry" in each][-1]),
    "a row is gone": lambda lines: lines.remove(next(each for each in lines if "row" in each)),
    "the checkpoint is gone": lambda lines: lines.remove(next(each for each in lines if "checkpoint" in each)),
    "two entries have changed places": lambda lines: lines.insert(1, lines.pop(2)),
    "an entry is there twice": lambda lines: lines.insert(1, lines[1]),
    "there is something else": lambda lines: lines.insert(1, {"x": 1}),
    "the seal is gone": lambda lines: lines.pop(),
    "the seal is that of nobody": lambda lines: lines[-1].update(seal=None),
    "the digest is another one": lambda lines: lines[-1].update(sha256="00"),
}


@pytest.mark.parametrize("name", EXPORTED)
def test_a_mutation_of_a_sealed_export_is_caught(shop: Shop, name: str) -> None:
    text = write_export(state_of(shop), AT, KEY)
    untouched = read_export(text, KEYS)
    assert (untouched.signer, untouched.problems) == (KEY.name, ())
    assert verify(untouched.state, (), KEYS).holds
    lines = _lines(text)
    EXPORTED[name](lines)
    changed = "".join(f"{json.dumps(each, ensure_ascii=False, separators=(',', ':'))}\n" for each in lines)
    try:
        found = read_export(changed, KEYS)
    except ExportError:
        return
    assert found.problems or found.signer is None


def test_whoever_seals_a_changed_export_anew_without_the_key_is_found_by_the_entries(shop: Shop) -> None:
    state = state_of(shop)
    rows = (*state.rows[:2], replace(state.rows[2], actor="eve"), *state.rows[3:])
    found = read_export(write_export(replace(state, rows=rows), AT, None), KEYS)
    assert found.signer is None
    assert not verify(found.state, (), KEYS).holds
