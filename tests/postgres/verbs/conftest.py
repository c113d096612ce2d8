"""The site: the reference project's contracts, a database with their tables, a real MLflow registry on sqlite."""

import shutil
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from tests.postgres.verbs.site import TABLES, Site

REFERENCE = Path(__file__).parents[3] / "contracts" / "fraud"


@pytest.fixture(scope="session")
def registry_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry that knows the versions 1 to 9 of fraud."""
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder}/mlflow.db"
    assert not MlflowRegistry(uri).has_model("fraud")  # makes the tables, quietly
    from mlflow.tracking import MlflowClient

    (folder / "artifact").mkdir()
    client = MlflowClient(uri, uri)
    client.create_registered_model("fraud")
    for _ in range(9):
        client.create_model_version("fraud", (folder / "artifact").as_uri())
    return folder / "mlflow.db"


@pytest.fixture
def site(
    database: str,
    registry_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Site:
    shutil.copy(registry_file, tmp_path / "mlflow.db")
    project = tmp_path / "project"
    shutil.copytree(REFERENCE, project / "contracts" / "fraud")
    (project / "schemaguard.toml").write_text('contracts = "contracts"\n')
    made = Site(database, project, f"sqlite:///{tmp_path}/mlflow.db", monkeypatch, capsys)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    monkeypatch.chdir(project)
    # MLflow's own functions leave the last registry in the environment, for the whole process.
    for variable in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", database)
    monkeypatch.setenv("SCHEMAGUARD_REGISTRY_URI", made.registry_uri)
    monkeypatch.setenv("SCHEMAGUARD_ACTOR", "ada")
    return made


@pytest.fixture
def live(site: Site) -> Site:
    """fraud 7 is published and serves."""
    site.done("init")
    site.done("contracts", "publish", "fraud", "7")
    site.done("promote", "fraud", "7", "--yes")
    return site
