"""What hangs on other objects: types of extensions, composites and domains."""

from tests.postgres.compatibility.case import Case, column

ID = column("id", "bigint", required=True)

# A type with a modifier as pgvector's is: its cast refuses another one. No server has an extension in common with all.
VECTOR = """
create type vector;
create function vector_in(cstring, oid, int4) returns vector language internal immutable strict as 'varcharin';
create function vector_out(vector) returns cstring language internal immutable strict as 'varcharout';
create type vector (input = vector_in, output = vector_out, typmod_in = varchartypmodin, typmod_out = varchartypmodout,
                    like = varchar);
create cast (vector as text) without function as implicit;
create cast (text as vector) without function;
create function vector(vector, int, boolean) returns vector language plpgsql immutable strict as $$
begin
  if array_length(string_to_array($1::text, ','), 1) <> $2 - 4 then
    raise exception 'expected % dimensions', $2 - 4 using errcode = '22000';
  end if;
  return $1;
end $$;
create cast (vector as vector) with function vector(vector, int, boolean) as implicit;
"""
EMBEDDED = f"{VECTOR} create table t (id bigint primary key, a vector(3)); insert into t values (1, '[1,2,3]');"


def _pair(type_: str = "pair") -> str:
    return (
        "create type pair as (x int, y int);"
        f"create table t (id bigint primary key, a {type_}, note text); insert into t values (1, '(1,2)');"
    )


CASES = (
    Case(
        row="modifier of an extension's type, such as vector(3) → vector(5)",
        what="a type of an extension gets another modifier",
        setup=EMBEDDED,
        change="alter table t alter a type vector(5) using (a::text || ',0,0')::vector",
        promises=(ID, column("a", "vector(3)")),
        sent=((2, "[4,5,6]"),),
        through=("table",),
        reader="modifier-changed",
        writer="modifier-changed",
    ),
    Case(
        row="modifier of an extension's type, such as vector(3) → vector(5)",
        what="a type of an extension loses its modifier",
        setup=EMBEDDED,
        change="alter table t alter a type vector",
        promises=(ID, column("a", "vector(3)")),
        sent=((2, "[4,5,6]"),),
        through=("table",),
        reader="modifier-changed",
    ),
    Case(
        row="modifier of an extension's type, such as vector(3) → vector(5)",
        what="a type of an extension gets the modifier that was promised",
        setup=f"{VECTOR} create table t (id bigint primary key, a vector); insert into t values (1, '[1,2,3]');",
        change="alter table t alter a type vector(3)",
        promises=(ID, column("a", "vector(3)")),
        sent=((2, "[4,5,6]"),),
        through=("table",),
        accesses=("write",),
    ),
    Case(
        row="attribute of a composite type dropped",
        what="an attribute is dropped that the query takes out",
        setup=_pair(),
        change="alter type pair drop attribute x",
        promises=(ID, column("a", "pair")),
        query="select id, (a).x from t",
        sent=((2, "(3,4)"),),
        through=("table",),
        reader="attribute-dropped",
        writer="attribute-dropped",
    ),
    Case(
        row="attribute of a composite type dropped",
        what="an attribute is dropped, and the query takes another one out",
        setup=_pair(),
        change="alter type pair drop attribute y cascade",
        promises=(ID, column("a", "pair")),
        query="select id, (t.a).x from t",
        accesses=("read",),
        through=("table",),
    ),
    Case(
        row="attribute of a composite type dropped",
        what="a column of a table is dropped whose row type is under contract",
        setup="create table pair (x int, y int);"
        "create table t (id bigint primary key, a pair); insert into t values (1, '(1,2)');",
        change="alter table pair drop column x",
        promises=(ID, column("a", "pair")),
        query="select id, (a).x from t",
        sent=((2, "(3,4)"),),
        through=("table",),
        reader="attribute-dropped",
        writer="attribute-dropped",
    ),
    Case(
        row="attribute of a composite type renamed",
        what="an attribute gets another name",
        setup=_pair(),
        change="alter type pair rename attribute x to z",
        promises=(ID, column("a", "pair")),
        query="select id, (a).x from t",
        insert="insert into t (id, a.x) values (%s, %s)",
        sent=((2, 3),),
        through=("table",),
        reader="attribute-renamed",
        writer="attribute-renamed",
    ),
    Case(
        row="attribute of a composite type renamed",
        what="an attribute gets another name, and values are taken whole",
        setup=_pair(),
        change="alter type pair rename attribute x to z",
        promises=(ID, column("a", "pair")),
        query="select id, a from t",
        sent=((2, "(3,4)"),),
        through=("table",),
    ),
    Case(
        row="attribute of a composite type renamed",
        what="an attribute gets another name, in the elements of an array",
        setup="create type pair as (x int, y int);"
        "create table t (id bigint primary key, a pair[]); insert into t values (1, '{\"(1,2)\"}');",
        change="alter type pair rename attribute x to z",
        promises=(ID, column("a", "pair[]")),
        query="select id, (a[1]).x from t",
        accesses=("read",),
        through=("table",),
        reader="attribute-renamed",
    ),
    Case(
        row="attribute of a composite type added",
        what="a composite type has one more attribute",
        setup=_pair(),
        change="alter type pair add attribute z int",
        promises=(ID, column("a", "pair")),
        sent=((2, "(3,4)"),),
        through=("table",),
        reader="attribute-added",
        writer="attribute-added",
    ),
    Case(
        row="attribute of a composite type added",
        what="a composite type has one more attribute, and the query takes one out",
        setup=_pair(),
        change="alter type pair add attribute z int",
        promises=(ID, column("a", "pair")),
        query="select id, (a).x from t",
        accesses=("read",),
        through=("table",),
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain gets a check",
        setup="create domain pct as int; create table t (id bigint primary key, a pct);",
        change="alter domain pct add constraint small check (value <= 2)",
        promises=(ID, column("a", "pct")),
        sent=((2, 3),),
        writer="check-added",
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain gets a check that the writer keeps anyway",
        setup="create domain pct as int; create table t (id bigint primary key, a pct);",
        change="alter domain pct add constraint small check (value <= 100)",
        promises=(ID, column("a", "pct", maximum=50)),
        sent=((2, 3),),
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain loses the check that keeps a promised bound",
        setup="create domain pct as int check (value <= 100); create table t (id bigint primary key, a pct);"
        "insert into t values (1, 5);",
        change="alter domain pct drop constraint pct_check",
        promises=(ID, column("a", "pct", maximum=100)),
        others=("insert into t (id, a) values (3, 500)",),
        sent=((2, 3),),
        reader="check-dropped",
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain refuses NULL",
        setup="create domain pct as int; create table t (id bigint primary key, a pct);",
        change="alter domain pct set not null",
        promises=(ID, column("a", "pct")),
        sent=((2, None),),
        writer="null-refused",
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain may be NULL that was promised to be filled",
        setup="create domain pct as int not null; create table t (id bigint primary key, a pct);"
        "insert into t values (1, 5);",
        change="alter domain pct drop not null",
        promises=(ID, column("a", "pct", required=True)),
        others=("insert into t (id, a) values (3, null)",),
        sent=((2, 3),),
        reader="null-possible",
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain fills columns with another value",
        setup="create domain pct as int default 1; create table t (id bigint primary key, a pct);",
        change="alter domain pct set default 2",
        promises=(ID, column("a", "pct")),
        written=(ID,),
        others=("insert into t (id) values (3)",),
        sent=((2,),),
        reader="default-changed",
        writer="default-changed",
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain's constraint gets another name",
        setup="create domain pct as int check (value <= 100); create table t (id bigint primary key, a pct);",
        change="alter domain pct rename constraint pct_check to at_most_100",
        promises=(ID, column("a", "pct")),
        sent=((2, 3),),
    ),
    Case(
        row="constraint, NOT NULL or default of a domain",
        what="a domain over a domain gets a check",
        setup="create domain base as int; create domain pct as base; create table t (id bigint primary key, a pct);",
        change="alter domain base add constraint small check (value <= 2)",
        promises=(ID, column("a", "pct")),
        sent=((2, 3),),
        writer="check-added",
    ),
    Case(
        row="drop column",
        what="the type of a column is dropped with CASCADE",
        setup=_pair(),
        change="drop type pair cascade",
        promises=(ID, column("a", "pair")),
        sent=((2, "(3,4)"),),
        through=("table",),
        reader="column-dropped",
        writer="column-dropped",
    ),
)
