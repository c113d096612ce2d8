"""The models: trained on their contracts' own feature queries, logged with a signature, loaded again to score.

`fraud` says of a transaction how likely it is fraud, and from version 8 on which feature spoke most for it; `limits`
reads that and says how much a customer may spend.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_FRAUD_WRITES = {
    "7": ("transaction_id", "score", "model_version"),
    "8": ("transaction_id", "score", "model_version", "reason"),
}
_LIMITS_WRITES = ("customer_id", "amount", "model_version")
EXPERIMENT = "cards"


def read_features(connection: psycopg.Connection, schema: str, query: str) -> Any:
    """The feature query's rows as a frame, read through the contract views of `schema`."""
    import pandas as pd

    with connection.transaction():
        connection.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(schema)))
        with connection.cursor() as cursor:
            cursor.execute(query.encode())
            names = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=names)


def train_fraud(frame: Any, fraud: Any) -> tuple[Any, float]:
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


def train_limits(frame: Any, largest: Mapping[int, float]) -> Any:
    """A fitted regression from what a customer spends, and fraud says of it, to their largest honest amount."""
    from sklearn.linear_model import LinearRegression

    known = frame[frame["customer_id"].isin(largest.keys())]
    return LinearRegression().fit(known.drop(columns=["customer_id"]), known["customer_id"].map(largest))


def register(name: str, version: str, fitted: Any, features: Any, registry_uri: str) -> None:
    """Log a model and register it as `version`, and as the versions before it that are missing."""
    import mlflow
    import mlflow.sklearn
    from mlflow.models import infer_signature
    from mlflow.tracking import MlflowClient

    mlflow.set_tracking_uri(registry_uri)
    mlflow.set_registry_uri(registry_uri)
    predict = "predict_proba" if hasattr(fitted, "predict_proba") else "predict"
    signature = infer_signature(features, getattr(fitted, predict)(features.head(5)))
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(
            fitted, name="model", signature=signature, pyfunc_predict_fn=predict, pip_requirements=["scikit-learn"]
        )
    client = MlflowClient(registry_uri, registry_uri)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    registered = "0"
    while int(registered) < int(version):
        registered = str(client.create_model_version(name, logged.model_uri).version)


def prepare_registry(registry_uri: str, artifacts: Path) -> None:
    """Make the registry's tables and the experiment whose artifacts go to a folder; MLflow is quiet from then on."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow.tracking import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    MlflowClient(registry_uri, registry_uri).create_experiment(EXPERIMENT, artifact_location=artifacts.as_uri())


def score_fraud(registry_uri: str, version: str, frame: Any) -> list[tuple[Any, ...]]:
    """Load the version from the registry and score every row: what it writes to `predictions`."""
    pipeline = _loaded(registry_uri, f"models:/fraud/{version}")
    features = frame.drop(columns=["id"])
    scores = pipeline.predict_proba(features)[:, 1]
    rows = zip(frame["id"], scores, _reasons(pipeline, features), strict=True)
    return [(int(row), float(score), version, reason)[: len(_FRAUD_WRITES[version])] for row, score, reason in rows]


def score_limits(registry_uri: str, version: str, frame: Any) -> list[tuple[Any, ...]]:
    """Load the version from the registry and say how much each customer may spend: what it writes."""
    fitted = _loaded(registry_uri, f"models:/limits/{version}")
    amounts = fitted.predict(frame.drop(columns=["customer_id"]))
    rows = zip(frame["customer_id"], amounts, strict=True)
    return [(int(row), max(0.0, float(amount)), version) for row, amount in rows]


def _loaded(registry_uri: str, uri: str) -> Any:
    import mlflow
    import mlflow.sklearn

    mlflow.set_tracking_uri(registry_uri)
    mlflow.set_registry_uri(registry_uri)
    return mlflow.sklearn.load_model(uri)


def _reasons(pipeline: Any, features: Any) -> list[str]:
    """The feature of each row that speaks most for fraud, by what the regression adds for it."""
    import numpy as np

    columns, regression = pipeline[0], pipeline[-1]
    values = columns.transform(features)
    added = np.asarray(values.todense() if hasattr(values, "todense") else values) * regression.coef_[0]
    named = [_feature(each, features.columns) for each in columns.get_feature_names_out()]
    return [named[at] for at in added.argmax(axis=1)]


def _feature(name: str, columns: Sequence[str]) -> str:
    """The column that a transformed one was made from: `onehotencoder__entry_mode_chip` was `entry_mode`."""
    rest = name.partition("__")[2]
    return max((each for each in columns if rest == each or rest.startswith(f"{each}_")), key=len)


def write_scores(
    connection: psycopg.Connection, schema: str, model: str, version: str, rows: list[tuple[Any, ...]]
) -> None:
    """Upsert what a model says through the contract views of `schema`."""
    table = "predictions" if model == "fraud" else "spending_limits"
    columns = _FRAUD_WRITES[version] if model == "fraud" else _LIMITS_WRITES
    key, *others = (sql.Identifier(column) for column in columns)
    statement = sql.SQL("insert into {} ({}) values ({}) on conflict ({}) do update set {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join([key, *others]),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        key,
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(each) for each in others),
    )
    with connection.transaction():
        connection.execute(sql.SQL("set local search_path to {}").format(sql.Identifier(schema)))
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
