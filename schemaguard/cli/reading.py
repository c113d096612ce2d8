"""How verbs that read migrations get their settings, and how they show that it takes a while."""

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from schemaguard.commands.reading import Reading

_QUIET_S = 1.0
_EVERY_S = 0.1
_GC_THRESHOLDS = (500_000, 10, 100)


@contextmanager
def read_settings(
    *, initial: Path | None = None, pg_version: int | None = None, no_cache: bool = False
) -> "Iterator[Reading]":
    """The reading that the settings of the working directory and the options describe."""
    from dataclasses import replace

    from schemaguard import config
    from schemaguard.adapters.files.cache import cache_folder, open_store
    from schemaguard.commands.reading import open_reading
    from schemaguard.errors import UsageError

    if pg_version is not None and pg_version not in config.POSTGRESQL_VERSIONS:
        raise UsageError(f"--pg-version {pg_version} is not supported", next="use 15, 16, 17 or 18")
    here = Path.cwd()
    progress = _Progress() if sys.stderr.isatty() else None
    reading = replace(
        open_reading(config.load(here), here),
        initial=str(initial) if initial is not None else None,
        postgresql=pg_version,
        progress=progress.show if progress is not None else None,
    )
    _collect_seldom()
    try:
        with nullcontext() if no_cache else open_store(cache_folder(os.environ)) as store:
            yield replace(reading, store=store)
    finally:
        if progress is not None:
            progress.clear()


def _collect_seldom() -> None:
    """Let the garbage collector look for cycles seldom: catalogs are many values that live to the end of the run.

    With Python's own thresholds a third of the time of a long history goes to looking through them again and again.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


class _Progress:
    """A line on stderr that says how far it is; silent in the first second, for most runs are over by then."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._is_shown = False

    def show(self, done: int, total: int, revision: str) -> None:
        """Say that `done` of `total` revisions are read and which one comes now."""
        now = time.monotonic()
        if now - self._start < _QUIET_S or now - self._last < _EVERY_S:
            return
        self._last, self._is_shown = now, True
        import shutil

        text = f"reading {done + 1}/{total}  {visible(revision)}"
        sys.stderr.write(f"\r\x1b[2K{text[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away again."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
