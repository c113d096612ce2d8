"""A database with a shop's tables, and a real MLflow store on sqlite with an experiment."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from schemaguard.adapters.registry.models import MlflowRegistry

TABLES = """
create schema app;
create table transactions (
    id bigint primary key, amount numeric(12,2) not null check (amount >= 0), channel text, secret text);
create table app.rates (channel text primary key, rate double precision not null);
create view recent as select id, amount from transactions where channel = 'web';
create table predictions (transaction_id bigint primary key, score double precision not null);
insert into transactions select n, n, case when n % 2 = 0 then 'web' else 'pos' end, 's' from generate_series(1, 20) n;
insert into app.rates values ('web', 0.1), ('pos', 0.2);
"""


_VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "SCHEMAGUARD_REGISTRY_URI", "MLFLOW_RUN_ID")


@pytest.fixture
def shop(database: str) -> str:
    """The URL of a database with tables and rows."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    return database


@pytest.fixture
def engine(shop: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(shop.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of MLflow with its tables, which takes seconds to make: tests copy it."""
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    assert not MlflowRegistry(f"sqlite:///{file}").has_model("fraud")  # makes the tables, quietly
    return file


@pytest.fixture
def tracking(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """MLflow's client of an empty store; no run is active afterwards."""
    import mlflow

    shutil.copy(empty_store, tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    # Another test of the process may have named one, and it would stay.
    mlflow.set_registry_uri(uri)
    client = mlflow.MlflowClient(uri, uri)
    mlflow.set_experiment(
        experiment_id=client.create_experiment("fraud", artifact_location=(tmp_path / "kept").as_uri())
    )
    yield client
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.set_tracking_uri(before)
    mlflow.set_registry_uri("")
    # Its functions leave the last store in the environment, for the whole process.
    for name in _VARIABLES:
        os.environ.pop(name, None)
