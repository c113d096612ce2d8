"""Reading MLflow's store in a file without MLflow, on a store made by hand after its dbmodels."""

import sqlite3
from pathlib import Path

import pytest

from schemaguard.adapters.registry.direct import (
    NotDirectError,
    ServerReader,
    SqliteReader,
    StoredVersion,
    direct_reader,
)

_STORE = """
create table registered_models (name text{workspace});
create table registered_model_aliases (name text, alias text, version integer{workspace});
create table model_versions (
    name text, version integer, source text, storage_location text, current_stage text{workspace});
insert into registered_models values ('fraud'{default}), ('it''s'{default});
insert into registered_model_aliases values ('fraud', 'champion', 7{default}), ('it''s', 'champion', 1{default});
insert into model_versions values
    ('fraud', 7, 's3://source/7', null, 'None'{default}),
    ('fraud', 8, 's3://source/8', 's3://stored/8', 'None'{default}),
    ('fraud', 6, 's3://source/6', null, 'Deleted_Internal'{default});
"""


def _store(file: Path, *, workspace: str = "") -> SqliteReader:
    connection = sqlite3.connect(file)
    given = (
        {"workspace": ", workspace text", "default": f", '{workspace}'"}
        if workspace
        else dict.fromkeys(("workspace", "default"), "")
    )
    connection.executescript(_STORE.format(**given))
    connection.close()
    return SqliteReader(file)


@pytest.mark.parametrize("workspace", ["", "default"])
def test_aliases_and_versions_are_read(tmp_path: Path, workspace: str) -> None:
    reader = _store(tmp_path / "a b?.db", workspace=workspace)
    assert (reader.alias("fraud", "champion"), reader.alias("it's", "champion")) == ("7", "1")
    assert reader.alias("fraud", "challenger") is None
    assert reader.version("fraud", "7") == StoredVersion("7", "s3://source/7")
    assert reader.version("fraud", "8") == StoredVersion("8", "s3://stored/8")


def test_a_version_that_was_deleted_or_never_made_is_none(tmp_path: Path) -> None:
    reader = _store(tmp_path / "mlflow.db")
    assert (reader.version("fraud", "6"), reader.version("fraud", "9"), reader.version("other", "1")) == (None,) * 3


@pytest.mark.parametrize(("model", "version"), [("other", None), ("fraud", "latest"), ("fraud", "7.0")])
def test_what_only_mlflow_can_tell_is_left_to_it(tmp_path: Path, model: str, version: str | None) -> None:
    reader = _store(tmp_path / "mlflow.db")
    with pytest.raises(NotDirectError):
        reader.alias(model, "champion") if version is None else reader.version(model, version)


def test_what_is_of_another_workspace_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(NotDirectError):
        _store(tmp_path / "mlflow.db", workspace="other").alias("fraud", "champion")


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_a_file_that_is_no_store_is_left_to_mlflow_and_not_made(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mlflow.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NotDirectError):
        SqliteReader(file).alias("fraud", "champion")
    assert (file.read_bytes() if file.exists() else None) == content


@pytest.mark.parametrize(
    ("uri", "environ", "kind"),
    [
        ("sqlite:///mlflow.db", {}, SqliteReader),
        ("sqlite:////abs/mlflow.db", {}, SqliteReader),
        ("https://mlflow.example/", {}, ServerReader),
        ("sqlite:///mlflow.db?mode=ro", {}, None),
        ("sqlite://", {}, None),
        ("https://me:secret@mlflow.example", {}, None),
        ("https://mlflow.example", {"MLFLOW_TRACKING_TOKEN": "x"}, None),
        ("https://mlflow.example", {"MLFLOW_TRACKING_TOKEN": ""}, ServerReader),
        ("postgresql://db/ml", {}, None),
        ("databricks", {}, None),
        ("./mlruns", {}, None),
    ],
)
def test_a_registry_is_read_directly_only_where_its_uri_says_all(
    uri: str, environ: dict[str, str], kind: type | None
) -> None:
    found = direct_reader(uri, environ)
    assert found is None if kind is None else isinstance(found, kind)
