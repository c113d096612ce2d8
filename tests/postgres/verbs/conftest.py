"""The site: the reference project's contracts, a database with their tables, a real MLflow registry on sqlite."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from tests.postgres.verbs.site import TABLES, Site
from tests.templates import Templates

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
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    return _opened(database, registry_file, tmp_path, monkeypatch, capsys)


def _opened(
    database: str, registry: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Site:
    """The reference project in a folder, with a copy of a registry, and this process in it."""
    shutil.copy(registry, folder / "mlflow.db")
    project = folder / "project"
    shutil.copytree(REFERENCE, project / "contracts" / "fraud")
    (project / "schemaguard.toml").write_text('contracts = "contracts"\n')
    made = Site(database, project, f"sqlite:///{folder}/mlflow.db", monkeypatch, capsys)
    monkeypatch.chdir(project)
    # MLflow's own functions leave the last registry in the environment, for the whole process.
    for variable in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", database)
    monkeypatch.setenv("SCHEMAGUARD_REGISTRY_URI", made.registry_uri)
    monkeypatch.setenv("SCHEMAGUARD_ACTOR", "ada")
    return made


@pytest.fixture
def live(
    server: str,
    registry_file: Path,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Site]:
    """fraud 7 is published and serves."""

    def serves(url: str, folder: Path) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES.encode())
        with pytest.MonkeyPatch.context() as patch:
            made = _opened(url, registry_file, folder, patch, capsys)
            made.done("install")
            made.done("contracts", "publish", "fraud", "7")
            made.done("promote", "fraud", "7", "--yes")

    with templates.copy(server, "live", serves) as (url, folder):
        yield _opened(url, folder / "mlflow.db", tmp_path, monkeypatch, capsys)
