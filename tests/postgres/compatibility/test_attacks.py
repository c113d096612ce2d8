"""Changes in forms that the table doesn't list, and healthy ones like them: what is said is what every server does."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.contracts.contract import Access
from tests.conftest import VERSIONS
from tests.postgres.compatibility import server as servers
from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.arriving import BREAKING as ARRIVING_BREAKING
from tests.postgres.compatibility.arriving import HEALTHY as ARRIVING_HEALTHY
from tests.postgres.compatibility.attacking import ENUM, ID, KNOWN_GRANTS, MOODS, TABLE, case, read, write
from tests.postgres.compatibility.behind import BREAKING as BEHIND_BREAKING
from tests.postgres.compatibility.behind import HEALTHY as BEHIND_HEALTHY
from tests.postgres.compatibility.beneath import BREAKING as BENEATH_BREAKING
from tests.postgres.compatibility.beneath import HEALTHY as BENEATH_HEALTHY
from tests.postgres.compatibility.case import Case, column
from tests.postgres.compatibility.places import BREAKING as PLACES_BREAKING
from tests.postgres.compatibility.places import HEALTHY as PLACES_HEALTHY
from tests.postgres.compatibility.reached import BREAKING as ALSO_BREAKING
from tests.postgres.compatibility.reached import HEALTHY as ALSO_HEALTHY
from tests.postgres.compatibility.rights import BREAKING as RIGHTS_BREAKING
from tests.postgres.compatibility.rights import HEALTHY as RIGHTS_HEALTHY
from tests.postgres.compatibility.symbols import BREAKING as SYMBOLS_BREAKING
from tests.postgres.compatibility.symbols import HEALTHY as SYMBOLS_HEALTHY

GRANTED = "; grant all on t to {client}"
VIEW = "alter table t rename to base; create view t as "
FUNCTIONS = (
    "create function f0(int) returns int immutable language sql as 'select $1 * 2';"
    "create function f1(int) returns int immutable language sql as 'select f0($1)';" + TABLE
)
FILLED = (
    "create table t (id bigint primary key, a int not null); insert into t values (1, 5);"
    "create function fill() returns trigger language plpgsql as"
    " $$begin new.a := coalesce(new.a, 1); return new; end$$;"
    "create trigger g before insert on t for each row execute function fill();"
)
CALLING = (
    "create table t (id bigint primary key, a int); insert into t values (1, 5);"
    "create function h() returns int language sql as 'select 1';"
    "create function log_it() returns trigger language plpgsql as $$begin perform h(); return new; end$$;"
    "create trigger g before insert on t for each row execute function log_it();"
)
JOINED = "create table o (id bigint primary key, c int); insert into o values (1, 1);" + TABLE


BREAKING = (
    case("row security with a policy for somebody else",
          "alter table t enable row level security; create policy p on t to {other} using (true)"),
    case("row security with a policy that only restricts",
          "alter table t enable row level security; create policy p on t as restrictive using (true)"),
    case("row security with a policy for updates alone",
          "alter table t enable row level security; create policy p on t for update using (true)"),
    read("a function is dropped that the query's function calls", "drop function f0(int)",
          "select id, f1(a) as a from t", FUNCTIONS),
    read("a function gets another name that the query's function calls", "alter function f0(int) rename to g0",
          "select id, f1(a) as a from t", FUNCTIONS),
    write("a function is dropped that a trigger's body calls", "drop function h()", CALLING),
    write("a trigger is disabled that filled a required column", "alter table t disable trigger g", FILLED,
           sent=((9, None),)),
    write("a trigger is dropped that filled a required column", "drop trigger g on t", FILLED, sent=((9, None),)),
    write("a view with a computed column stands in the table's place",
           f"{VIEW} select id, a + 1 as a, b from base{GRANTED}"),
    write("a view that groups stands in the table's place",
           f"{VIEW} select id, max(a) as a from base group by id{GRANTED}"),
    write("a view of a join stands in the table's place",
           f"{VIEW} select base.id, a, b, c from base left join o using (id){GRANTED}", JOINED),
    write("a view with a limit stands in the table's place", f"{VIEW} select id, a, b from base limit 10{GRANTED}"),
    write("a union stands in the table's place",
           f"create table other (like t); {VIEW} select * from base union all select * from other{GRANTED}"),
    write("a materialised view stands in the table's place",
           f"alter table t rename to base; create materialized view t as select * from base{GRANTED}"),
    case("a copy without the grants stands in the table's place",
          "alter table t rename to old; create table t (like old including all); insert into t select * from old",
          KNOWN_GRANTS),
    write("an enum is made again with a value less",
           "alter table t alter a type text; drop type m; create type m as enum ('a');"
           " alter table t alter a type m using a::m", ENUM, promises=MOODS, sent=((9, "b"),)),
    read("a joined table gets a column that the query names without a table", "alter table o add a int",
          "select t.id, a from t join o using (id)", JOINED),
    read("a table of a natural join gets a column that the other has", "alter table o add a int",
          "select t.id, t.a from t natural join o", JOINED),
)  # fmt: skip
HEALTHY = (
    case("row security with a policy for everybody",
          "alter table t enable row level security; create policy p on t using (true)"),
    case("row security with a policy for those who have the grants",
          "alter table t enable row level security; create policy p on t to {client} using (true)", KNOWN_GRANTS),
    case("a table gets another name and has its own again", "alter table t rename to u; alter table u rename to t"),
    case("a table goes to another schema and comes back",
          "create schema side; alter table t set schema side; alter table side.t set schema public"),
    case("the sequence of a default gets another name", "alter sequence s rename to s2",
          "create sequence s; create table t (id bigint primary key, a int default nextval('s'));"
          " insert into t values (1, 5);"),
    write("a view of all rows stands in the table's place", f"{VIEW} select id, a, b from base{GRANTED}"),
    write("a view of some rows stands in the table's place", f"{VIEW} select id, a, b from base where a > 5{GRANTED}"),
    case("a copy with the grants stands in the table's place",
          "alter table t rename to old; create table t (like old including all); insert into t select * from old;"
          " grant select, insert on t to {client}", KNOWN_GRANTS),
    write("an enum is made again with a value more",
           "create type m2 as enum ('a', 'b', 'c'); alter table t alter a type m2 using a::text::m2; drop type m;"
           " alter type m2 rename to m", ENUM, promises=MOODS, sent=((9, "b"),)),
    read("a joined table gets a column of which the query says whose it wants", "alter table o add a int",
          "select t.id, t.a from t join o using (id)", JOINED),
    read("a joined table gets a column of another name", "alter table o add z int",
          "select t.id, a from t join o using (id)", JOINED),
    read("a function is dropped that no function of the query calls", "create function h() returns int language sql as"
          " 'select 1'; drop function h()", "select id, f1(a) as a from t", FUNCTIONS),
    write("a trigger is disabled that filled what every writer sends", "alter table t disable trigger g", FILLED,
           promises=(ID, column("a", "integer", required=True))),
)  # fmt: skip
ATTACKS = (
    *BREAKING,
    *ALSO_BREAKING,
    *BENEATH_BREAKING,
    *ARRIVING_BREAKING,
    *SYMBOLS_BREAKING,
    *RIGHTS_BREAKING,
    *BEHIND_BREAKING,
    *PLACES_BREAKING,
)
SILENT = (
    *HEALTHY,
    *ALSO_HEALTHY,
    *BENEATH_HEALTHY,
    *ARRIVING_HEALTHY,
    *SYMBOLS_HEALTHY,
    *RIGHTS_HEALTHY,
    *BEHIND_HEALTHY,
    *PLACES_HEALTHY,
)
ASKED = [(each, access) for each in (*ATTACKS, *SILENT) for access in each.accesses]


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    yield from servers.opened(request.getfixturevalue(f"server{request.param}"))


@pytest.mark.parametrize(("tried", "access"), ASKED, ids=[f"{each.what} ({access})" for each, access in ASKED])
def test_what_is_said_is_what_the_server_does(connection: psycopg.Connection, tried: Case, access: Access) -> None:
    _, foretold = verdict.judged(tried, access, "table")
    happened = servers.happened(connection, tried, access, "table")
    if tried in ATTACKS:
        assert foretold != verdict.SAME
        assert happened != verdict.SAME
        assert foretold in (happened, verdict.UNPROVEN)
    else:
        assert (foretold, happened) == (verdict.SAME, verdict.SAME)
