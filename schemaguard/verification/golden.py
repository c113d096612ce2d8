"""Golden rows: a sample of what training read and scored, to see later whether the same rows still mean the same."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass

_HASH_LENGTH = 16
TOLERANCE = 1e-9
"""How far scores may be apart, relative to the larger one or to 1."""


@dataclass(frozen=True, slots=True)
class GoldenRow:
    """One row: the key that finds it again, its other values (or their digests) as texts, and its scores."""

    key: tuple[str, ...]
    cells: tuple[str | None, ...]
    scores: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class GoldenSample:
    """What was read and scored at training time.

    `meanings` are what the server says of the columns that the query reads and of their tables: types, orders of enums,
    collations, defaults, generated expressions, triggers, bodies of views, and settings of the session.
    """

    query: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    features: tuple[str, ...]
    """The columns that are handed to the model."""
    meanings: Mapping[str, str]
    rows: tuple[GoldenRow, ...]
    has_values: bool
    salt: str
    seed: int

    def document(self) -> dict[str, Any]:
        """The sample as one JSON object."""
        return {
            "version": 1,
            "query": self.query,
            "key": list(self.key),
            "columns": list(self.columns),
            "features": list(self.features),
            "meanings": dict(self.meanings),
            "rows": [[list(row.key), list(row.cells), list(row.scores)] for row in self.rows],
            "has_values": self.has_values,
            "salt": self.salt,
            "seed": self.seed,
        }


def parse_sample(document: Any, at: str) -> GoldenSample:
    """The sample that a document tells of. ContractError where it is none."""
    try:
        if document["version"] != 1:
            raise ValueError(document["version"])
        rows = tuple(GoldenRow(tuple(key), tuple(cells), tuple(scores)) for key, cells, scores in document["rows"])
        return GoldenSample(
            str(document["query"]), tuple(document["key"]), tuple(document["columns"]), tuple(document["features"]),
            dict(document["meanings"]), rows, bool(document["has_values"]), str(document["salt"]),
            int(document["seed"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(
            "this is not a sample of golden rows", at=at, next="train again with recording.golden"
        ) from error


def cell(text: str | None, column: str, salt: str, *, has_values: bool) -> str | None:
    """A value as it is kept: itself where that is allowed, else its digest. NULL stays NULL."""
    if text is None or has_values:
        return text
    return hashlib.sha256(json.dumps([salt, column, text]).encode()).hexdigest()[:_HASH_LENGTH]


@dataclass(frozen=True, slots=True)
class Rescored:
    """What became of golden rows: how many were compared, and what differs from training, a line each."""

    rows: int
    missing: int
    differences: tuple[str, ...]
    is_scored: bool

    @property
    def holds(self) -> bool:
        """Whether rows were found, and nothing differs."""
        return self.rows > 0 and not self.differences


def compare(
    sample: GoldenSample,
    meanings: Mapping[str, str],
    found: Mapping[tuple[str, ...], tuple[str | None, ...]],
    scores: Mapping[tuple[str, ...], tuple[float | str, ...]] | None,
    retired: Collection[str] = (),
) -> Rescored:
    """What differs between the sample and what is read (as texts) and scored now; `scores` None: nothing was scored.

    `retired` are columns (`table.column`) and tables that are out of sight: their defaults and triggers are kept
    elsewhere meanwhile, so only their values are compared.
    """
    there = [row for row in sample.rows if row.key in found]
    said = [*_meanings(sample.meanings, meanings, retired), *_cells(sample, there, found)]
    if scores is not None:
        said += _scores(there, scores)
    if not there:
        said.append(f"none of {len(sample.rows)} rows is there any more")
    return Rescored(len(there), len(sample.rows) - len(there), tuple(said), scores is not None)


def _meanings(before: Mapping[str, str], now: Mapping[str, str], retired: Collection[str]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *now)):
        place = name.rpartition(" ")[2]
        if place in retired or place.partition(".")[0] in retired:
            continue
        was, is_ = before.get(name), now.get(name)
        if was != is_:
            yield f"{name} was {was or 'none'}, and is {is_ or 'none'}"


def _cells(
    sample: GoldenSample, there: Sequence[GoldenRow], found: Mapping[tuple[str, ...], tuple[str | None, ...]]
) -> Iterator[str]:
    for place, column in enumerate(sample.columns):
        kept: Callable[[str | None], str | None] = lambda text, name=column: cell(  # type: ignore[misc]  # noqa: E731
            text, name, sample.salt, has_values=sample.has_values
        )
        many = sum(row.cells[place] != kept(found[row.key][place]) for row in there)
        if many:
            yield f"{column} is another value in {many:,} of {len(there):,} rows"


def _scores(there: Sequence[GoldenRow], scores: Mapping[tuple[str, ...], tuple[float | str, ...]]) -> Iterator[str]:
    many, worst = 0, 0.0
    for row in there:
        apart = _apart(row.scores, scores.get(row.key, ()))
        many += apart > TOLERANCE
        worst = max(worst, apart)
    if many:
        shown = f"by up to {worst:.3g}" if worst < float("inf") else "and can't be compared as numbers"
        yield f"the score differs in {many:,} of {len(there):,} rows, {shown}"


def _apart(before: Sequence[float | str], now: Sequence[float | str]) -> float:
    if len(before) != len(now):
        return float("inf")
    worst = 0.0
    for was, is_ in zip(before, now, strict=True):
        if isinstance(was, str) or isinstance(is_, str):
            worst = worst if was == is_ else float("inf")
        elif was != is_ and not (was != was and is_ != is_):
            distance = abs(was - is_) / max(abs(was), abs(is_), 1.0)
            worst = max(worst, distance if distance == distance else float("inf"))
    return worst
