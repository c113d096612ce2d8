"""Golden rows from the training run to `schemaguard rescore`, with a real MLflow model."""

import json
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import schemaguard
from schemaguard.adapters import control
from schemaguard.cli.app import app

QUERY = "select id, amount, channel from transactions"


class Model(mlflow.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> Any:
        return model_input["amount"] * 0.5 + model_input["channel"].str.len()


def test_a_version_is_rescored_from_its_run_and_from_the_control_schema(
    shop: str, engine: sa.Engine, tracking: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    with mlflow.start_run() as run, schemaguard.record(model="fraud") as recording:
        pd.read_sql(QUERY, engine)
        recording.golden(QUERY, key=["id"], score=lambda frame: model.predict(None, frame), on=engine, rows=12)
        logged = mlflow.pyfunc.log_model(name="model", python_model=model, pip_requirements=[])
    uri = mlflow.get_tracking_uri()
    tracking.create_registered_model("fraud")
    version = tracking.create_model_version("fraud", logged.model_uri, run.info.run_id).version
    with psycopg.connect(shop, autocommit=True) as connection:
        control.install(connection)
    monkeypatch.chdir(tmp_path)
    words = ["rescore", "fraud", str(version), "--database-url", shop]
    done = CliRunner().invoke(app, [*words, "--registry-uri", uri])
    assert done.output == f"fraud {version}  12 rows, same values, same scores ± 1e-9\n"
    assert done.exit_code == 0
    with psycopg.connect(shop, autocommit=True) as connection:
        kept = connection.execute("select document from schemaguard.golden").fetchone()
        assert kept is not None
        assert kept[0] == recording.golden_document
        assert "web" not in json.dumps(kept[0]["rows"])
        connection.execute("update transactions set amount = amount * 100")
    # The registry isn't needed for what is kept.
    done = CliRunner().invoke(app, [*words, "--values-only"])
    assert done.output == f"fraud {version}  12 rows: not the same\n  amount is another value in 12 of 12 rows\n"
    assert done.exit_code == 1
    done = CliRunner().invoke(app, [*words, "--registry-uri", uri, "--format", "json"])
    told = json.loads(done.stdout)
    assert (told["holds"], told["rows"], told["scored"]) == (False, 12, True)
    assert told["differences"][1].startswith("the score differs in 12 of 12 rows, by up to 0.9")


def test_without_golden_rows_it_says_what_to_do(shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        control.install(connection)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.json").write_text("{}")
    done = CliRunner().invoke(app, ["rescore", "fraud", "7", "--golden", "x.json", "--database-url", shop])
    assert "this is not a sample of golden rows" in str(done.exception)
