"""A change, then its inverse: the catalog that was there before. And what can be hidden instead of dropped."""

import pytest

from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import DropNotNull, SetReplicaIdentity
from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.objects import Catalog, Check, ForeignKey, Name
from schemaguard.catalog.retirability import retirability
from tests.unit.catalog.folding import SHOP, change_of, folded, told

INSTANT = """\
alter table item add column extra integer
alter table shop alter column seen set not null
alter table shop alter column label set default 'y'
alter table shop alter column label drop default
alter table item rename column price to cost
alter table shop rename to store
alter table shop set schema side
create table fresh (id int primary key)
alter table item add constraint dear check (price < 100)
alter table item rename constraint item_price_check to fair
create index made on item (shop_id, feel)
alter index item_price rename to by_price
create view all_items as select * from item
alter view cheap rename to cheapest
drop view cheaper
create type level as enum ('low')
create domain short as varchar(3)
alter type mood rename value 'ok' to 'fine'
alter type mood rename to feeling
create sequence counted
drop trigger touched on shop
alter table shop disable trigger touched
drop policy seen_only on shop
alter table shop enable row level security
grant select on shop to reader
comment on column shop.label is 'said'
create schema third
alter schema side rename to other
alter table shop replica identity full
alter table event attach partition apart for values from ('2025-01-01') to ('2026-01-01')""".splitlines()
SLOW = """\
alter table shop alter column label drop not null
alter table shop alter column label type text
drop index item_price
alter table event detach partition event_24""".splitlines()
NO_WAY_BACK = {
    "drop sequence loose": "lossy",
    "drop table apart": "lossy",
    "alter table item drop column note": "lossy",
    "update shop set label = 'x'": "lossy",
    "delete from shop": "lossy",
    "truncate shop cascade": "lossy",
    "alter type mood add value 'glad'": "impossible",
    "drop operator === (integer, integer)": "impossible",
    "drop cast if exists (text as integer)": "impossible",
    "alter text search dictionary d (stopwords = x)": "impossible",
}


@pytest.fixture(scope="module")
def shop() -> Catalog:
    return folded(SHOP)


@pytest.mark.parametrize(
    ("statement", "cls"), [*((one, "instant") for one in INSTANT), *((one, "slow") for one in SLOW)]
)
def test_an_inverse_brings_the_catalog_back(shop: Catalog, statement: str, cls: str) -> None:
    change = change_of(statement, shop)
    found, after = inverse(change, shop, with_guard=False), apply(change, shop)
    assert told(shop, after) != []
    for back in found.changes:
        after = apply(back, after)
    assert (told(shop, after), found.cls) == ([], cls)
    assert cls == "instant" or found.why


@pytest.mark.parametrize(("statement", "cls"), NO_WAY_BACK.items())
def test_what_is_lost_is_said_and_nothing_is_made_up_for_it(shop: Catalog, statement: str, cls: str) -> None:
    found = inverse(change_of(statement, shop), shop, with_guard=False)
    assert (found.cls, found.changes) == (cls, ())
    assert found.why


@pytest.mark.parametrize("constraint", ["item_price_check", "item_shop_id_fkey"])
def test_a_dropped_constraint_comes_back_without_its_rows_being_read(shop: Catalog, constraint: str) -> None:
    change = change_of(f"alter table item drop constraint {constraint}", shop)
    (back,) = inverse(change, shop, with_guard=False).changes
    found = apply(back, apply(change, shop)).tables[Name("item", "public")].constraint(constraint)
    assert isinstance(found, Check | ForeignKey)
    assert not found.valid


@pytest.mark.parametrize(
    "statement", ["alter table item drop column note", "drop table apart", "drop index item_price"]
)
def test_with_the_guard_a_drop_is_only_hidden(shop: Catalog, statement: str) -> None:
    found = inverse(change_of(statement, shop), shop, with_guard=True)
    assert (found.cls, found.changes, found.is_retirement) == ("instant", (), True)


@pytest.mark.parametrize(
    ("statement", "cls", "why"),
    [
        ("alter table item drop column note", "instant", ""),
        ("alter table shop drop column label", "instant", ""),
        ("alter table item drop column id", "impossible", "part of the primary key"),
        ("alter table event drop column at", "impossible", "part of the partition key"),
        ("alter table event_24 drop column id", "impossible", "the column of one partition or child"),
        ("alter table elsewhere drop column x", "instant", ""),
        ("drop table apart", "instant", ""),
        ("drop table event_24", "slow", "is a partition"),
        ("drop table elsewhere", "instant", ""),
        ("drop index item_price", "instant", ""),
        ("drop index item_note", "slow", "is unique"),
        ("alter table item drop constraint item_price_check", "instant", ""),
        ("alter table shop drop constraint shop_pkey cascade", "slow", "comes back with an index built anew"),
    ],
)
def test_a_drop_can_be_a_retirement_unless_something_stands_in_the_way(
    shop: Catalog, statement: str, cls: str, why: str
) -> None:
    found = retirability(change_of(statement, shop), shop)
    assert found is not None
    assert found.cls == cls
    assert why in found.why
    assert bool(why) is bool(found.why)


def test_what_drops_nothing_cannot_be_retired(shop: Catalog) -> None:
    assert retirability(change_of("alter table item add column x int", shop), shop) is None


def test_a_required_column_that_nothing_fills_has_to_be_loosened_first(shop: Catalog) -> None:
    required = folded("alter table shop alter column label drop default", shop)
    found = retirability(change_of("alter table shop drop column label", required), required)
    assert found is not None
    assert (found.cls, found.first) == ("needs values", DropNotNull(Name("shop", "public"), "label"))


def test_a_column_that_replicas_are_told_rows_by_cannot_be_hidden(shop: Catalog) -> None:
    full = folded("alter table shop replica identity full", shop)
    found = retirability(change_of("alter table shop drop column label", full), full)
    assert found is not None
    assert (found.cls, found.first) == ("impossible", SetReplicaIdentity(Name("shop", "public"), "DEFAULT"))


def test_a_column_that_a_trigger_function_names_is_hidden_for_a_drop_would_break_the_function_too(
    shop: Catalog,
) -> None:
    body = "'begin new.seen := now(); return new; end'"
    naming = folded(f"create or replace function touch() returns trigger language plpgsql as {body}", shop)
    found = retirability(change_of("alter table shop drop column seen cascade", naming), naming)
    assert found is not None
    assert found.cls == "instant"
