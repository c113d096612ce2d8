"""A script read and folded into a catalog, and one statement into a change, without any server."""

from schemaguard.catalog.apply import apply
from schemaguard.catalog.changes import Change
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.sql.queries.lineage import complete
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate

SHOP = """
create schema side;
create type mood as enum ('sad', 'ok');
create domain positive as integer check (value > 0);
create table shop (id integer primary key, label varchar(20) not null default 'x', seen timestamptz);
create table item (id bigint primary key, shop_id integer references shop, price numeric(10,2) check (price >= 0),
    feel mood, note text);
create index item_price on item (price);
create unique index item_note on item (note);
create view cheap as select id, price from item where price < 10;
create view cheaper as select id from cheap;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before update on shop for each row execute function touch();
create policy seen_only on shop using (seen is not null);
create sequence loose;
create table event (id integer, at date not null) partition by range (at);
create table event_24 partition of event for values from ('2024-01-01') to ('2025-01-01');
create table apart (id integer, at date not null);
"""
"""A small database with one of everything."""


def folded(script: str, catalog: Catalog | None = None) -> Catalog:
    """The catalog after the script. Raises Refusal where PostgreSQL would refuse one of its statements."""
    after = catalog if catalog is not None else Catalog()
    for statement in split(script, "script.sql"):
        for change in translate(statement.sql):
            after = apply(complete(change, after), after)
    return after


def change_of(statement: str, catalog: Catalog) -> Change:
    """The one change that a statement is, complete with what only the catalog can tell."""
    (change,) = translate(statement)
    return complete(change, catalog)


_WHOLE = ("constraint", "index", "trigger", "policy", "function")
"""Objects that a difference spells in one long line: here their names are enough."""
_USUAL = ("", "false", "permanent", "False, forced False", "there")


def told(before: Catalog, after: Catalog) -> list[str]:
    """What differs, an object a line: `+` and `-` with what is unusual of it, `~` with each property's two values."""
    found: dict[str, list[str]] = {}
    for each in difference(before, after):
        sign = "+" if each.left is None else "-" if each.right is None else "~"
        value = each.right if each.left is None else each.left
        if sign != "~" and value == "":
            continue
        said = found.setdefault(f"{sign} {each.kind} {each.object}", [])
        if each.kind in _WHOLE or (sign == "-" and each.kind != "domain"):
            continue
        if sign == "~":
            said.append(f"{each.what}: {each.left} → {each.right}")
        elif value not in _USUAL and (each.what, value) != ("replica identity", "default"):
            said.append(f"{each.what} {value}".strip())
    return [": ".join(filter(None, (head, ", ".join(said)))) for head, said in sorted(found.items())]
