"""What is split in the tests: each form with two clients, and what each of them should read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Form:
    """A change, the columns that its two versions use, and what one side's values are to the other."""

    name: str
    base: str
    change: str
    table: str
    """As the old version names it."""
    old: tuple[str, ...]
    new: tuple[str, ...]
    """As the new version names them until the contract revision."""
    final: tuple[str, ...]
    old_values: tuple[Values, ...]
    new_values: tuple[Values, ...]
    up: Callable[[Values], Values] = lambda values: values
    down: Callable[[Values], Values] = lambda values: values
    ups: tuple[str, ...] = ()
    downs: tuple[str, ...] = ()
    new_table: str | None = None
    """As the new version names it, where that is another name."""
    fixed: bool = False
    """Whether old writers' values are mended as they are written, so that both read the mended one."""
    notes: dict[str, str] = field(default_factory=dict)


_TEXTS = (("a",), ("b c",), ("",), ("x" * 200,), ("ü — $sync$ ' \\ %s :x",))
_T = "create table t (id bigint primary key, v {}, other int default 1, unique (id, other)); create index on t (v);"
_HOSTILE = '"or""d $sync$ er"."T:a b"'

FORMS = (
    Form("rename", _T.format("text not null"), "alter table t rename column v to w", "t", ("v",), ("w",), ("w",),
         _TEXTS, _TEXTS),
    Form(
        "rename of a column of a key with a default",
        _T.format("text default 'd', unique (v, id)"), "alter table t rename v to \"W x\"", "t",
        ("v",), ('"W x"',), ('"W x"',),
        (("p",), ("q",)), (("r",), ("s",)),
    ),
    Form(
        "rename with hostile names",
        'create schema "or""d $sync$ er"; create table ' + _HOSTILE
        + ' (id int primary key, "select" text not null, "a""b;--" text, other int);',
        "alter table " + _HOSTILE + ' rename column "select" to "Ne""w %s :y"',
        _HOSTILE, ('"select"',), ('"Ne""w %s :y"',), ('"Ne""w %s :y"',), _TEXTS, _TEXTS,
    ),
    Form(
        "int to bigint", _T.format("int not null default 7 check (v >= 0)"), "alter table t alter v type bigint",
        "t", ("v",), ("v_new",), ("v",), ((1,), (2,), (2**31 - 1,)), ((3,), (4,), (0,)),
    ),
    Form(
        "text to int with expressions", _T.format("text not null"), "alter table t alter v type int using v::int",
        "t", ("v",), ("v_new",), ("v",), (("1",), ("22",)), ((3,), (-4,)),
        lambda values: (int(values[0]),), lambda values: (str(values[0]),), downs=("v=v_new::text",),
    ),
    Form(
        "numeric to int, which rounds", _T.format("numeric(6,1)"), "alter table t alter v type int",
        "t", ("v",), ("v_new",), ("v",), ((1,), (2,)), ((3,), (4,)), downs=("v_new",),
    ),
    Form(
        "json to jsonb, which has no equality", "create table t (id int primary key, v json, other int);",
        "alter table t alter v type jsonb using v::jsonb", "t", ("v::text",), ("v_new::text",), ("v::text",),
        (), (), downs=("v_new::text::json",),
    ),
    Form(
        "split", "create table t (id int primary key, v text not null, other int);",
        "alter table t drop column v, add column a text not null, add column b text", "t",
        ("v",), ("a", "b"), ("a", "b"),
        (("x y",), ("p q",)), (("m", "n"), ("k", "l")),
        lambda values: tuple(values[0].split(" ")), lambda values: (" ".join(values),),
        ups=("a=split_part(v, ' ', 1)", "b=split_part(v, ' ', 2)"), downs=("v=a || ' ' || b",),
    ),
    Form(
        "merge", "create table t (id int primary key, a text, b text, other int);",
        "alter table t drop a; alter table t drop b; alter table t add v text", "t", ("a", "b"), ("v",), ("v",),
        (("x", "y"), ("p", "q")), (("m n",), ("k l",)),
        lambda values: (" ".join(values),), lambda values: tuple(values[0].split(" ")),
        ups=("v=a || ' ' || b",), downs=("a=split_part(v, ' ', 1)", "b=split_part(v, ' ', 2)"),
    ),
    Form(
        "drop x, add another x", "create table t (id int primary key, v int not null, other int);",
        "alter table t drop column v; alter table t add column v text not null", "t", ("v",), ("v_new",), ("v",),
        ((1,), (2,)), (("3",), ("44",)), lambda values: (str(values[0]),), lambda values: (int(values[0]),),
        downs=("v=v_new::int",),
    ),
    Form(
        "enum without a value",
        "create type mood as enum ('x', 'y', 'z'); create table t (id int primary key, v mood default 'y', other int);",
        "alter type mood rename to mood_old; create type mood as enum ('x', 'y'); alter table t alter v drop default; "
        "alter table t alter v type mood using v::text::mood; alter table t alter v set default 'x'; "
        "drop type mood_old",
        "t", ("v",), ("v_new",), ("v",), (("x",), ("z",)), (("x",), ("y",)),
        lambda values: ("y" if values[0] == "z" else values[0],), ups=("case v when 'z' then 'y' else v::text end",),
    ),
    Form(
        "set not null", _T.format("text"), "alter table t alter v set not null", "t", ("v",), ("v",), ("v",),
        (("a",), (None,)), (("b",), ("c",)), lambda values: (values[0] or "none",),
        lambda values: values, ups=("'none'",), fixed=True,
    ),
    Form(
        "rename of a table", _T.format("text not null"), "alter table t rename to u", "t", ("v",), ("v",), ("v",),
        _TEXTS, _TEXTS, new_table="u",
    ),
    Form(
        "another schema", _T.format("text") + "create schema s2;", "alter table t set schema s2", "t", ("v",), ("v",),
        ("v",), _TEXTS, _TEXTS, new_table="s2.t",
    ),
    Form(
        "new check", _T.format("int"), "alter table t add constraint small check (v < 10)", "t", ("v",), ("v",), ("v",),
        ((1,), (50,)), ((2,), (3,)), lambda values: (min(values[0], 9),), lambda values: values,
        ups=("v=least(v, 9)",), fixed=True,
    ),
    Form(
        "rename of a column that keys and expressions hang on",
        "create table t (id int primary key, v text not null unique, other int); "
        "create table r (v text references t (v)); "
        "create index low on t (lower(v)) where v <> ''; alter table t add check (length(v) < 900 or other > 0);",
        "alter table t rename column v to w; create index after on t (w, id)", "t", ("v",), ("w",), ("w",),
        (), (),
    ),
    Form(
        "a counter and primary key of a wider type",
        "create table t (id serial primary key, v text, other int); create table r (x int);",
        "alter table t alter column id type bigint", "t", ("v",), ("v",), ("v",), (), (),
    ),
    Form(
        "another type below an expression index, a check of two columns and a foreign key",
        "create table p (id bigint primary key); create table t (id int primary key, v int not null references p, "
        "other int, check (v > coalesce(other, 0) - 100)); create index e on t ((v + 1)) where v > 3; "
        "create index i on t (other, v desc);",
        "alter table t alter v type bigint", "t", ("v",), ("v_new",), ("v",), (), (),
    ),
    Form(
        "several changes at once", "create table t (id int primary key, a text, b int, c text, other int);",
        "alter table t rename a to a2; alter table t alter b type bigint; alter table t drop column c; "
        "alter table t add column d text; create index on t (d); create index on t (a2)",
        "t", ("other",), ("other",), ("other",), (), (),
    ),
)  # fmt: skip
