"""The rollback class with the guard and without it, worked out in one walk."""

import pytest

from schemaguard.catalog.inverse import DROPS, inverse, inverses
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate

SCRIPT = """
create type mood as enum ('a', 'b');
create table t (id bigint primary key, name varchar(10) not null, m mood, n int default 1 unique);
create index i on t (name);
create view v as select id from t;
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger g before insert on t for each row execute function f();
create sequence s;
alter table t add column extra text default 'x';
alter table t alter column name type text;
alter table t alter column name drop not null;
alter table t alter column n set default 2;
alter table t rename column extra to more;
alter table t add constraint c check (n > 0);
alter table t drop constraint c;
alter type mood add value 'c';
grant select on t to public;
comment on table t is 'x';
insert into t (id, name) values (1, 'a');
update t set n = 2;
delete from t;
alter table t rename to u;
drop trigger g on u;
drop function f();
drop view v;
drop sequence s;
drop index i;
alter table u drop column more;
drop table u;
drop type mood;
"""


@pytest.mark.parametrize("only_drops", [True, False])
def test_the_guard_makes_a_difference_to_drops_alone(only_drops: bool) -> None:
    catalog, differing = Catalog(), 0
    for statement in split(SCRIPT, "a.sql"):
        changes, after = fold(translate(statement.sql), catalog)
        for change in changes:
            bare, guarded = (inverse(change, catalog, with_guard=guard) for guard in (False, True))
            assert inverses(change, catalog) == (bare, guarded)
            if isinstance(change, DROPS) == only_drops:
                differing += bare != guarded
        catalog = after
    assert bool(differing) == only_drops
