"""The names that the server makes: cut to 63 bytes where PostgreSQL cuts, numbered where one is taken."""

import pytest

from schemaguard.catalog import names
from schemaguard.catalog.objects import Name
from tests.unit.catalog.folding import folded

LONG_TABLE, LONG_COLUMN = "t" * 50, "c" * 40


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a" * 63, "a" * 63),
        ("a" * 64, "a" * 63),
        ("ü" * 31, "ü" * 31),
        ("ü" * 32, "ü" * 31),
        ("a" + "€" * 21, "a" + "€" * 20),
    ],
)
def test_a_name_is_cut_to_63_bytes_and_never_within_a_character(name: str, kept: str) -> None:
    assert names.truncate(name) == kept


@pytest.mark.parametrize(
    ("first", "second", "label", "made"),
    [
        ("item", "price", "check", "item_price_check"),
        ("item", None, "pkey", "item_pkey"),
        (LONG_TABLE, LONG_COLUMN, "key", f"{'t' * 29}_{'c' * 29}_key"),
        (LONG_TABLE, "id", "fkey", f"{LONG_TABLE}_id_fkey"),
        ("t" * 63, "id", "idx", f"{'t' * 56}_id_idx"),
        ("id", "c" * 63, "idx", f"id_{'c' * 56}_idx"),
        ("t" * 63, None, "pkey", f"{'t' * 58}_pkey"),
    ],
)
def test_the_longer_part_of_a_made_name_gives_way(first: str, second: str | None, label: str, made: str) -> None:
    assert names.make_name(first, second, label) == made
    assert len(made.encode()) <= names.LONGEST_NAME_BYTES


def test_the_first_number_that_is_free_is_put_behind_a_taken_name() -> None:
    taken = {"a_b_idx", "a_b_idx1"}
    assert names.choose_name("a", "b", "idx", set().__contains__) == "a_b_idx"
    assert names.choose_name("a", "b", "idx", taken.__contains__) == "a_b_idx2"


def test_repeated_columns_of_an_index_are_numbered() -> None:
    assert names.index_columns(["a", "a", "b", "a"]) == ("a", "a1", "b", "a2")
    assert names.index_columns(["c" * 63] * 2) == ("c" * 63, "c" * 62 + "1")


def test_joined_columns_end_where_nothing_more_could_be_seen() -> None:
    assert names.addition(["a", "b", "c"]) == "a_b_c"
    assert names.addition(["a" * 63, "b", "c"]) == "a" * 63 + "_b"


@pytest.mark.parametrize(
    ("expression", "called"),
    [
        ("lower(note)", "lower"), ("(note)", "note"), ('"Full Name"', "Full Name"), ("a + b", "expr"),
        ("side.f(a)", "f"), ("lower(a) || lower(b)", "expr"), ("(a + 1)::text", "text"), ("note::text", "note"),
        ("CASE WHEN a THEN b END", "case"), ("cast(a + 1 as bigint)", "bigint"),
    ],
)  # fmt: skip
def test_an_expression_of_an_index_is_called_after_what_it_calls(expression: str, called: str) -> None:
    assert names.expression_name(expression) == called


@pytest.mark.parametrize(
    ("text", "inner"), [("((a))", "a"), ("(a) + (b)", "(a) + (b)"), ("(')')", "')'"), (" a ", "a")]
)
def test_only_parentheses_around_the_whole_are_taken_away(text: str, inner: str) -> None:
    assert names.bare(text) == inner


@pytest.mark.parametrize(
    ("statements", "index"),
    [
        ("create table t (id int primary key)", "t_pkey"),
        ("create table t (a int unique)", "t_a_key"),
        ("create table t (a int, b int, unique (a, b))", "t_a_b_key"),
        ("create table t (a int); create index on t (a)", "t_a_idx"),
        ("create table t (a int); create index on t (a); create index on t (a)", "t_a_idx1"),
        ("create table t (a text); create index on t (lower(a))", "t_lower_idx"),
        ("create table t (a int, exclude using btree (a with =))", "t_a_excl"),
        (f"create table {LONG_TABLE} ({LONG_COLUMN} int unique)", f"{'t' * 29}_{'c' * 29}_key"),
        ("create table t_pkey (a int); create table t (id int primary key)", "t_pkey1"),
    ],
)
def test_a_folded_index_has_the_servers_name(statements: str, index: str) -> None:
    assert Name(index, "public") in folded(statements).indexes


@pytest.mark.parametrize(
    ("statements", "constraint"),
    [
        ("create table t (a int check (a > 0))", "t_a_check"),
        ("create table t (a int check (a > 0) check (a < 9))", "t_a_check1"),
        ("create table t (a int, b int, check (a > b))", "t_check"),
        ("create table u (id int primary key); create table t (a int references u)", "t_a_fkey"),
        ("create table t (a int); alter table t add check (a > 0)", "t_a_check"),
    ],
)
def test_a_folded_constraint_has_the_servers_name(statements: str, constraint: str) -> None:
    table = folded(statements).tables[Name("t", "public")]
    assert table.constraint(constraint) is not None
