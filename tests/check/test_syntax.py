"""`check` on statements that our grammar reads and PostgreSQL's own parser refuses, with and without that parser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.sql.reading import confirming
from tests.check.checking import checked, project, rules_of

_WRONG = "alter sequence\n    s restart with 5 5"
_ALEMBIC = '''import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    op.execute("""{sql}""")
    op.execute(sa.text("update t set a = :a where").bindparams(a=1))
'''


def _sql(folder: Path) -> CheckResult:
    return checked(project(folder, {"migrations/1.sql": f"create sequence s;\n{_WRONG};\n"}), "migrations")


def _alembic(folder: Path) -> CheckResult:
    return checked(project(folder, {"versions/a.py": _ALEMBIC.format(sql=_WRONG)}), "versions")


@pytest.mark.parametrize("check", [_sql, _alembic])
def test_with_the_parser_its_message_and_place_are_said(tmp_path: Path, check: Callable[[Path], CheckResult]) -> None:
    (found,) = [one for one in check(tmp_path).findings if one.rule == "syntax-error"]
    assert found.message == 'syntax error at or near "5" (line 2, column 22 of the statement)'


@pytest.mark.parametrize("check", [_sql, _alembic])
def test_without_it_only_our_grammar_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Callable[[Path], CheckResult]
) -> None:
    monkeypatch.setattr(confirming, "parser", lambda: None)
    assert "syntax-error" not in rules_of(check(tmp_path))
