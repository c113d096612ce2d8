"""Conditions made of literals alone, and whether UPDATE, DELETE and MERGE mean every row."""

import pytest

from schemaguard.catalog.changes import DeleteRows, UpdateRows
from schemaguard.sql.reading.grammar.truth import truth
from schemaguard.sql.reading.tokens import tokenize
from schemaguard.sql.reading.translate import translate

ALWAYS = (
    "true", "TRUE", "(true)", "NOT false", "not not true", "1 = 1", "1=1", "'a' = 'a'", "2 > 1", "1 <> 2", "1 != 2",
    "x = 1 or 1 = 1", "(1 = 1) and true", "x between 1 and 2 or true", "'t'::bool", "true::boolean", "1 is not null",
    "true is true", "((1)) = (1.0)", "a in (1, 2) OR (b = 3 OR NOT (1 = 2))",
)  # fmt: skip
NEVER = ("false", "1 = 0", "not true", "1 = 1 and 1 = 2", "x = 1 and false", "null is not null and false")
UNKNOWN = (
    "id = 1", "id = id", "x or y", "not x", "1", "'a' < 'b'", "exists (select 1)", "a between 1 and true",
    "case when true then x end", "f(true)", "true = x", "1 = 1 and x", "null is null",
)  # fmt: skip


@pytest.mark.parametrize("condition", ALWAYS)
def test_what_holds_for_every_row_is_seen(condition: str) -> None:
    assert truth(tokenize(condition)[0]) is True


@pytest.mark.parametrize("condition", NEVER)
def test_what_holds_for_no_row_is_seen(condition: str) -> None:
    assert truth(tokenize(condition)[0]) is False


@pytest.mark.parametrize("condition", UNKNOWN)
def test_of_all_else_nothing_is_said(condition: str) -> None:
    assert truth(tokenize(condition)[0]) is None


ALL_ROWS = (
    "DELETE FROM t", "DELETE FROM t WHERE true", "DELETE FROM t USING u WHERE 1 = 1 RETURNING id",
    "UPDATE t SET a = 1", "UPDATE t SET a = 1 FROM u", "UPDATE t SET a = 1 WHERE NOT (FALSE) RETURNING a",
    "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "WITH d AS (UPDATE t SET a = 1 WHERE true) SELECT 1",
    "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
    "MERGE INTO t USING u ON 1 = 1 WHEN MATCHED AND true THEN UPDATE SET a = 1",
    "MERGE INTO t USING u ON false WHEN NOT MATCHED BY SOURCE THEN DELETE",
)  # fmt: skip
SOME_ROWS = (
    "DELETE FROM t WHERE id = 1", "UPDATE t SET a = 1 WHERE a <> 1", "DELETE FROM t WHERE CURRENT OF c",
    "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE",
    "MERGE INTO t USING u ON true WHEN MATCHED AND t.a > 1 THEN DELETE",
    "MERGE INTO t USING u ON t.id = u.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 1",
    "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
)  # fmt: skip


@pytest.mark.parametrize(("sql", "some"), [*((sql, False) for sql in ALL_ROWS), *((sql, True) for sql in SOME_ROWS)])
def test_a_statement_over_every_row_has_no_condition_that_counts(sql: str, some: bool) -> None:
    changes = [change for change in translate(sql) if isinstance(change, DeleteRows | UpdateRows)]
    assert [change.has_where for change in changes] == [some]
