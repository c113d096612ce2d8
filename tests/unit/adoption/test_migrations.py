"""Where migrations are found, as each tool lays them out, without a word from anybody."""

import pytest

from schemaguard.adoption.migrations import FoundHistory, at_path, find_migrations
from schemaguard.errors import HistoryError
from schemaguard.history.sources import MemoryFiles

UP = "create table t (id bigint primary key);\n"
ENV = "from alembic import context\n"
REVISION = "revision = '1'\ndown_revision = None\n\ndef upgrade():\n    pass\n"
INI = "[alembic]\nscript_location = {}\n"


@pytest.mark.parametrize(
    ("texts", "path", "tool"),
    [
        ({"alembic.ini": INI.format("m"), "m/env.py": ENV, "m/versions/a.py": REVISION}, "alembic.ini", "alembic"),
        (
            {"back/alembic.ini": INI.format("m"), "back/m/env.py": ENV, "back/m/versions/a.py": REVISION},
            "back/alembic.ini",
            "alembic",
        ),
        (
            {
                "pyproject.toml": '[tool.alembic]\nscript_location = "m"\n',
                "m/env.py": ENV,
                "m/versions/a.py": REVISION,
            },
            "pyproject.toml",
            "alembic",
        ),
        ({"src/app/m/env.py": ENV, "src/app/m/versions/a.py": REVISION}, "src/app/m", "alembic"),
        ({"migrations/1_a.sql": UP}, "migrations", "plain"),
        ({"db/migrate/1_a.sql": UP, "db/seeds/x.sql": "insert into t values (1);"}, "db/migrate", "plain"),
        ({"supabase/migrations/20240101_a.sql": UP}, "supabase/migrations", "plain"),
        ({"src/main/resources/db/migration/V1__a.sql": UP}, "src/main/resources/db/migration", "flyway"),
        ({"internal/store/sql/1_a.up.sql": UP}, "internal/store/sql", "golang-migrate"),
        ({"prisma/migrations/1_a/migration.sql": UP}, "prisma/migrations", "folders"),
        ({"crates/db/migrations/1_a/up.sql": UP}, "crates/db/migrations", "folders"),
        ({"db/migrations/1_a.sql": f"-- migrate:up\n{UP}"}, "db/migrations", "dbmate"),
        ({"store/schema/1_a.sql": f"-- +goose Up\n{UP}"}, "store/schema", "goose"),
        ({"database/steps/001_a.sql": UP, "database/steps/002_b.sql": UP}, "database/steps", "plain"),
        (
            {"drizzle/meta/_journal.json": '{"entries": [{"idx": 0, "tag": "0_a"}]}', "drizzle/0_a.sql": UP},
            "drizzle",
            "drizzle",
        ),
    ],
)
def test_migrations_are_found_where_their_tool_keeps_them(texts: dict[str, str], path: str, tool: str) -> None:
    others = {"README.md": "", "queries/report.sql": "select 1 from t;\n", "node_modules/x/migrations/1_a.sql": UP}
    (found,) = find_migrations(MemoryFiles({**texts, **others}))
    assert (found.path, found.tool) == (path, tool)


@pytest.mark.parametrize(
    "texts",
    [
        {"README.md": ""},
        {"queries/report.sql": "select 1;"},
        {"tests/migrations/1_a.sql": UP},
        {".hidden/migrations/1_a.sql": UP},
        {"vendor/x/migrations/1_a.sql": UP},
    ],
)
def test_what_nobody_migrates_with_is_not_taken_for_migrations(texts: dict[str, str]) -> None:
    assert find_migrations(MemoryFiles(texts)) == ()


def test_each_of_several_services_has_its_own() -> None:
    found = find_migrations(MemoryFiles({"a/migrations/1_a.sql": UP, "b/migrations/V1__a.sql": UP}))
    assert [one.path for one in found] == ["a/migrations", "b/migrations"]


def test_a_path_that_leads_nowhere_is_said() -> None:
    with pytest.raises(HistoryError, match="there is no nowhere"):
        at_path("nowhere", MemoryFiles({"a.sql": UP}))


@pytest.mark.parametrize(
    ("tool", "count", "words"),
    [("alembic", 1, "Alembic, 1 revision"), ("goose", 2, "goose, 2 revisions"), ("plain", 3, "SQL files, 3 revisions")],
)
def test_a_history_is_told_in_words(tool: str, count: int, words: str) -> None:
    assert FoundHistory("x", tool, count).in_words == words
