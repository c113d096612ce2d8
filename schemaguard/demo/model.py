"""The model: trained on the contract's own feature query, logged to MLflow with a signature, loaded again to score."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

NAME = "fraud"


@dataclass(frozen=True, slots=True)
class Trained:
    """One trained and registered model version."""

    version: str
    rows: int
    area_under_curve: float


def read_features(connection: psycopg.Connection, schema: str, query: str) -> Any:
    """The feature query's rows as a frame, read through the contract views of `schema`."""
    import pandas as pd

    with connection.transaction():
        connection.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(schema)))
        with connection.cursor() as cursor:
            cursor.execute(query.encode())
            names = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=names)


def train(frame: Any, fraud: Any) -> tuple[Any, float]:
    """A fitted pipeline, and its area under the ROC curve on the fifth of the rows that it didn't see."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    features = frame.drop(columns=["id"])
    words = [name for name in features.columns if name not in ("amount", "hour")]
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), words), (StandardScaler(), ["amount", "hour"])
    )
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=200))
    seen, unseen, fraud_seen, fraud_unseen = train_test_split(features, fraud, test_size=0.2, random_state=0)
    pipeline.fit(seen, fraud_seen)
    return pipeline, float(roc_auc_score(fraud_unseen, pipeline.predict_proba(unseen)[:, 1]))


def register(pipeline: Any, frame: Any, registry_uri: str, version: str) -> None:
    """Log the pipeline and register it as `version`, and as the versions before it that are missing."""
    import mlflow
    import mlflow.sklearn
    from mlflow.models import infer_signature
    from mlflow.tracking import MlflowClient

    mlflow.set_tracking_uri(registry_uri)
    mlflow.set_registry_uri(registry_uri)
    features = frame.drop(columns=["id"])
    signature = infer_signature(features, pipeline.predict_proba(features.head(5)))
    mlflow.set_experiment(NAME)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(
            pipeline,
            name="model",
            signature=signature,
            pyfunc_predict_fn="predict_proba",
            pip_requirements=["scikit-learn"],
        )
    client = MlflowClient(registry_uri, registry_uri)
    if not client.search_registered_models(f"name = '{NAME}'"):
        client.create_registered_model(NAME)
    registered = "0"
    while int(registered) < int(version):
        registered = str(client.create_model_version(NAME, logged.model_uri).version)


def prepare_registry(registry_uri: str, artifacts: Path) -> None:
    """Make the registry's tables and the experiment whose artifacts go to a folder; MLflow is quiet from then on."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow.tracking import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    MlflowClient(registry_uri, registry_uri).create_experiment(NAME, artifact_location=artifacts.as_uri())


def score(registry_uri: str, version: str, frame: Any) -> list[tuple[int, float, str]]:
    """Load the version from the registry and score every row: (transaction id, probability of fraud, version)."""
    import mlflow
    import mlflow.pyfunc

    mlflow.set_tracking_uri(registry_uri)
    mlflow.set_registry_uri(registry_uri)
    loaded = mlflow.pyfunc.load_model(f"models:/{NAME}/{version}")
    probabilities = loaded.predict(frame.drop(columns=["id"]))[:, 1]
    return [(int(row), float(value), version) for row, value in zip(frame["id"], probabilities, strict=True)]


def write_predictions(connection: psycopg.Connection, schema: str, predictions: list[tuple[int, float, str]]) -> None:
    """Upsert predictions through the contract views of `schema`."""
    with connection.transaction():
        connection.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(schema)))
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into predictions (transaction_id, score, model_version) values (%s, %s, %s) "
                "on conflict (transaction_id) do update set score = excluded.score, "
                "model_version = excluded.model_version",
                predictions,
            )
