"""Which lock each statement takes, and whether its work grows with the table.

After the pages of PostgreSQL's documentation on ALTER TABLE, CREATE INDEX and explicit locking (13.3).
"""

import pytest

from schemaguard.catalog.locks import MODES, Lock, Mode, conflicts, locks, strongest
from schemaguard.catalog.objects import Catalog, Name
from tests.unit.catalog.folding import SHOP, change_of, folded

ALONE, WITH_READERS, WITH_ALL = "ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"
STATEMENTS: list[tuple[str, dict[str, str], str]] = [
    ("alter table item drop constraint item_shop_id_fkey", {"item": ALONE, "shop": ALONE}, "metadata"),
    ("alter table shop add column x int", {"shop": ALONE}, "metadata"),
    ("alter table shop add column x int default 5", {"shop": ALONE}, "metadata"),
    ("alter table shop add column x uuid default gen_random_uuid()", {"shop": ALONE}, "rewrite"),
    ("alter table shop add column x int generated always as (id + 1) stored", {"shop": ALONE}, "rewrite"),
    ("alter table shop drop column label", {"shop": ALONE}, "metadata"),
    ("alter table shop alter column seen set not null", {"shop": ALONE}, "scan"),
    ("alter table shop alter column label type text", {"shop": ALONE}, "metadata"),
    ("alter table shop alter column label type varchar(10)", {"shop": ALONE}, "rewrite"),
    ("alter table shop alter column id type bigint", {"shop": ALONE, "item": ALONE}, "rewrite"),
    ("alter table shop alter column label set default 'y'", {"shop": ALONE}, "metadata"),
    ("alter table shop alter column label set statistics 5", {"shop": WITH_ALL}, "metadata"),
    ("alter table shop rename column label to l", {"shop": ALONE}, "metadata"),
    ("alter table shop rename to store", {"shop": ALONE}, "metadata"),
    ("alter table item add constraint c check (price < 9)", {"item": ALONE}, "scan"),
    ("alter table item add constraint c check (price < 9) not valid", {"item": ALONE}, "metadata"),
    (
        "alter table item add constraint c foreign key (shop_id) references shop not valid",
        {"item": WITH_READERS, "shop": WITH_READERS},
        "metadata",
    ),
    (
        "alter table item add constraint c foreign key (shop_id) references shop",
        {"item": WITH_READERS, "shop": WITH_READERS},
        "scan",
    ),
    ("alter table item validate constraint item_price_check", {"item": WITH_ALL}, "metadata"),
    ("alter table item drop constraint item_price_check", {"item": ALONE}, "metadata"),
    ("alter table item add constraint u unique (note)", {"item": ALONE}, "scan"),
    ("alter table item add constraint u unique using index item_note", {"item": ALONE}, "metadata"),
    ("create index on item (note)", {"item": "SHARE"}, "scan"),
    ("create index concurrently on item (note)", {"item": WITH_ALL}, "scan"),
    ("drop index item_price", {"item": ALONE, "item_price": ALONE}, "metadata"),
    ("drop index concurrently item_price", {"item": WITH_ALL, "item_price": WITH_ALL}, "metadata"),
    ("reindex table item", {"item": "SHARE", "item_pkey": ALONE, "item_price": ALONE, "item_note": ALONE}, "scan"),
    (
        "reindex table concurrently item",
        {"item": WITH_ALL, "item_pkey": WITH_ALL, "item_price": WITH_ALL, "item_note": WITH_ALL},
        "scan",
    ),
    ("alter index item_price rename to x", {"item_price": WITH_ALL}, "metadata"),
    ("truncate shop cascade", {"item": ALONE, "shop": ALONE}, "metadata"),
    ("drop table apart", {"apart": ALONE}, "metadata"),
    ("create table z (id int references shop)", {"shop": WITH_READERS}, "metadata"),
    ("create view v as select id from item", {"item": "ACCESS SHARE"}, "metadata"),
    ("create trigger g after insert on shop for each row execute function touch()", {"shop": WITH_READERS}, "metadata"),
    ("alter table shop enable row level security", {"shop": ALONE}, "metadata"),
    ("alter table shop set (fillfactor = 50)", {"shop": WITH_ALL}, "metadata"),
    ("alter table shop set unlogged", {"shop": ALONE}, "rewrite"),
    (
        "alter table event attach partition apart for values from ('2025-01-01') to ('2026-01-01')",
        {"event": WITH_ALL, "apart": ALONE},
        "scan",
    ),
    ("alter table event detach partition event_24", {"event": ALONE, "event_24": ALONE}, "metadata"),
    ("update shop set label = 'x'", {"shop": "ROW EXCLUSIVE"}, "scan"),
    ("delete from shop", {"shop": "ROW EXCLUSIVE"}, "scan"),
    ("insert into apart values (1, '2025-01-01')", {"apart": "ROW EXCLUSIVE"}, "metadata"),
    ("lock table shop in share mode", {"shop": "SHARE"}, "metadata"),
    ("vacuum full shop", {"shop": ALONE}, "rewrite"),
    ("comment on table shop is 'x'", {"shop": WITH_ALL}, "metadata"),
    ("create type z as enum ('a')", {}, "metadata"),
]


@pytest.fixture(scope="module")
def shop() -> Catalog:
    return folded(SHOP)


@pytest.mark.parametrize(("statement", "held", "work"), STATEMENTS)
def test_a_statement_takes_these_locks_for_this_work(
    shop: Catalog, statement: str, held: dict[str, str], work: str
) -> None:
    found = locks(change_of(statement, shop), shop)
    assert ({str(lock.relation): lock.mode for lock in found.locks}, found.work) == (held, work)
    assert found.grows_with_table is (work != "metadata")
    assert bool(found.worked_on) is (work != "metadata")


def test_a_set_not_null_that_a_check_proves_reads_no_rows(shop: Catalog) -> None:
    proven = folded("alter table shop add constraint there check (seen is not null)", shop)
    setting = change_of("alter table shop alter column seen set not null", proven)
    assert (locks(setting, proven).work, locks(setting, shop).work) == ("metadata", "scan")


def test_a_partition_whose_check_fits_its_bound_is_attached_without_reading_it(shop: Catalog) -> None:
    fitting = "alter table apart add constraint fits check (at >= '2025-01-01' and at < '2026-01-01')"
    proven = folded(fitting, shop)
    attaching = "alter table event attach partition apart for values from ('2025-01-01') to ('2026-01-01')"
    assert locks(change_of(attaching, proven), proven).work == "metadata"
    assert locks(change_of(attaching, shop), shop).work == "scan"


def test_a_lock_on_a_parent_reaches_its_partitions(shop: Catalog) -> None:
    found = locks(change_of("alter table event add column more text", shop), shop)
    assert found.mode_on(Name("event_24", "public")) == ALONE
    assert found.mode_on(Name("shop", "public")) is None
    assert found.strongest == ALONE


@pytest.mark.parametrize(
    ("mode", "blocks"),
    [
        *((mode, "nothing but stronger locks") for mode in MODES[:3]),
        ("SHARE UPDATE EXCLUSIVE", "schema changes"),
        *((mode, "writes") for mode in MODES[4:7]),
        ("ACCESS EXCLUSIVE", "reads and writes"),
    ],
)
def test_a_mode_keeps_these_waiting(mode: Mode, blocks: str) -> None:
    assert Lock(Name("t"), mode).blocks == blocks


def test_conflicts_are_mutual() -> None:
    assert all(conflicts(one, other) == conflicts(other, one) for one in MODES for other in MODES)
    assert strongest(("SHARE", "ACCESS SHARE", "EXCLUSIVE")) == "EXCLUSIVE"
