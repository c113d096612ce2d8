"""A demo that is interrupted or fails leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemaguard.demo.screen import Screen
from schemaguard.demo.stage import DemoError, Stage
from tests.conftest import EVERYWHERE
from tests.demo.processes import servers_of

LONG = pytest.mark.skipif(not EVERYWHERE, reason="`make everywhere` runs it")
DEMO = [sys.executable, "-m", "schemaguard.cli", "demo"]
INTERRUPTED = 130
SLOWEST_STEP_SECONDS = 180


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="sgi"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _as_soon_as_the_server_is_being_made(demo: subprocess.Popen[str], temporary: Path) -> None:
    _wait(demo, lambda: bool(list(temporary.glob("schemaguard-demo-*/postgresql"))))


def _while_the_server_starts(demo: subprocess.Popen[str], temporary: Path) -> None:
    # pg_ctl makes it before it starts the server.
    _wait(demo, lambda: bool(list(temporary.glob("schemaguard-demo-*/postgresql/log"))))


def _at_the_first_command(demo: subprocess.Popen[str], temporary: Path) -> None:
    _read_until(demo, "schemaguard install")
    assert servers_of(temporary)


def _while_the_model_is_registered(demo: subprocess.Popen[str], temporary: Path) -> None:
    _wait(demo, lambda: bool(list(temporary.glob("schemaguard-demo-*/mlflow.db"))))
    assert servers_of(temporary)


def _when_the_model_serves(demo: subprocess.Popen[str], temporary: Path) -> None:
    _read_until(demo, "2  a pull request")
    assert servers_of(temporary)


@pytest.mark.parametrize(
    ("moment", "signals", "to_all"),
    [
        pytest.param(_as_soon_as_the_server_is_being_made, (signal.SIGINT,), True, id="ctrl-C-at-the-start"),
        pytest.param(_at_the_first_command, (signal.SIGTERM,), False, id="terminated-in-a-command"),
        pytest.param(_while_the_model_is_registered, (signal.SIGINT, signal.SIGINT), True, id="ctrl-C-twice"),
        pytest.param(
            _while_the_server_starts, (signal.SIGTERM,), False, id="terminated-while-the-server-starts", marks=LONG
        ),
        pytest.param(_when_the_model_serves, (signal.SIGINT,), True, id="ctrl-C-in-the-middle", marks=LONG),
    ],
)
def test_an_interrupted_demo_leaves_no_server_and_no_folder_behind(
    moment: Callable[[subprocess.Popen[str], Path], None],
    signals: tuple[signal.Signals, ...],
    to_all: bool,
    temporary: Path,
) -> None:
    with _running(temporary) as demo:
        moment(demo, temporary)
        for number in signals:
            # A terminal sends ctrl-C to every process of the group, kill to one.
            (os.killpg if to_all else os.kill)(demo.pid, number)
        _, errors = demo.communicate(timeout=SLOWEST_STEP_SECONDS)
    assert servers_of(temporary) == []
    assert (demo.returncode, errors) == (INTERRUPTED, "")
    assert list(temporary.glob("schemaguard-demo-*")) == []


def test_a_step_that_fails_ends_the_demo_with_an_error_and_without_its_server(temporary: Path) -> None:
    programs = temporary / "bin"
    programs.mkdir()
    (programs / "git").write_text("#!/bin/sh\necho no commits today >&2\nexit 1\n", encoding="utf-8")
    (programs / "git").chmod(0o755)
    variables = {**os.environ, "TMPDIR": str(temporary), "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(DEMO, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == DemoError.exit_code
    assert "`git init -q -b main` left with 1: no commits today" in done.stderr
    assert servers_of(temporary) == []


def test_a_command_that_leaves_with_another_code_than_told_is_an_error(
    temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (temporary / "project").mkdir()
    on = Stage(temporary, "postgresql://nobody@localhost:1/nothing", Screen())
    with pytest.raises(DemoError, match="`schemaguard status` left with 2, not 0"):
        on.run("schemaguard status")
    assert "error: " in capsys.readouterr().out
    # The signal came in a callback, where Python ignores what it raises.
    on.interrupted.set()
    with pytest.raises(KeyboardInterrupt):
        on.run("schemaguard status")


@contextmanager
def _running(temporary: Path) -> Iterator[subprocess.Popen[str]]:
    variables = {**os.environ, "TMPDIR": str(temporary)}
    demo = subprocess.Popen(
        DEMO,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(SLOWEST_STEP_SECONDS)


def _read_until(demo: subprocess.Popen[str], words: str) -> None:
    assert demo.stdout is not None
    assert any(words in line for line in demo.stdout), "the demo ended before it was interrupted"


def _wait(demo: subprocess.Popen[str], is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SLOWEST_STEP_SECONDS
    while not is_so():
        assert demo.poll() is None, "the demo ended before it was interrupted"
        assert time.monotonic() < until, "the demo didn't come so far"
        time.sleep(0.01)
