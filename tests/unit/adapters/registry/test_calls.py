"""How a registry's URI is shown and bounded."""

import pytest

from schemaguard.adapters.registry.calls import bounded, without_password

LIMITS = "connect_timeout=10&options=-c%20statement_timeout%3D10s"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("https://mlflow.example/", "https://mlflow.example/"),
        ("https://token@mlflow.example", "https://…@mlflow.example"),
        ("postgresql://me@db/ml", "postgresql://me@db/ml"),
        ("postgresql://me:se/cr@et?x@db/ml", "postgresql://me:…@db/ml"),
        ("postgresql://me:se?cret@db/ml", "postgresql://me:…@db/ml"),
        ("postgresql://me:se[cret@db/ml", "postgresql://me:…@db/ml"),
        ("postgresql+psycopg://me@db/ml?password=secret&x=1", "postgresql+psycopg://me@db/ml?password=…&x=1"),
        ("postgresql:///ml?user=a@b", "postgresql:///ml?user=a@b"),
        ("mlruns", "mlruns"),
        ("https://me:secret@mlflow.example:5000/x?y=1", "https://me:…@mlflow.example:5000/x?y=1"),
        ("postgresql://me:se@cret@db/ml", "postgresql://me:…@db/ml"),
        ("https://:secret@mlflow.example", "https://:…@mlflow.example"),
    ],
)
def test_a_uri_is_shown_without_its_password(uri: str, shown: str) -> None:
    assert without_password(uri) == shown


@pytest.mark.parametrize(
    ("uri", "limited"),
    [
        ("postgresql://me@db/ml", f"postgresql://me@db/ml?{LIMITS}"),
        ("postgresql+psycopg2://db/ml", f"postgresql+psycopg2://db/ml?{LIMITS}"),
        ("postgresql://db/ml?sslmode=require", f"postgresql://db/ml?sslmode=require&{LIMITS}"),
        ("postgresql://db/ml?connect_timeout=3", f"postgresql://db/ml?connect_timeout=3&{LIMITS.partition('&')[2]}"),
        ("postgresql://db/ml?options=", f"postgresql://db/ml?options=&{LIMITS.partition('&')[0]}"),
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("https://mlflow.example", "https://mlflow.example"),
        ("mysql://db/ml", "mysql://db/ml"),
    ],
)
def test_a_postgresql_store_gets_the_limits_that_its_uri_lacks(uri: str, limited: str) -> None:
    assert bounded(uri) == limited
    assert bounded(limited) == limited
