"""rescore: the rows that training read, read again through the version's contract and scored again by its artifact."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemaguard.adapters.control import golden_samples
from schemaguard.adapters.postgres import golden
from schemaguard.adapters.postgres.golden_drawing import scored
from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError, RegistryError, UsageError
from schemaguard.verification.golden import GoldenSample, Rescored, compare, parse_sample

if TYPE_CHECKING:
    from schemaguard.adapters.postgres.connection import Connection

Score = Callable[[Any], Any]


def rescore(site: Site, model: str, version: str, file: Path | None = None, *, values_only: bool = False) -> Rescored:
    """Compare a version's golden rows with what its contract gives now, and with what its artifact says of that.

    The sample is the file's, else what the control schema keeps, else that of the version's training run; it is kept in
    the control schema then. Raises UsageError where there is none, RegistryError where the artifact can't be loaded.
    """
    connection = site.database.connection
    sample = _from_file(file) if file is not None else golden_samples.find(connection, model, version)
    is_new = file is not None
    if sample is None:
        sample, is_new = _of_the_run(site, model, version), True
    found = look(connection, model, version, sample, None if values_only else _load(site, model, version))
    if is_new:
        golden_samples.keep(connection, site.actor, model, version, sample)
    return found


def standing(connection: "Connection", model: str, version: str, sample: GoldenSample, *, limit_s: float) -> Rescored:
    """What became of the golden rows' values, without the artifact. DatabaseError where a statement takes longer than
    the limit.
    """
    with golden.limited(connection, limit_s):
        return look(connection, model, version, sample, None)


def asked(site: Site, model: str, version: str) -> Rescored | None:
    """What became of the kept golden rows, scored where the artifact can be loaded; None where none are kept."""
    connection = site.database.connection
    sample = golden_samples.find(connection, model, version)
    if sample is None:
        return None
    try:
        score: Score | None = _load(site, model, version)
    except (RegistryError, ConfigError):
        score = None
    return look(connection, model, version, sample, score)


def look(connection: "Connection", model: str, version: str, sample: GoldenSample, score: Score | None) -> Rescored:
    """Read the sample's rows through the version's contract views, score them where there is a model, and compare."""
    schema = golden_samples.view_schema(connection, model, version)
    keys = [row.key for row in sample.rows]
    read = golden.read_rows(connection, sample.query, sample.key, keys, schema)
    places = [read.columns.index(name) for name in sample.columns if name in read.columns]
    if len(places) != len(sample.columns):
        gone = next(name for name in sample.columns if name not in read.columns)
        raise UsageError(f"the golden query gives no column {gone} any more", next="train again with recording.golden")
    texts = {key: tuple(row[place] for place in places) for key, row in read.texts.items()}
    scores = scored(read, sample.features, score) if score is not None and read.values else None
    return compare(sample, read.meanings, texts, scores, golden_samples.retired(connection))


def _from_file(file: Path) -> GoldenSample:
    try:
        return parse_sample(json.loads(file.read_text(encoding="utf-8")), str(file))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the golden rows can't be read: {error}", at=str(file), next="name a readable file"
        ) from error


def _of_the_run(site: Site, model: str, version: str) -> GoldenSample:
    from schemaguard.adapters.registry import training_runs

    text = training_runs.golden_of(_registry_uri(site), model, version)
    if text is None:
        raise UsageError(
            f"no golden rows are kept of {model} {version}",
            next="call recording.golden(…) in the training run, or name their file with --golden",
        )
    try:
        return parse_sample(json.loads(text), f"the run of {model} {version}")
    except ValueError as error:
        raise UsageError(f"the golden rows of the run can't be read: {error}", next="train again") from error


def _load(site: Site, model: str, version: str) -> Score:
    """The version's artifact as MLflow loads it, which runs the model's own code."""
    from schemaguard.adapters.registry.artifacts import load_predict

    try:
        return load_predict(_registry_uri(site), model, version)
    except RegistryError as error:
        raise RegistryError(error.what, at=error.at, next="--values-only compares without the artifact") from error


def _registry_uri(site: Site) -> str:
    """ConfigError where no registry is configured."""
    return site.environment.registry_uri or site.registry.place
