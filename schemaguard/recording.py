"""Records, at training time, what a feature query reads, as the contract of the model that is trained.

with mlflow.start_run():
    with schemaguard.record(model="fraud") as recording:
        features = pandas.read_sql(query, engine)
    ...                                           # train, log the model
recording.digest                                  # the same as in the last run: its contract is inherited

The version isn't known before the model is registered. It knows its run then: `schemaguard contracts infer fraud 9`
takes what that recorded.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from schemaguard.adapters.postgres import capture, golden_drawing
from schemaguard.adapters.registry import training_runs
from schemaguard.commands.contracts import record as recorded
from schemaguard.contracts.contract import ContractTable, ReadsThrough
from schemaguard.errors import UsageError
from schemaguard.verification.golden import GoldenSample

__all__ = ["Recording", "record"]

_LOGGER = logging.getLogger("schemaguard.recording")


class Recording:
    """What one block recorded; filled in when the block has ended well."""

    def __init__(self, model: str) -> None:
        self.model = model
        self._made: recorded.RecordedContract | None = None
        self._kept: recorded.KeptRecord | None = None
        self._golden: GoldenSample | None = None

    def __repr__(self) -> str:
        return f"<Recording of {self.model}: {self.digest[:12] if self.is_complete else 'not complete'}>"

    @property
    def is_complete(self) -> bool:
        """Whether the block has ended, and its contract was made."""
        return self._made is not None

    @property
    def contract(self) -> str:
        """The contract's draft (ODCS 3.2, YAML); without the model's version, which nobody knows yet."""
        return self._done.text

    @property
    def tables(self) -> tuple[ContractTable, ...]:
        """What is read and written."""
        return self._done.tables

    @property
    def digest(self) -> str:
        """SHA-256 over reads and writes, in hex: two runs that read the same have the same."""
        return self._done.digest

    @property
    def queries(self) -> tuple[str, ...]:
        """The SQL that ran and read, each once, without parameters."""
        return tuple(query.text.rstrip("\n") for query in self._done.queries)

    @property
    def notes(self) -> tuple[str, ...]:
        """What isn't looked into and a person has to judge: functions, and statements that aren't queries."""
        return self._done.notes

    @property
    def run_id(self) -> str | None:
        """The MLflow run that it was kept with, None where `log=False`."""
        return self._kept.run_id if self._kept is not None else None

    @property
    def inherits_from(self) -> str | None:
        """The run whose contract is the same, None where this is the first one or differs from the last."""
        return self._kept.inherits_from if self._kept is not None else None

    @property
    def changes(self) -> tuple[str, ...]:
        """How it differs from the last run's, a line each; empty where it doesn't."""
        return self._kept.changes if self._kept is not None else ()

    def golden(
        self,
        query: str,
        *,
        key: Sequence[str],
        score: Callable[[Any], Any],
        on: Any,
        features: Sequence[str] | None = None,
        rows: int = 1000,
        values: bool = False,
        seed: int = 7,
    ) -> None:
        """Keep a seeded sample of what the query reads and of what `score` says of it, for `schemaguard rescore`.

        `key` names the columns that find a row again; their values are kept. Of the others only digests are, unless
        `values=True` allows more. `score` takes a pandas frame of the `features` (None: all columns but the key) and
        gives one result a row, as the logged model does. `on` is an engine, a connection of SQLAlchemy's, or a URL.
        UsageError where rows can't be told by the key, DatabaseError where the query can't run.
        """
        with capture.unheard():
            self._golden = golden_drawing.draw(
                query, golden_drawing.Sampling(tuple(key), features, rows, seed, values), score, on
            )

    @property
    def golden_document(self) -> dict[str, Any] | None:
        """The golden rows as `schemaguard rescore --golden FILE` reads them; None where none were kept."""
        return self._golden.document() if self._golden is not None else None

    @property
    def _done(self) -> recorded.RecordedContract:
        if self._made is None:
            raise UsageError("nothing is recorded before the block has ended", next="use it behind the with block")
        return self._made


@contextmanager
def record(
    *,
    model: str,
    writes: Sequence[str] = (),
    reads_through: ReadsThrough = "table",
    on: Any = None,
    log: bool = True,
) -> Iterator[Recording]:
    """Record what the block reads, and keep it with the active MLflow run.

    It hears what psycopg and SQLAlchemy send, and pandas over them: that of this thread, and of threads that record
    nothing of their own. Parameters aren't looked at. `writes` is as for `contracts infer --writes`. `on` (an engine,
    a connection, a URL) says which database is meant, where queries go to several. `log=False` keeps it with no run.

    Where the block raises, nothing is kept. Raises, when it begins, UsageError where no run is active; when it ends,
    ContractError where no query was seen or what one reads can't be told, DatabaseError where the catalog can't be
    read, RegistryError where MLflow can't keep it.
    """
    with capture.unheard():
        run = _active_run() if log else None
        meant = capture.identity(on) if on is not None else None
    recording = Recording(model)
    with capture.listening() as listener:
        yield recording
    with capture.unheard():
        made = recorded.made(recorded.heard(listener, meant), model, writes, reads_through)
        if run is not None:
            recording._kept = recorded.keep(made, run, model, recording.golden_document)
    recording._made = made
    _say(recording)


def _active_run() -> Any:
    run = training_runs.active_run()
    if run is None:
        raise UsageError(
            "no MLflow run is active", next="with mlflow.start_run(): around the block, or record(…, log=False)"
        )
    return run


def _say(recording: Recording) -> None:
    for note in recording.notes:
        _LOGGER.warning("%s: %s", recording.model, note)
    for change in recording.changes:
        _LOGGER.warning("%s: differs from the last run: %s", recording.model, change)
