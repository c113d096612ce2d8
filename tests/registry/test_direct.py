"""What is read without MLflow is what MLflow's client reads, and its client is asked where that can't be told."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from schemaguard.adapters.registry.direct import NotDirectError, SqliteReader, direct_reader
from schemaguard.adapters.registry.models import MlflowRegistry

pytestmark = pytest.mark.xdist_group("registry")


def test_it_reads_what_the_client_reads(registry: MlflowRegistry, registry_uri: str) -> None:
    reader = direct_reader(registry_uri, {})
    if reader is None:
        assert registry_uri.startswith("postgresql")
        return
    registry.set_alias("fraud", "direct", "2")
    client = MlflowRegistry(registry_uri)
    client._direct = None
    assert reader.alias("fraud", "direct") == client.alias("fraud", "direct") == "2"
    assert reader.alias("fraud", "never-set") is None
    found = reader.version("fraud", "1")
    assert found is not None
    assert found.artifact_uri is not None
    assert client.artifact_uri("fraud", "1") == registry.artifact_uri("fraud", "1") is not None
    assert reader.version("fraud", "99") is None
    with pytest.raises(NotDirectError):
        reader.alias("nobody", "direct")


@pytest.mark.parametrize(
    ("uri", "environ"),
    [
        ("postgresql://somewhere/mlflow", {}),
        ("databricks", {}),
        ("models", {}),
        ("http://localhost:5000", {"MLFLOW_TRACKING_TOKEN": "secret"}),
        ("https://user:secret@localhost", {}),
        ("sqlite:///mlflow.db", {"MLFLOW_WORKSPACE": "team"}),
        ("sqlite://", {}),
    ],
)
def test_what_only_the_client_knows_how_to_ask_is_left_to_it(uri: str, environ: dict[str, str]) -> None:
    assert direct_reader(uri, environ) is None


def test_a_store_of_another_form_is_left_to_the_client(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table registered_models (id integer)")
    connection.close()
    with pytest.raises(NotDirectError):
        SqliteReader(file).alias("fraud", "champion")
    with pytest.raises(NotDirectError):
        SqliteReader(tmp_path / "missing.db").version("fraud", "1")
    assert not (tmp_path / "missing.db").exists()


def test_reading_an_alias_does_not_import_mlflow(registry: MlflowRegistry, registry_uri: str) -> None:
    if direct_reader(registry_uri, {}) is None:
        return
    registry.set_alias("fraud", "light", "1")
    program = (
        "import sys; from schemaguard.adapters.registry.models import MlflowRegistry;"
        f"registry = MlflowRegistry({registry_uri!r});"
        "print(registry.alias('fraud', 'light'), registry.has_version('fraud', '1'), 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True", "False"]
