"""PostgreSQL's own parser beside ours: what it refuses is unreadable, what it takes is never called so."""

import subprocess
import sys
from functools import cache
from random import Random

import pytest

from benchmarks.grammar import parses
from schemaguard.catalog.changes import Change, NoEffect, Opaque, Unreadable
from schemaguard.sql.reading import confirming
from schemaguard.sql.reading.confirming import confirmed
from schemaguard.sql.reading.libpg_query import parser
from schemaguard.sql.reading.translate import LONGEST, translate
from tests.fuzz.grammar import damaged, statement


def _judged(sql: str) -> tuple[Change, ...]:
    return confirmed(sql, translate(sql))


def test_the_parser_is_found_where_its_wheel_is_installed() -> None:
    assert parser() is not None


def test_what_only_the_parser_refuses_is_unreadable_with_its_message_and_place() -> None:
    read = (NoEffect("SELECT"),)
    assert confirmed("select 1 from t wehre a = 1", read) == (
        Unreadable('syntax error at or near "a" (column 23 of the statement)'),
    )
    assert confirmed("select 'é', ü\nfrom t\nwhere a == == 1 b", read) == (
        Unreadable('syntax error at or near "b" (line 3, column 15 of the statement)'),
    )
    assert confirmed("select U&'\\061'", read) == (Unreadable("invalid Unicode escape (column 11 of the statement)"),)


def test_what_only_our_grammar_refuses_is_opaque() -> None:
    (found,) = confirmed("select 1", (Unreadable("a table is expected at '1'"),))
    assert found == Opaque("PostgreSQL's parser takes it, and it is not understood here: a table is expected at '1'")


def test_what_both_refuse_says_what_our_grammar_says() -> None:
    sql = "delete from log where where a = 1"
    assert _judged(sql) == translate(sql)
    assert isinstance(translate(sql)[0], Unreadable)


def test_without_the_parser_everything_stays_as_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirming, "parser", lambda: None)
    read = (NoEffect("SELECT"),)
    assert confirmed("select from where", read) is read


@cache
def _damaged() -> list[str]:
    draw = Random(5)
    return [damaged(draw, statement(draw)) for _ in range(300)]


def test_of_damaged_statements_none_is_read_where_the_parser_is_asked_too() -> None:
    invalid = [text for text in _damaged() if not parses(text) and "%" not in text and "$" not in text]
    assert len(invalid) > 150
    assert [text for text in invalid if not any(isinstance(one, Unreadable) for one in _judged(text))] == []


def test_no_statement_that_the_parser_takes_is_unreadable() -> None:
    assert not [
        text for text in _damaged() if parses(text) and any(isinstance(one, Unreadable) for one in _judged(text))
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from {table} wehre a = 1",
        "select :columns from",
        "update t set a = %s wehre b = %s",
        "insert into t (a) values (%(a)s) b",
        "update items set name=%(items.name)s",
        "update items set name=%(a name)s",
        "update t set a=%(a)s",
        "update t set a = %s",
        "select ${columns} from",
        "\\connect other",
        "\\copy t from 'file'",
    ],
)
def test_a_text_that_is_not_what_the_server_gets_is_not_asked_for(sql: str) -> None:
    read = (NoEffect("X"),)
    assert confirmed(sql, read) is read


@pytest.mark.parametrize(
    "sql",
    [
        "create table t (system_user text)",
        "select system_user from t where system_user.a",
        "create function json_value(a json, b text) returns text language sql as 'select 1'",
        "select json()",
        "create table t (a json_table)",
        "alter table t add column c json_scalar",
    ],
)
def test_a_word_that_was_free_on_15_is_not_judged_by_the_grammar_of_18(sql: str) -> None:
    read = (NoEffect("X"),)
    assert not parses(sql)
    assert confirmed(sql, read) is read


def test_such_a_word_elsewhere_hides_no_error() -> None:
    read = (NoEffect("X"),)
    assert confirmed("create table t (a json, json_value text) foo bar", read) != read


@pytest.mark.parametrize(
    "sql", ["select '\x00' from where", "select '" + chr(0xD800) + "' from where", "select from where" * LONGEST]
)
def test_what_no_server_gets_is_not_asked_for(sql: str) -> None:
    read = (NoEffect("X"),)
    assert confirmed(sql, read) is read


_HOSTILE = """
from schemaguard.sql.reading.libpg_query import parser
parse = parser()
n = 60_000
deep = ["select " + "(" * n + "1" + ")" * n, "select (" * n + "select 1" + ")" * n, "select " + "not " * n + "true",
    "select 1" + " union select 1" * n, "select 1 from a" + " join a on true" * n, "select 1" + "::int" * n,
    "select " + "case when true then " * n + "1" + " end" * n, "select 1" + "+1" * n, "select a" + ' collate "C"' * n,
    "with a as (" * n + "select 1" + ") select 1" * n, "select " + "/*" * n + "*/" * n + "1", "select f(" * n,
    "create schema s " + "create table a (i int) " * n, "create rule r as on insert to t do (" + "select 1;" * n + ")",
    "select array" + "[" * n, "select '" + "x" * n, 'select "' + "x" * n, "select $a$" + "x" * n]
for text in deep:
    parse(text)
print("lived")
"""


def test_no_depth_or_length_of_a_statement_ends_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", _HOSTILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "lived\n"), done.stderr


def test_where_the_parser_gives_up_nothing_is_said() -> None:
    parse = parser()
    assert parse is not None
    assert parse("select " + "(" * 100_000) is None
    assert parse("select " + "/*" * 2000 + "*/" * 2000 + " from where") is None
