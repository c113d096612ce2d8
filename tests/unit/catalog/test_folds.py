# ruff: noqa: E501 - a table reads best with a line for each object
"""Each family of changes, folded into a small database: what the catalog has otherwise afterwards, and nothing else."""

import pytest

from schemaguard.catalog.objects import Catalog, Check, ForeignKey, Name
from schemaguard.catalog.refusal import Refusal
from tests.unit.catalog.folding import SHOP, folded, told

FOLDS: dict[str, list[str]] = {
    "alter table item add column extra integer not null default 5": [
        "+ column item.extra: default 5, not null true, type integer",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, price, feel, note, extra",
    ],
    "alter table item add column made serial": [
        "+ column item.made: default nextval'item_made_seq', not null true, type integer",
        "+ sequence item_made_seq: owned by item.made",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, price, feel, note, made",
    ],
    "alter table item drop column note": [
        "- column item.note",
        "- index item_note",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, price, feel",
    ],
    "alter table item drop column price cascade": [
        "- column item.price",
        "- constraint item_price_check of item",
        "- index item_price",
        "- view cheap",
        "- view cheaper",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, feel, note",
    ],
    "alter table shop alter column label type text": [
        "~ column shop.label: type: character varying(20) → text",
    ],
    "alter table shop alter column label drop not null": [
        "~ column shop.label: not null: true → false",
    ],
    "alter table shop alter column seen set not null": [
        "~ column shop.seen: not null: false → true",
    ],
    "alter table shop alter column label set default 'y'": [
        "~ column shop.label: default: 'x' → 'y'",
    ],
    "alter table shop alter column label drop default": [
        "~ column shop.label: default: 'x' → ",
    ],
    "alter table shop alter column id add generated always as identity": [
        "+ sequence shop_id_seq: owned by shop.id",
        "~ column shop.id: identity:  → always",
    ],
    "alter table item rename column price to cost": [
        "+ column item.cost: type numeric(10,2)",
        "- column item.price",
        "~ constraint item_price_check of item",
        "~ index item_price",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, cost, feel, note",
    ],
    "alter table shop rename to store": [
        "+ column store.id: not null true, type integer",
        "+ column store.label: default 'x', not null true, type character varying(20)",
        "+ column store.seen: type timestamp with time zone",
        "+ constraint shop_pkey of store",
        "+ policy seen_only on store",
        "+ table store: columns id, label, seen",
        "+ trigger touched on store",
        "- column shop.id",
        "- column shop.label",
        "- column shop.seen",
        "- constraint shop_pkey of shop",
        "- policy seen_only on shop",
        "- table shop",
        "- trigger touched on shop",
        "~ constraint item_shop_id_fkey of item",
        "~ index shop_pkey",
    ],
    "alter table shop set schema side": [
        "+ column side.shop.id: not null true, type integer",
        "+ column side.shop.label: default 'x', not null true, type character varying(20)",
        "+ column side.shop.seen: type timestamp with time zone",
        "+ constraint shop_pkey of side.shop",
        "+ index side.shop_pkey",
        "+ policy seen_only on side.shop",
        "+ table side.shop: columns id, label, seen",
        "+ trigger touched on side.shop",
        "- column shop.id",
        "- column shop.label",
        "- column shop.seen",
        "- constraint shop_pkey of shop",
        "- index shop_pkey",
        "- policy seen_only on shop",
        "- table shop",
        "- trigger touched on shop",
        "~ constraint item_shop_id_fkey of item",
    ],
    "drop table apart": [
        "- column apart.at",
        "- column apart.id",
        "- table apart",
    ],
    "drop table shop cascade": [
        "- column shop.id",
        "- column shop.label",
        "- column shop.seen",
        "- constraint item_shop_id_fkey of item",
        "- constraint shop_pkey of shop",
        "- index shop_pkey",
        "- policy seen_only on shop",
        "- table shop",
        "- trigger touched on shop",
    ],
    "create table fresh (id int primary key, of_shop int references shop)": [
        "+ column fresh.id: not null true, type integer",
        "+ column fresh.of_shop: type integer",
        "+ constraint fresh_of_shop_fkey of fresh",
        "+ constraint fresh_pkey of fresh",
        "+ index fresh_pkey",
        "+ table fresh: columns id, of_shop",
    ],
    "create table copied (like shop including all)": [
        "+ column copied.id: not null true, type integer",
        "+ column copied.label: default 'x', not null true, type character varying(20)",
        "+ column copied.seen: type timestamp with time zone",
        "+ constraint copied_pkey of copied",
        "+ index copied_pkey",
        "+ table copied: columns id, label, seen",
    ],
    "create table kid () inherits (apart)": [
        "+ column kid.at: not null true, type date",
        "+ column kid.id: type integer",
        "+ table kid: columns id, at, parents apart",
    ],
    "create table chosen as select id, price from item": [
        "+ column chosen.id: type bigint",
        "+ column chosen.price: type numeric(10,2)",
        "+ table chosen: columns id, price",
    ],
    "create temp table passing (id int)": [
        "+ column pg_temp.passing.id: type integer",
        "+ table pg_temp.passing: columns id, persistence temporary",
    ],
    "alter table event attach partition apart for values from ('2025-01-01') to ('2026-01-01')": [
        "~ table apart: parents:  → event, partition bound:  → forvaluesfrom'2025-01-01T00:00:00'to'2026-01-01T00:00:00'",
    ],
    "alter table event detach partition event_24": [
        "~ table event_24: parents: event → , partition bound: forvaluesfrom'2024-01-01T00:00:00'to'2025-01-01T00:00:00' → ",
    ],
    "alter table event add column more text": [
        "+ column event.more: type text",
        "+ column event_24.more: type text",
        "~ table event: columns: id, at → id, at, more",
        "~ table event_24: columns: id, at → id, at, more",
    ],
    "alter table item add constraint dear check (price < 100) not valid": [
        "+ constraint dear of item",
    ],
    "alter table item drop constraint item_price_check": [
        "- constraint item_price_check of item",
    ],
    "alter table item rename constraint item_price_check to fair": [
        "+ constraint fair of item",
        "- constraint item_price_check of item",
    ],
    "alter table item add constraint one_note unique using index item_note": [
        "+ constraint one_note of item",
        "+ index one_note",
        "- index item_note",
    ],
    "alter table shop drop constraint shop_pkey cascade": [
        "- constraint item_shop_id_fkey of item",
        "- constraint shop_pkey of shop",
        "- index shop_pkey",
    ],
    "create index on item (shop_id, feel)": [
        "+ index item_shop_id_feel_idx",
    ],
    "drop index item_price": [
        "- index item_price",
    ],
    "alter index item_price rename to by_price": [
        "+ index by_price",
        "- index item_price",
    ],
    "create view all_items as select * from item": [
        "+ view all_items: columns id, shop_id, price, feel, note",
    ],
    "create or replace view cheap as select id, price, note from item": [
        "~ view cheap: columns: id, price → id, price, note",
    ],
    "drop view cheap cascade": [
        "- view cheap",
        "- view cheaper",
    ],
    "alter view cheap rename to cheapest": [
        "+ view cheapest: columns id, price",
        "- view cheap",
    ],
    "create materialized view m as select id from item with no data": [
        "+ view m: materialized, columns id",
    ],
    "alter type mood add value 'glad' after 'sad'": [
        "~ enum mood: labels: sad, ok → sad, glad, ok",
    ],
    "alter type mood rename value 'ok' to 'fine'": [
        "~ enum mood: labels: sad, ok → sad, fine",
    ],
    "alter type mood rename to feeling": [
        "+ enum feeling: labels sad, ok",
        "- enum mood",
        "~ column item.feel: type: mood → feeling",
    ],
    "drop type mood cascade": [
        "- column item.feel",
        "- enum mood",
        "~ table item: columns: id, shop_id, price, feel, note → id, shop_id, price, note",
    ],
    "create type level as enum ('low', 'high')": [
        "+ enum level: labels low, high",
    ],
    "create type pair as (a int, b text)": [
        "+ type pair: composite (a integer, b text)",
    ],
    "create domain short as varchar(3) not null": [
        "+ domain short: base character varying(3) not null",
    ],
    "alter domain positive drop constraint positive_check": [
        "- domain positive: check positive_check value>0",
    ],
    "create sequence counted as smallint": [
        "+ sequence counted: owned by none",
    ],
    "drop sequence loose": [
        "- sequence loose",
    ],
    "create function f(int) returns int language sql as 'select 1'": [
        "+ function f(integer)",
    ],
    "drop function touch() cascade": [
        "- function touch()",
        "- trigger touched on shop",
    ],
    "drop trigger touched on shop": [
        "- trigger touched on shop",
    ],
    "alter table shop disable trigger touched": [
        "~ trigger touched on shop",
    ],
    "drop policy seen_only on shop": [
        "- policy seen_only on shop",
    ],
    "alter table shop enable row level security": [
        "~ table shop: row security: False, forced False → True, forced False",
    ],
    "grant select on shop to reader": [
        "+ grant SELECT on shop to reader: granted",
    ],
    "comment on column shop.label is 'said'": [
        "~ column shop.label: comment:  → said",
    ],
    "create schema third": [
        "+ schema third",
    ],
    "alter schema side rename to other": [
        "+ schema other",
        "- schema side",
    ],
    "create extension citext": [
        "+ extension citext",
    ],
    "alter table shop replica identity full": [
        "~ table shop: replica identity: default → full",
    ],
    "update shop set label = 'x'": [],
}

REFUSED = {
    "alter table item add column note text": "42701",
    "alter table item drop column missing": "42703",
    "alter table item drop column price": "2BP01",
    "alter table shop rename to item": "42P07",
    "alter table item rename column note to price": "42701",
    "drop table shop": "2BP01",
    "drop table apart; drop table apart": "42P01",
    "drop view cheap": "2BP01",
    "drop type mood": "2BP01",
    "drop function touch()": "2BP01",
    "create table shop (id int)": "42P07",
    "create index item_price on item (price)": "42P07",
    "create table t (a int, a text)": "42701",
    "drop table apart; create table t (a int references apart)": "42P01",
    "alter table item add constraint item_price_check check (price > 1)": "42710",
    "alter table item add primary key (note)": "42P16",
    "alter table shop drop constraint shop_pkey": "2BP01",
    "alter type mood add value 'ok'": "42710",
    "create type mood as enum ('x')": "42710",
}
"""Statement → the SQLSTATE that PostgreSQL answers (appendix A of its documentation)."""


@pytest.fixture(scope="module")
def shop() -> Catalog:
    return folded(SHOP)


@pytest.mark.parametrize(("statement", "expected"), FOLDS.items())
def test_a_change_leaves_exactly_this_otherwise(shop: Catalog, statement: str, expected: list[str]) -> None:
    assert told(shop, folded(statement, shop)) == expected


@pytest.mark.parametrize(("statement", "sqlstate"), REFUSED.items())
def test_what_the_server_refuses_is_refused_with_its_sqlstate(shop: Catalog, statement: str, sqlstate: str) -> None:
    with pytest.raises(Refusal) as refused:
        folded(statement, shop)
    assert refused.value.sqlstate == sqlstate


@pytest.mark.parametrize(
    "statement",
    [
        "drop table if exists missing",
        "create table if not exists shop (other int)",
        "alter table item add column if not exists note integer",
        "alter table item drop column if exists missing",
        "drop index if exists missing",
        "create schema if not exists side",
        "alter type mood add value if not exists 'ok'",
    ],
)
def test_what_is_there_already_or_gone_already_changes_nothing(shop: Catalog, statement: str) -> None:
    assert told(shop, folded(statement, shop)) == []


@pytest.mark.parametrize("statement", FOLDS)
def test_what_is_rolled_back_leaves_the_catalog_that_was_there(shop: Catalog, statement: str) -> None:
    assert told(shop, folded(f"begin; {statement}; rollback", shop)) == []
    assert told(shop, folded(f"begin; savepoint s; {statement}; rollback to s; commit", shop)) == []


def test_a_catalog_is_a_value_that_a_fold_leaves_alone(shop: Catalog) -> None:
    tables = dict(shop.tables)
    folded("drop table shop cascade; alter table item drop column note", shop)
    assert dict(shop.tables) == tables


def test_a_check_that_is_not_validated_is_so_until_it_is(shop: Catalog) -> None:
    item = Name("item", "public")
    added = folded("alter table item add constraint dear check (price < 100) not valid", shop)
    found = added.tables[item].constraint("dear")
    assert isinstance(found, Check)
    assert (found.valid, found.columns) == (False, ("price",))
    validated = folded("alter table item validate constraint dear", added).tables[item].constraint("dear")
    assert isinstance(validated, Check)
    assert validated.valid


def test_a_foreign_key_without_columns_means_the_primary_key(shop: Catalog) -> None:
    found = shop.tables[Name("item", "public")].constraint("item_shop_id_fkey")
    assert isinstance(found, ForeignKey)
    assert (found.ref_table, found.ref_columns) == (Name("shop", "public"), ("id",))


def test_names_without_a_schema_go_where_the_search_path_says(shop: Catalog) -> None:
    there = folded(
        "set search_path to side, public; create table made (id int); alter table item add made_too int", shop
    )
    assert Name("made", "side") in there.tables
    assert there.tables[Name("item", "public")].column("made_too") is not None


def test_a_table_that_nobody_made_is_taken_to_be_there(shop: Catalog) -> None:
    assert folded("alter table elsewhere add column x int").tables[Name("elsewhere", "public")].open
    assert not shop.tables[Name("item", "public")].open
