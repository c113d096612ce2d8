"""Statements that every PostgreSQL refuses on these tables, with the SQLSTATE, and look-alikes that run."""

BEFORE = """
create table item (id int primary key, name text not null, price numeric(10, 2), kind text,
    made timestamptz default now());
create table orders (id bigint primary key, item_id int references item (id), note text,
    constraint note_short check (length(note) < 9));
create index item_name on item (name);
create view names as select id, name from item;
create type mood as enum ('sad', 'ok');
create domain positive as int check (value > 0);
create sequence counter;
create schema app;
create table app.part (id int) partition by range (id);
create table app.part1 partition of app.part for values from (0) to (10);
create table person (id int primary key, feeling mood default 'ok', age positive,
    full_name int generated always as (id * 2) stored, number int generated always as identity);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger t before update on item for each row execute function f();
create policy p on item using (true);
create table parent (id int, name text);
create table child () inherits (parent);
create materialized view kept as select id from item;
"""

REFUSED = (
    ("alter table item drop column nam", "42703"),
    ("alter table item rename column nam to x", "42703"),
    ("alter table item alter nam set not null", "42703"),
    ("alter table item alter nam type text", "42703"),
    ("alter table item alter nam set default 'x'", "42703"),
    ("alter table item alter nam drop default", "42703"),
    ("alter table item add unique (nope)", "42703"),
    ("create index on item (nope)", "42703"),
    ("alter table orders add foreign key (nope) references item (id)", "42703"),
    ("alter table orders add foreign key (item_id) references item (nope)", "42703"),
    ("comment on column item.nope is 'x'", "42703"),
    ("alter table item add column name text", "42701"),
    ("alter table item rename name to price", "42701"),
    ("create table twice (a int, a text)", "42701"),
    ("create table item (id int)", "42P07"),
    ("create view names as select 1 as id", "42P07"),
    ("create index item_name on item (price)", "42P07"),
    ("create sequence counter", "42P07"),
    ("alter table item rename to orders", "42P07"),
    ("create schema app", "42P06"),
    ("create type mood as enum ('x')", "42710"),
    ("create domain positive as int", "42710"),
    ("alter table orders add constraint note_short check (true)", "42710"),
    ("alter type mood add value 'ok'", "42710"),
    ("alter type mood rename value 'sad' to 'ok'", "42710"),
    ("create trigger t before update on item for each row execute function f()", "42710"),
    ("create policy p on item using (false)", "42710"),
    ("create table twice (a int primary key, b int primary key)", "42P16"),
    ("alter table item add primary key (name)", "42P16"),
    ("alter table item alter id drop not null", "42P16"),
    ("alter table app.part1 drop column id", "42P16"),
    ("alter table child drop column name", "42P16"),
    ("alter table child rename name to x", "42P16"),
    ("create or replace view names as select id from item", "42P16"),
    ("alter table orders drop constraint nope", "42704"),
    ("alter table orders rename constraint nope to x", "42704"),
    ("alter table orders validate constraint nope", "42704"),
    ("drop trigger nope on item", "42704"),
    ("drop policy nope on item", "42704"),
    ("drop table item", "2BP01"),
    ("alter table item drop column name", "2BP01"),
    ("drop type mood", "2BP01"),
    ("drop domain positive", "2BP01"),
    ("alter table item drop constraint item_pkey", "2BP01"),
    ("drop index item_pkey", "2BP01"),
    ("drop function f()", "2BP01"),
    ("alter table item alter name type varchar(3)", "0A000"),
    ("refresh materialized view names", "42809"),
    ("alter table item alter price type boolean", "42804"),
    ("alter table item alter kind type int", "42804"),
    ("alter table orders add foreign key (note) references item (id)", "42804"),
    ("alter table orders add foreign key (item_id) references item (price)", "42830"),
    ("alter type mood rename value 'nope' to 'x'", "22023"),
    ("alter type mood add value 'x' before 'nope'", "22023"),
    ("alter table person alter number drop not null", "42601"),
    ("alter table person alter number set default 1", "42601"),
    ("alter table person alter full_name set default 1", "42601"),
    ("alter table person alter number add generated always as identity", "55000"),
    ("alter table item alter name drop identity", "55000"),
    ("alter table app.part1 add column x int", "42809"),
    ("drop table orders; drop table orders", "42P01"),
    ("begin; alter type mood add value 'new'; update person set feeling = 'new'; commit", "55P04"),
    ("begin; alter type mood add value 'new'; alter table person alter feeling set default 'new'; commit", "55P04"),
    ("begin; alter type mood add value 'new'; alter table person add later mood default 'new'; commit", "55P04"),
    ("begin; alter type mood add value 'new'; insert into person (id, feeling) values (1, 'new'); commit", "55P04"),
    ("begin; alter type mood add value 'new'; delete from person where feeling in ('sad', 'new'); commit", "55P04"),
    ("begin; alter type mood add value 'new'; create index on person (id) where feeling = 'new'; commit", "55P04"),
    ("begin; alter type mood add value 'new'; create table late (m mood default 'new'::mood); commit", "55P04"),
)

ELSEWHERE = "create table legacy (id int, old text); create table unseen (id int, old text);"
"""What the database has and the history doesn't show."""

RUNS = (
    "alter table item drop column price",
    "alter table item drop column if exists nam",
    "alter table item rename column price to cost",
    "alter table item alter price set not null",
    "alter table item alter price drop not null",
    "alter table item alter price type numeric(12, 2)",
    "alter table item alter kind type int using length(kind)",
    "alter table item alter kind set default 'x'",
    "alter table item add column if not exists name text",
    "alter table item add column other text",
    "alter table item add unique (kind)",
    "create table if not exists item (id int)",
    "create table app.item (id int)",
    "create or replace view names as select id, name from item",
    "create or replace view names as select id, name, kind from item",
    "create index if not exists item_name on item (price)",
    "create index on item (name)",
    "create sequence if not exists counter",
    "create schema if not exists app",
    "create type app.mood as enum ('x')",
    "alter table item rename to things",
    "alter table orders drop constraint note_short",
    "alter table orders drop constraint if exists nope",
    "alter table orders validate constraint note_short",
    "alter table orders add foreign key (id) references item (id)",
    "alter table item drop constraint item_pkey cascade",
    "alter table item drop column name cascade",
    "drop table orders",
    "drop table item cascade",
    "drop type mood cascade",
    "drop domain if exists positive cascade",
    "drop table if exists nowhere",
    "alter table if exists nowhere drop column x",
    "drop trigger if exists nope on item",
    "drop policy p on item",
    "alter type mood add value if not exists 'ok'",
    "alter type mood add value 'new' before 'ok'",
    "alter type mood rename value 'sad' to 'blue'",
    "alter type mood add value 'new'; update person set feeling = 'new'",
    "begin; alter type mood add value 'new'; update item set kind = 'new'; commit",
    "begin; alter type mood add value 'new'; insert into orders (id, note) values (1, 'new'); commit",
    "begin; alter type mood add value 'new'; comment on type mood is 'new'; commit",
    "begin; alter type mood add value 'new'; update person set feeling = 'ok'; commit",
    "alter table person alter number drop identity",
    "alter table person alter full_name drop expression",
    "alter table item alter name drop identity if exists",
    "alter table app.part add column x int",
    "alter table app.part detach partition app.part1; alter table app.part1 drop column id",
    "alter table parent drop column name",
    "do 'begin alter table item add column nam text;end'; alter table item drop column nam",
    "create table if not exists legacy (id int); alter table legacy drop column old",
    "alter table unseen drop column old",
    "alter table unseen rename column old to older; alter table unseen drop column older",
    "drop table orders; create table orders (id int); alter table orders add column note text",
    "refresh materialized view kept",
)

RUNS_SINCE_17 = (
    "begin; create type o as enum ('a'); alter type o add value 'b'; create table z (m o default 'b'); commit",
)
"""A value may be used where the same transaction made its type; older servers refuse that with 55P04."""
