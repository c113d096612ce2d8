"""Golden rows at training time: drawn by a seed, read, scored, and kept as digests unless values are allowed."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from schemaguard.adapters.postgres import golden
from schemaguard.adapters.postgres.connection import connect
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.verification.golden import GoldenRow, GoldenSample, cell


@dataclass(frozen=True, slots=True)
class Sampling:
    """How golden rows are drawn, and what of them is kept."""

    key: tuple[str, ...]
    features: Sequence[str] | None
    rows: int
    seed: int
    has_values: bool


def draw(query: str, sampling: Sampling, score: Callable[[Any], Any], on: Any) -> GoldenSample:
    """Draw, read and score rows of a query; `on` is a URL, an engine, or a connection of SQLAlchemy's."""
    if not sampling.key or sampling.rows < 1:
        raise UsageError("golden rows need a key, and at least one row", next='golden(query, key=["id"], …)')
    with connect(_url(on)) as connection:
        read = golden.read_rows(connection, query, sampling.key, golden.Draw(sampling.rows, sampling.seed), None)
    if not read.texts:
        raise UsageError("the golden query gives no rows", next="name a query that reads what was trained on")
    columns = tuple(name for name in read.columns if name not in sampling.key)
    features = columns if sampling.features is None else tuple(sampling.features)
    scores = scored(read, features, score)
    salt = secrets.token_hex(16)
    places = [read.columns.index(name) for name in columns]
    rows = tuple(
        GoldenRow(
            key,
            tuple(
                cell(texts[place], name, salt, has_values=sampling.has_values)
                for name, place in zip(columns, places, strict=True)
            ),
            scores[key],
        )
        for key, texts in read.texts.items()
    )
    return GoldenSample(
        query, sampling.key, columns, features, read.meanings, rows, sampling.has_values, salt, sampling.seed
    )


def scored(
    read: golden.ReadRows, features: Sequence[str], score: Callable[[Any], Any]
) -> dict[tuple[str, ...], tuple[float | str, ...]]:
    """Key → the scores of its row: numbers, and words where the model says words.

    UsageError where the model doesn't give one result a row.
    """
    import numpy
    import pandas

    if unknown := [name for name in features if name not in read.columns]:
        raise UsageError(f"the query gives no column {unknown[0]}", at="features", next="name its columns")
    frame = pandas.DataFrame([[row[name] for name in features] for row in read.values.values()], columns=list(features))
    given = score(frame)
    results = numpy.asarray(given).reshape(len(frame), -1) if len(frame) else numpy.zeros((0, 1))
    if len(given) != len(frame):
        raise UsageError(f"the model gave {len(given)} results for {len(frame)} rows", next="one result a row")
    return {key: tuple(_plain(value) for value in results[place]) for place, key in enumerate(read.values)}


def _plain(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _url(on: Any) -> str:
    """The URL of what says where; UsageError where it says nothing."""
    if isinstance(on, str):
        return on
    engine = getattr(on, "engine", on)
    url = getattr(engine, "url", None)
    if url is None:
        raise UsageError("golden rows need a URL or an engine", at="on", next="golden(…, on=engine)")
    return str(url.render_as_string(hide_password=False))
