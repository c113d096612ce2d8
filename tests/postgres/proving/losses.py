"""Revisions that look as if they could be taken back and can't, a planted loss each; and some that can."""

BASE = """\
create type mood as enum ('x', 'y', 'z');
create table parents (id int primary key, name text not null);
create table t (
    id bigserial primary key,
    name varchar(40) not null default 'none',
    note text,
    price numeric(10, 4),
    seen timestamptz,
    doc json,
    flag boolean,
    mood mood,
    code text,
    amount int check (amount between 0 and 500),
    parent int references parents on delete cascade
);
create unique index t_code on t (code) where amount > 10;
create index t_seen on t (seen);
comment on column t.note is 'said';
create view priced as select id, amount from t where amount > 0;
create function stamp() returns trigger language plpgsql as 'begin return new; end';
"""

_SWAP = (
    "alter type mood rename to m2; create type mood as enum ({}); "
    "alter table t alter mood type mood using {}::mood; drop type m2"
)
_PARENTS = (
    "create table parents (id int primary key, name text not null); "
    "alter table t add constraint t_parent_fkey foreign key (parent) references parents on delete cascade"
)

LOSSES = {
    "a column is dropped": ("alter table t drop column note", "alter table t add column note text"),
    "a table is dropped": (
        "alter table t drop constraint t_parent_fkey; update t set parent = null; drop table parents",
        _PARENTS,
    ),
    "digits are rounded": (
        "alter table t alter price type numeric(10, 2)",
        "alter table t alter price type numeric(10, 4)",
    ),
    "times become days": (
        "drop index t_seen; alter table t alter seen type date; create index t_seen on t (seen)",
        "drop index t_seen; alter table t alter seen type timestamptz; create index t_seen on t (seen)",
    ),
    "json is normalised": (
        "alter table t alter doc type jsonb using doc::jsonb",
        "alter table t alter doc type json using doc::json",
    ),
    "texts are cut": (
        "alter table t alter note type varchar(3) using left(note, 3)",
        "alter table t alter note type text",
    ),
    "texts are folded": ("update t set code = lower(code) where code <> lower(code)", "update t set code = code"),
    "texts are trimmed": ("update t set note = btrim(note)", "update t set note = note"),
    "NULL becomes a value": (
        "update t set flag = false where flag is null; alter table t alter flag set not null",
        "alter table t alter flag drop not null",
    ),
    "enum values are merged": (
        _SWAP.format("'x', 'y'", "(case mood::text when 'z' then 'y' else mood::text end)"),
        _SWAP.format("'x', 'y', 'z'", "mood::text"),
    ),
    "booleans become texts without a word for NULL": (
        "alter table t alter flag type text using case when flag then 'yes' else 'no' end",
        "alter table t alter flag type boolean using flag = 'yes'",
    ),
    "two columns are merged": (
        "alter table t add column both_ text; update t set both_ = code || ' ' || note; alter table t drop column note",
        "alter table t add note text; update t set note = split_part(both_, ' ', 2); alter table t drop column both_",
    ),
    "rows are deleted": ("delete from t where amount is null", "update t set amount = amount"),
    "a default is forgotten": (
        "alter table t alter name drop default",
        "alter table t alter name set default 'nobody'",
    ),
    "NOT NULL is forgotten": ("alter table t alter name drop not null", "alter table t alter name set default 'none'"),
    "a check is forgotten": (
        "alter table t drop constraint t_amount_check",
        "alter table t add constraint t_amount_check check (amount >= 0)",
    ),
    "an index comes back without its condition": (
        "drop index t_code",
        "create unique index t_code on t (code) where amount > 400",
    ),
    "a foreign key comes back without its action": (
        "alter table t drop constraint t_parent_fkey",
        "alter table t add constraint t_parent_fkey foreign key (parent) references parents",
    ),
    "rows of the new version don't fit": (
        "alter table t alter name type text",
        "alter table t alter name type varchar(40)",
    ),
    "a counter starts anew": (
        "alter table t alter id drop default; drop sequence t_id_seq",
        "create sequence t_id_seq owned by t.id; alter table t alter id set default nextval('t_id_seq')",
    ),
}
"""What is lost → the way there and the way back."""

REVERSIBLE = {
    "a nullable column": ("alter table t add column more text", "alter table t drop column more"),
    "a new table": ("create table more (id int primary key)", "drop table more"),
    "an index": ("create index more on t (name)", "drop index more"),
    "a rename": ("alter table t rename column note to said", "alter table t rename column said to note"),
    "a looser check": (
        "alter table t add constraint more check (amount < 100000)",
        "alter table t drop constraint more",
    ),
    "a default": ("alter table t alter code set default 'c'", "alter table t alter code drop default"),
}
