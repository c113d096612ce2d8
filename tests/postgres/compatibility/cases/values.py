"""Values: enums, lists and bounds."""

from tests.postgres.compatibility.case import Case, column

ID = column("id", "bigint", required=True)
ENUM = (
    "create type mood as enum ('sad', 'ok');"
    "create table t (id bigint primary key, a mood); insert into t values (1, 'ok');"
)
LIST = (
    "create table t (id bigint primary key, a text, constraint listed check (a in ('sad', 'ok')));"
    "insert into t values (1, 'ok');"
)
BOUND = "create table t (id bigint primary key, a int, constraint bound check (a >= 0)); insert into t values (1, 50);"
KNOWN = ("sad", "ok")

CASES = (
    Case(
        row="enum or CHECK value added",
        what="an enum gets a value that a reader doesn't know",
        setup=ENUM,
        change="alter type mood add value 'glad'",
        promises=(ID, column("a", "mood", enum=KNOWN)),
        sent=((2, "sad"),),
        others=("insert into t values (9, 'glad')",),
        reader="value-added",
    ),
    Case(
        row="enum or CHECK value added",
        what="an enum gets a value, and the reader promised itself nothing",
        setup=ENUM,
        change="alter type mood add value 'glad'",
        promises=(ID, column("a", "mood")),
        written=(ID, column("a", "mood", enum=KNOWN)),
        sent=((2, "sad"),),
    ),
    Case(
        row="enum or CHECK value added",
        what="a list in a CHECK gets longer",
        setup=LIST,
        change="alter table t drop constraint listed; "
        "alter table t add constraint listed check (a in ('sad', 'ok', 'glad'))",
        promises=(ID, column("a", "text", enum=KNOWN)),
        sent=((2, "sad"),),
        others=("insert into t values (9, 'glad')",),
        reader="value-added",
    ),
    Case(
        row="enum or CHECK value removed",
        what="a list in a CHECK gets shorter",
        setup=LIST,
        change="alter table t drop constraint listed; alter table t add constraint listed check (a in ('ok'))",
        promises=(ID, column("a", "text", enum=KNOWN)),
        sent=((2, "sad"),),
        writer="value-removed",
    ),
    Case(
        row="enum or CHECK value removed",
        what="an enum is replaced by one with fewer values",
        setup=ENUM,
        change="alter type mood rename to mood_old; create type mood as enum ('ok'); "
        "alter table t alter a type mood using a::text::mood; drop type mood_old",
        promises=(ID, column("a", "mood", enum=KNOWN)),
        sent=((2, "sad"),),
        through=("table",),
        writer="value-removed",
    ),
    Case(
        row="enum value renamed",
        what="an enum's value is spelled in another way",
        setup=ENUM,
        change="alter type mood rename value 'ok' to 'fine'",
        promises=(ID, column("a", "mood", enum=KNOWN)),
        query="select id, a from t where a = 'ok'",
        sent=((2, "ok"),),
        reader="value-renamed",
        writer="value-renamed",
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a CHECK is added that the writes may violate",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 50);",
        change="alter table t add constraint bound check (a >= 10)",
        promises=(ID, column("a", "integer")),
        sent=((2, 5),),
        writer="check-added",
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a CHECK is added that the writer's own bounds imply",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 50);",
        change="alter table t add constraint bound check (a >= 0)",
        promises=(ID, column("a", "integer", minimum=0)),
        sent=((2, 0),),
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a minimum is raised",
        setup=BOUND,
        change="alter table t drop constraint bound; alter table t add constraint bound check (a >= 10)",
        promises=(ID, column("a", "integer", minimum=0)),
        sent=((2, 5),),
        writer="check-added",
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a CHECK excludes the bound that the writer may reach",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 50);",
        change="alter table t add constraint bound check (a > 0)",
        promises=(ID, column("a", "integer", minimum=0)),
        sent=((2, 0),),
        writer="check-added",
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a CHECK excludes a bound that the writer excludes, too",
        setup="create table t (id bigint primary key, a int); insert into t values (1, 50);",
        change="alter table t add constraint bound check (a > 0)",
        promises=(ID, column("a", "integer", exclusive_minimum=0)),
        sent=((2, 1),),
    ),
    Case(
        row="drop CHECK / lower a minimum",
        what="a CHECK lets the bound in that was promised to stay out",
        setup="create table t (id bigint primary key, a int, constraint bound check (a > 0));"
        "insert into t values (1, 50);",
        change="alter table t drop constraint bound; alter table t add constraint bound check (a >= 0)",
        promises=(ID, column("a", "integer", exclusive_minimum=0)),
        sent=((2, 5),),
        others=("insert into t values (9, 0)",),
        reader="check-dropped",
    ),
    Case(
        row="add CHECK / raise a minimum",
        what="a CHECK is about two columns",
        setup="create table t (id bigint primary key, a int, b int); insert into t values (1, 50, 60);",
        change="alter table t add constraint ordered check (a < b)",
        promises=(ID, column("a", "integer", minimum=0), column("b", "integer", minimum=0)),
        sent=((2, 5, 5),),
        writer="check-added",
    ),
    Case(
        row="drop CHECK / lower a minimum",
        what="the CHECK that kept a promised bound is dropped",
        setup=BOUND,
        change="alter table t drop constraint bound",
        promises=(ID, column("a", "integer", minimum=0)),
        sent=((2, 5),),
        others=("insert into t values (9, -1)",),
        reader="check-dropped",
    ),
    Case(
        row="drop CHECK / lower a minimum",
        what="a minimum is lowered below what was promised",
        setup=BOUND,
        change="alter table t drop constraint bound; alter table t add constraint bound check (a >= -10)",
        promises=(ID, column("a", "integer", minimum=0)),
        sent=((2, 5),),
        others=("insert into t values (9, -1)",),
        reader="check-dropped",
    ),
    Case(
        row="drop CHECK / lower a minimum",
        what="a CHECK is dropped of which nothing was promised",
        setup=BOUND,
        change="alter table t drop constraint bound",
        promises=(ID, column("a", "integer")),
        written=(ID, column("a", "integer", minimum=0)),
        sent=((2, 5),),
    ),
    Case(
        row="drop CHECK / lower a minimum",
        what="the list of values in a CHECK is dropped",
        setup=LIST,
        change="alter table t drop constraint listed",
        promises=(ID, column("a", "text", enum=KNOWN)),
        sent=((2, "sad"),),
        others=("insert into t values (9, 'glad')",),
        reader="value-added",
    ),
)
