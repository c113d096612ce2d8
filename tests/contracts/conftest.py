from pathlib import Path

import pytest

from tests.contracts.projects import MIGRATION, Project

_VARIABLES = (
    "SCHEMAGUARD_DATABASE_URL", "SCHEMAGUARD_REGISTRY_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_URI",
    "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
)  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A folder with nothing in it, no database and no registry."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "schemaguard.toml").write_text("")
    monkeypatch.chdir(folder)
    return Project(folder, monkeypatch)


@pytest.fixture
def project(empty: Project) -> Project:
    """A project with migrations, and no contract yet."""
    empty.write("schemaguard.toml", "migrations = 'sql'\n")
    empty.write("sql/001.sql", MIGRATION)
    return empty
