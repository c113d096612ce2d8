"""How verbs that read migrations get their settings, and how they show that it takes a while."""

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from schemaguard.commands.reading import Reading
    from schemaguard.commands.site import Site
    from schemaguard.history.replay import Progress

_QUIET_S = 1.0
_EVERY_S = 0.1
_GC_THRESHOLDS = (500_000, 10, 100)


@contextmanager
def read_settings(
    *, initial: Path | None = None, pg_version: int | None = None, no_cache: bool = False
) -> "Iterator[Reading]":
    """The reading that the settings of the working directory and the options describe."""
    from schemaguard.commands.site import Site

    with shown_progress() as progress:
        collect_seldom()
        with Site(progress=progress).reading(initial=initial, pg_version=pg_version, no_cache=no_cache) as reading:
            yield reading


@contextmanager
def open_site(
    database_url: str | None = None,
    registry_uri: str | None = None,
    alias: str | None = None,
    contracts: str | None = None,
) -> "Iterator[Site]":
    """The site of the working directory, with what the options say instead of its settings."""
    from schemaguard.commands.site import Site

    collect_seldom()
    with (
        shown_progress() as progress,
        Site(
            database_url=database_url, registry_uri=registry_uri, alias=alias, contracts=contracts, progress=progress
        ) as site,
    ):
        yield site


@contextmanager
def shown_progress() -> "Iterator[Progress | None]":
    """Where it is shown how far reading is; nowhere without a terminal."""
    line = _ProgressLine() if sys.stderr.isatty() else None
    try:
        yield line.show if line is not None else None
    finally:
        if line is not None:
            line.clear()


def collect_seldom() -> None:
    """Let the garbage collector look for cycles seldom: catalogs are many values that live to the end of the run.

    With Python's own thresholds a third of the time of a long history goes to looking through them again and again.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


class _ProgressLine:
    """A line on stderr that says how far it is; silent in the first second, for most runs are over by then."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._is_shown = False

    def show(self, done: int, total: int, revision: str) -> None:
        """Say that `done` of `total` revisions are read and which one comes now."""
        now = time.monotonic()
        if now - self._start < _QUIET_S or now - self._last < _EVERY_S:
            return
        # Only a run that takes long needs to know how wide the terminal is.
        import shutil

        self._last, self._is_shown = now, True
        text = f"reading {done + 1}/{total}  {visible(revision)}"
        sys.stderr.write(f"\r\x1b[2K{text[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away again."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
