"""Work that a copy of this process does beside it: two cores finish sooner than one.

Copies are made by fork(): what was read is theirs without being sent, and only what they find comes back. They are
made before connections and threads, and where there is one core, or no fork() that is safe, the work is done here.
See https://docs.python.org/3/library/os.html#os.fork.
"""

import gc
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from signal import SIGKILL
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


def has_other_core() -> bool:
    """Whether a copy of this process would run beside it: there is a core for it, and copying is safe."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """A copy of this process that does the work meanwhile, and what waits for the result.

    Where the copy fails, whatever the reason, the work is done here. What it returns has to be picklable.
    """
    reading, writing = os.pipe()
    copy = os.fork()
    if not copy:
        os.close(reading)
        _work_and_end(work, writing)
    os.close(writing)
    is_over = False

    def result() -> T:
        nonlocal is_over
        with open(reading, "rb", closefd=False) as pipe:
            sent = pipe.read()
        _, status = os.waitpid(copy, 0)
        is_over = True
        return pickle.loads(sent) if status == 0 else work()  # noqa: S301 - our own copy wrote it

    try:
        yield result
    finally:
        os.close(reading)
        if not is_over:
            with suppress(ProcessLookupError):
                os.kill(copy, SIGKILL)
            os.waitpid(copy, 0)


def _work_and_end(work: Callable[[], Any], writing: int) -> NoReturn:
    """What the copy does: nothing that this process has open is closed or written to by it."""
    code = 1
    try:
        gc.disable()
        sent = memoryview(pickle.dumps(work(), pickle.HIGHEST_PROTOCOL))
        while sent:
            sent = sent[os.write(writing, sent) :]
        code = 0
    finally:
        os._exit(code)
