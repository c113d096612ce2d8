"""Runs the demo in a folder, and leaves nothing behind that wasn't asked for."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from schemaguard.adapters import embedded
from schemaguard.demo import stage, story
from schemaguard.demo.screen import Screen
from schemaguard.errors import SchemaguardError, UsageError


def demo(*, keep: bool, stop: bool, workdir: Path | None) -> None:
    """Tell the story, or end the servers of one that was kept."""
    if (keep or stop) and workdir is None:
        raise UsageError("--keep and --stop need --workdir", next="schemaguard demo --keep --workdir demo")
    if stop and workdir is not None:
        stage.end(workdir.resolve())
        return
    if workdir is None:
        with tempfile.TemporaryDirectory(prefix="schemaguard-demo-", ignore_cleanup_errors=True) as folder:
            _tell(Path(folder), keep=False)
        return
    workdir.mkdir(parents=True, exist_ok=True)
    if any(workdir.iterdir()):
        raise UsageError(f"{workdir} is not empty", next="name a new folder, or end the demo there with --stop")
    _tell(workdir.resolve(), keep=keep)


def _tell(folder: Path, *, keep: bool) -> None:
    screen = Screen()
    with _server_ends_with_us(folder, keep=keep):
        on = stage.prepare(folder, screen)
        try:
            story.tell(on)
        except SchemaguardError as error:
            screen.failed(str(error.what))
            raise
        if keep:
            file = stage.write_environment(on)
            screen.verified(
                f"kept: `. {file}` in a shell, then `cd {on.project}`; end it with --stop --workdir {folder}"
            )


@contextmanager
def _server_ends_with_us(folder: Path, *, keep: bool) -> Iterator[None]:
    """Stop the server however the block ends (ctrl-C and a terminated process too), unless it is to be kept."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    finished = False
    try:
        yield
        finished = True
    finally:
        if not (keep and finished):
            # A second ctrl-C must not interrupt the cleaning up.
            interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
            embedded.stop(folder / "postgresql")
            signal.signal(signal.SIGINT, interrupted)
        signal.signal(signal.SIGTERM, before)
