"""A control schema that somebody has written into steers no rollback: each table and column that would is tried."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from schemaguard.adapters.control import tampering
from schemaguard.errors import RefusedError
from tests.conftest import fresh
from tests.postgres.releases.shop import Shop, incident

SILENT = {
    "retired_object": (
        "acts = acts || '[{\"act\": \"drop_index\", \"name\": \"x\", \"def\": \"delete from transactions\"}]'",
        "acts = jsonb_set(acts, '{0,to}', '\"amount\"')",
        "restore = '{delete from transactions}'", "relid = 1", "attnum = 1", "anchor = 0", "kind = 'table'",
        "table_schema = 'x'", "table_name = 'x'", "column_name = 'x'", "hidden_schema = 'x'", "hidden_table = 'x'",
        "hidden_column = 'amount'", "restore_class = 'slow'", "restored_at = now()", "purged_at = now()",
        "purge_after = now()", "applied_change = null", "operation = 1", "revision = 'x'",
    ),
    "applied_change": (
        "inverse = '{delete from transactions}'", "performed = '{delete from transactions}'", "inverse_class = 'none'",
        "revision = 'x'", "parents = '{x}'",
        "change = '{\"kinds\": []}'", "undone_at = coalesce(undone_at, now()) + '1 s'",
    ),
        "release": ("revision = '{x}'",
        "window_until = now() + interval '1 year'", "superseded_at = now() - interval '1 year'"),
    "contract": ("view_schema = view_schema || 'x'", "reads_through = 'view'", "document = document || '{\"x\": 1}'"),
    "pointer": ("epoch = epoch + 1", "previous = null", "fallback = active"),
    "operation": ("plan = plan || '{\"x\": 1}'", "plan_hash = 'x'", "state = 'abandoned'", "to_version = 'x'"),
}  # fmt: skip
OPEN = ("retired_object.acts = '[]'", "retired_object.hidden_column = 'x'", "applied_change.inverse = '{x}'")
"""The same by somebody who may write: the ledger tells of it, and it is nobody's act."""
FUNCTIONS = ("pay", "restore", "rendered", "relation_of", "retire")


@pytest.fixture(scope="module")
def shop(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with fresh(server) as url:
        made = Shop(url, tmp_path_factory.mktemp("shop"))
        incident(made)
        yield made


def found_after(shop: Shop, *statements: str) -> tuple[str, ...]:
    """What is found after these statements, which are taken back."""
    with psycopg.connect(shop.url, options="-c schemaguard.permit=a\\ test") as connection:
        for statement in statements:
            connection.execute(statement.encode())
        found = tampering.read(connection)
        connection.rollback()
    return found


def test_every_row_that_would_steer_a_rollback_is_caught_when_it_was_written_silently(shop: Shop) -> None:
    assert found_after(shop) == ()
    missed = []
    for table, changes in SILENT.items():
        for change in changes:
            off = f"alter table schemaguard.{table} disable trigger record_row"
            on = f"alter table schemaguard.{table} enable always trigger record_row"
            if not any("the row isn't what entry" in each for each in found_after(
                shop, off, f"update schemaguard.{table} set {change}", "set constraints all immediate", on,
            )):  # fmt: skip
                missed.append(f"{table}: {change}")
    assert missed == []


def test_what_an_operator_writes_by_hand_is_nobodys_act(shop: Shop) -> None:
    for each in OPEN:
        table, _, change = each.partition(".")
        found = found_after(shop, f"update schemaguard.{table} set {change}", "set constraints all immediate")
        assert any("has written past schemaguard" in problem for problem in found), each


def test_a_function_of_ours_that_is_another_one_is_caught(shop: Shop) -> None:
    for name in FUNCTIONS:
        row = shop.ask(
            "select pg_get_functiondef(p.oid) from pg_proc p where p.pronamespace = 'schemaguard'::regnamespace "
            f"and p.proname = '{name}'"
        )[0]
        found = found_after(
            shop, str(row[0]).replace("\nbegin", "\nbegin perform 1;", 1).replace("select ", "select  ")
        )
        assert found == (f"the function schemaguard.{name} isn't the one that was installed",)


def test_a_rollback_of_a_tampered_control_schema_is_refused_before_intent(shop: Shop) -> None:
    operations: list[tuple[Any, ...]] = shop.ask("select count(*) from schemaguard.operation")
    shop.ask("select set_config('schemaguard.permit', 'a test', false); "
             "alter table schemaguard.retired_object disable trigger record_row; "
             "update schemaguard.retired_object set acts = acts || '[{\"act\": \"x\"}]'; "
             "alter table schemaguard.retired_object enable always trigger record_row")  # fmt: skip
    with pytest.raises(RefusedError, match=r"schemaguard has written there: retired_object \[1\]: the row isn't what"):
        shop.rollback("7")
    assert shop.ask("select count(*) from schemaguard.operation") == operations
