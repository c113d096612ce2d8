from collections.abc import Callable

import pytest

from schemaguard.finding import Place
from schemaguard.sql.reading.statements import comments, split
from tests.unit.sql.work import growth


def texts(sql: str) -> list[str]:
    return [statement.sql for statement in split(sql, "f.sql")]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        (" ;; -- nothing\n; ", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1 ; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT E'it\'s;'; SELECT 2", [r"SELECT E'it\'s;'", "SELECT 2"]),
        (r"SELECT 'a\'; SELECT 2", [r"SELECT 'a\'", "SELECT 2"]),
        ("SELECT 'a;'\n  ';b'; SELECT 2", ["SELECT 'a;'\n  ';b'", "SELECT 2"]),
        ("SELECT U&'\\0061;', U&\"x;\\0061\"; SELECT 2", ["SELECT U&'\\0061;', U&\"x;\\0061\"", "SELECT 2"]),
        ('SELECT ";""a;"; SELECT 2', ['SELECT ";""a;"', "SELECT 2"]),
        ("SELECT /* a; /* b; */ c; */ 1; SELECT 2", ["SELECT /* a; /* b; */ c; */ 1", "SELECT 2"]),
        ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("DO $$ BEGIN x; END $$; SELECT 2", ["DO $$ BEGIN x; END $$", "SELECT 2"]),
        ("DO $a$ $$;$$ $b$;$b$ $a$; SELECT 2", ["DO $a$ $$;$$ $b$;$b$ $a$", "SELECT 2"]),
        ("SELECT a$b$c; SELECT $1; SELECT 2", ["SELECT a$b$c", "SELECT $1", "SELECT 2"]),
        ("SELECT 1 / 2; SELECT a->>'x'; SELECT c ?| d", ["SELECT 1 / 2", "SELECT a->>'x'", "SELECT c ?| d"]),
        ("SELECT 1--2\n; SELECT 3", ["SELECT 1", "SELECT 3"]),
    ],
)  # fmt: skip
def test_a_text_is_split_where_the_server_splits_it(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_the_body_of_a_function_in_standard_form_is_one_statement() -> None:
    body = "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END"
    assert texts(f"{body}; SELECT 3") == [body, "SELECT 3"]


def test_the_actions_of_a_rule_are_one_statement() -> None:
    rule = "CREATE RULE r AS ON INSERT TO t DO INSTEAD (DELETE FROM a; DELETE FROM b)"
    assert texts(f"{rule}; SELECT 3") == [rule, "SELECT 3"]
    assert texts(rule) == [rule]


@pytest.mark.parametrize(
    "bad",
    [
        "CREATE TABLE t (a int",
        "INSERT INTO t VALUES ('it's')",
        'SELECT "abc',
        "SELECT 1 /* never closed",
        "DO $x$ BEGIN END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1",
        "SELECT E'a\\'",
    ],
)
def test_a_broken_statement_hides_neither_what_is_before_nor_what_is_behind_it(bad: str) -> None:
    found = texts(f"DROP TABLE before;\n{bad};\nDROP TABLE behind;\n")
    assert found[0] == "DROP TABLE before"
    assert found[-1] == "DROP TABLE behind"
    assert bad in found


def test_the_data_of_a_copy_belongs_to_no_statement() -> None:
    sql = "COPY t (a) FROM stdin;\nit's; 1\n\\N\n\\.\n\nCOPY u FROM STDIN WITH (FORMAT csv);\n'\n\\.\nDROP TABLE t;"
    assert texts(sql) == ["COPY t (a) FROM stdin", "COPY u FROM STDIN WITH (FORMAT csv)", "DROP TABLE t"]


def test_a_command_of_psql_is_a_statement_up_to_its_lines_end() -> None:
    assert texts("\\connect app\nSELECT 1;\nSELECT 2 \\gexec\nSELECT 3") == [
        "\\connect app",
        "SELECT 1",
        "SELECT 2",
        "\\gexec",
        "SELECT 3",
    ]


def test_a_statement_knows_its_place() -> None:
    first, second = split("-- a\n  SELECT 1;\r\n\n  /* b */ SELECT\n2", "f.sql", first_line=10)
    assert first.place == Place("f.sql", 11, 3)
    assert second.place == Place("f.sql", 13, 11)


def test_comments_above_beside_and_inside_belong_to_the_statement() -> None:
    sql = "-- above\nSELECT /* inside */ 1; -- beside\n\n/* above\nthe second */\nSELECT 2\n-- last"
    first, second = split(sql, "f.sql")
    assert first.comments == ("above", "inside", "beside")
    assert second.comments == ("above\nthe second",)


def test_all_comments_of_a_text_are_listed_with_their_places() -> None:
    found = comments("-- one\nSELECT '-- none'; /* two */", "f.sql")
    assert found == ((Place("f.sql", 1, 1), "one"), (Place("f.sql", 2, 19), "two"))


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: "'" * (100 * size + 1),
        lambda size: "(" * 200 * size,
        lambda size: "/*" * 200 * size,
        lambda size: "$a$;\n$b$;\n" * 40 * size,
        lambda size: "-" * 300 * size,
        lambda size: ";" * 300 * size,
        lambda size: "create function begin atomic ;" * 20 * size,
        lambda size: "create rule (;" * 20 * size,
        lambda size: "copy t from stdin;\n" * 20 * size,
        lambda size: "\\x\n" * 50 * size,
        lambda size: "E'\\" * 50 * size,
        lambda size: "".join(f"$t{n}$;\n" for n in range(20 * size)),
    ],
    ids=range(12),
)
def test_hostile_texts_are_split_with_work_that_grows_with_their_length(hostile: Callable[[int], str]) -> None:
    assert growth(_split, hostile) < 2.1
    _split(hostile(1_000))


def _split(sql: str) -> None:
    split(sql, "f.sql")


def test_work_that_grows_with_the_square_of_the_length_would_be_noticed() -> None:
    def each_with_each(sql: str) -> int:
        return sum(1 for one in sql for other in sql if one < other)

    assert growth(each_with_each, lambda size: "a" * size) > 3.5
    assert growth(lambda sql: [one.upper() for one in sql], lambda size: "a" * size) < 2.1
