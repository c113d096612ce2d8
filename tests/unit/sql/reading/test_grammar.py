"""What PostgreSQL's own parser says of statements, beside what we say of them: libpg_query has the grammar of 18."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from benchmarks.grammar import measure, of_files, parses
from schemaguard.catalog.changes import Unreadable
from schemaguard.sql.reading.syntax import queries
from schemaguard.sql.reading.syntax.lexicon import is_template
from schemaguard.sql.reading.syntax.reading import Symbols
from schemaguard.sql.reading.tokens import BROKEN, META, tokenize
from schemaguard.sql.reading.translate import translate
from tests.fuzz.grammar import damaged, statement
from tests.postgresql_commands import ACTIONS, COMMANDS

_ROOT = Path(__file__).parents[4]
_FENCE = re.compile(r"```sql\n(.*?)```", re.DOTALL)


def test_two_thousand_statements_of_all_forms_are_read() -> None:
    draw = Random(18)
    tally = measure(statement(draw) for _ in range(2000))
    assert tally.refused == []
    assert tally.valid > 1950, "the generator makes statements that PostgreSQL's parser takes"


def test_of_damaged_statements_hardly_one_in_a_hundred_is_read() -> None:
    draw = Random(18)
    tally = measure(damaged(draw, statement(draw)) for _ in range(2000))
    assert tally.invalid > 1500
    assert len(tally.read) <= 0.02 * tally.invalid, tally.read[:20]


def test_no_statement_of_the_fixtures_is_refused() -> None:
    tally = measure(text for text in of_files([_ROOT / "tests/fixtures"]) if parses(text))
    assert tally.valid > 20
    assert tally.refused == []


def test_no_statement_of_the_documents_is_refused() -> None:
    texts = [found for page in _ROOT.glob("docs/**/*.md") for found in _FENCE.findall(page.read_text())]
    assert measure(text for text in texts if _is_plain(text) and parses(text)).refused == []


def test_no_example_of_a_command_is_refused() -> None:
    tally = measure(command.example for command in COMMANDS if _is_plain(command.example))
    assert tally.refused == []
    assert len(ACTIONS) > 20


def test_no_statement_in_the_text_of_a_test_is_refused() -> None:
    texts = {text for path in (_ROOT / "tests").rglob("test_*.py") for text in _texts(path)}
    tally = measure(text for text in sorted(texts) if _is_plain(text) and parses(text))
    assert tally.valid > 500
    assert tally.refused == []


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def _is_plain(text: str) -> bool:
    tokens, _ = tokenize(text)
    if not tokens or tokens[-1].kind == BROKEN or tokens[0].kind == META:
        return False
    return not is_template(tokens) and all(token.key != ";" for token in tokens)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE e (i int DEFAULT (100, ))",
        "CREATE TABLE e",
        "CREATE TABLE e (i int) PARTITION BY RANGE (i) WITH (fillfactor = = 7)",
        "SELECT DISTINCT FROM log",
        "SELECT a FROM log WHERE",
        "SELECT a < b < c FROM log",
        "SELECT a FROM log ORDER BY a, LIMIT 3",
        "SELECT count(a FROM log",
        "SELECT 123abc",
        "SELECT a b c FROM log",
        "SELECT CASE a END FROM log",
        "SELECT a FROM log LIMIT 1, 2",
        "DELETE FROM log WHERE WHERE x = 1",
        "UPDATE log SET a = 1 b = 2",
        "UPDATE log SET WHERE a = 1",
        "INSERT INTO log (a, b) VALUES (1, 2",
        "INSERT INTO log (a) VALUES 1",
        "INSERT INTO log VALUES (1) ON CONFLICT UPDATE SET a = 1",
        "COPY log TO stdout WHERE a = 1",
        "TABLE log DROP COLUMN x",
        "WITH c AS SELECT 1 SELECT * FROM c",
        "ALTER TABLE log ALTER a SET DEFAULT 1 +",
        "ALTER TABLE log ALTER a TYPE int USING",
        "ALTER TABLE log ADD CONSTRAINT c CHECK (a >)",
        "CREATE INDEX i ON log ((a +))",
        "CREATE INDEX i ON log (a) WHERE a is",
        "CREATE VIEW v AS SELECT FROM WHERE",
        "CREATE FUNCTION f(a int,, b int) RETURNS int LANGUAGE sql AS 'select 1'",
        "CREATE POLICY p ON log USING (a = )",
        "CREATE STATISTICS s ON a FROM",
        "LOCK TABLE log IN ROW MODE",
        "SET x = 1 2",
        "EXPLAIN (costs,, off) SELECT 1",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN INSERT VALUES (1)",
    ],
)
def test_what_postgresql_cannot_parse_is_unreadable(text: str) -> None:
    assert not parses(text)
    assert any(isinstance(change, Unreadable) for change in translate(text)), translate(text)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM log WHERE a = %s AND",
        "SELECT * FROM {table} WHERE",
        "INSERT INTO log VALUES :rows",
    ],
)
def test_a_text_that_something_is_put_into_before_it_is_sent_is_not_called_unreadable(text: str) -> None:
    assert not any(isinstance(change, Unreadable) for change in translate(text))


def test_queries_within_queries_are_read_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    common = queries._common

    def counted(symbols: Symbols, at: int) -> int:
        nonlocal read
        read += 1
        return common(symbols, at)

    monkeypatch.setattr(queries, "_common", counted)
    translate("with a as (" * 40 + "select 1" + ") select 1" * 40)
    assert 40 <= read <= 40 * 45
