"""Runs the demo in a folder, and leaves nothing behind that wasn't asked for."""

import shlex
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

from schemaguard.adapters.postgres import embedded
from schemaguard.demo import stage, story
from schemaguard.demo.screen import Screen
from schemaguard.errors import SchemaguardError, UsageError

_INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def demo(*, keep: bool, stop: bool, workdir: Path | None) -> None:
    """Tell the story, or end the servers of one that was kept."""
    if (keep or stop) and workdir is None:
        raise UsageError("--keep and --stop need --workdir", next="schemaguard demo --keep --workdir demo")
    if stop and workdir is not None:
        stage.end(workdir.resolve())
        Screen().verified(f"no server runs in {workdir} any more; the folder can be deleted")
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
    with _server_ends_with_us(folder, keep=keep) as interrupted:
        with _undisturbed():
            on = stage.prepare(folder, screen, interrupted)
        try:
            story.tell(on)
            on.go_on()
        except SchemaguardError as error:
            screen.failed(str(error.what))
            raise
        if keep:
            _say_how_to_go_on(on)


def _say_how_to_go_on(on: stage.Stage) -> None:
    file = stage.write_environment(on)
    on.screen.chapter("kept: the database, the registry and the project", "to look around, and to end it:")
    on.screen.command(f". {shlex.quote(str(file))} && cd {shlex.quote(str(on.project))}")
    on.screen.command("schemaguard serve  # the registry of this story: http://127.0.0.1:8765/")
    on.screen.command(f"schemaguard demo --stop --workdir {shlex.quote(str(on.folder))}")


@contextmanager
def _server_ends_with_us(folder: Path, *, keep: bool) -> Iterator[Event]:
    """Stop the server however the block ends, by a signal too, unless it is to be kept and the story was told.

    The event is set by the signal.
    """
    interrupted = Event()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    # Under nohup a terminal that goes away is to be ignored.
    caught = [each for each in _INTERRUPTING if each is not signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in caught}
    finished = False
    try:
        yield interrupted
        finished = True
    finally:
        if not (keep and finished):
            with _undisturbed():
                embedded.stop(folder / "postgresql")
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold signals back until the block is over.

    A server that is just being started couldn't be found to be stopped, and stopping it must not be interrupted by a
    second ctrl-C. What is started in the block holds them back too: ctrl-C reaches every process of the terminal.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
