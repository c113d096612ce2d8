"""The signature layer: every PostgreSQL type is read with pandas and given to MLflow's own enforcement."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.types import parse_type
from schemaguard.contracts.signature import _ARRIVES, ACCEPTED, SignatureField, refusal

VALUES = {
    "smallint": "5", "integer": "5", "bigint": "5", "oid": "5",
    "numeric": "1.5", "numeric(12,0)": "5", "numeric(12,2)": "1.5", "real": "1.5", "double precision": "1.5",
    "boolean": "true",
    "text": "'x'", "character varying(5)": "'x'", "character(3)": "'x'", "bpchar": "'x'", "name": "'x'",
    "money": "'1.50'", "bit(3)": "'101'", "bit varying": "'101'", "mood": "'ok'",
    "uuid": "'6ecd8c99-4036-403d-bf84-cf8400f67836'", "inet": "'10.0.0.1'", "int4range": "'[1,2)'",
    "date": "'2026-01-01'", "timestamp without time zone": "'2026-01-01 10:00'",
    "timestamp with time zone": "'2026-01-01 10:00+00'", "interval": "'1 day'",
    "time without time zone": "'10:00'", "time with time zone": "'10:00+00'",
    "bytea": "'\\x01'", "json": "'{\"k\": 1}'", "jsonb": "'{\"k\": 1}'",
    "integer[]": "'{1,2}'", "text[]": "'{x}'", "positive": "5", "label": "'x'",
}  # fmt: skip
BATCHES = {"no NULL": "({v}), ({v})", "some NULLs": "({v}), (null)", "only NULLs": "(null::{t}), (null)"}


@pytest.fixture(scope="module")
def read(server: str) -> Iterator[tuple[Any, Catalog]]:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute("create type mood as enum ('ok')")
        connection.execute("create domain positive as int check (value > 0)")
        connection.execute("create domain label as text")
        yield connection, read_catalog(connection)
        connection.rollback()


def _is_accepted(frame: Any, type_: str) -> bool:
    """Whether a model with that signature predicts on the frame."""
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model, ModelSignature
    from mlflow.pyfunc import PyFuncModel
    from mlflow.types import ColSpec, Schema

    class Constant:
        def predict(self, frame: Any, params: object = None) -> list[int]:
            return [0] * len(frame)

    signature = ModelSignature(Schema([ColSpec(type_, "a")]))
    model = Model(signature=signature, flavors={"python_function": {"loader_module": "none"}})
    try:
        PyFuncModel(model, Constant()).predict(frame)
    except MlflowException as error:
        if "Failed to enforce schema" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize("type_", VALUES)
def test_a_signature_refuses_what_is_said_that_it_refuses(read: tuple[Any, Catalog], type_: str) -> None:
    import pandas as pd

    connection, catalog = read
    for name in ACCEPTED:
        accepted = {}
        for batch, values in BATCHES.items():
            rows = values.format(v=f"{VALUES[type_]}::{type_}", t=type_)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pandas would rather have SQLAlchemy
                frame = pd.read_sql(f"select a from (values {rows}) as x (a)", connection)
                accepted[batch] = _is_accepted(frame, name)
        field = SignatureField("a", name, True)
        filled = refusal(field, parse_type(type_), catalog, may_be_null=False)
        assert (filled is None) == accepted["no NULL"], (name, filled)
        nullable = refusal(field, parse_type(type_), catalog, may_be_null=True)
        assert (nullable is None) == all(accepted.values()), (name, nullable, accepted)


def test_every_type_of_which_something_is_said_is_measured() -> None:
    assert set(_ARRIVES) - {parse_type(type_).name for type_ in VALUES} == set()


def test_every_type_of_mlflow_is_measured() -> None:
    from mlflow.types import DataType

    assert {type_.name for type_ in DataType} == set(ACCEPTED)
