"""A copy of the process works beside it; whatever becomes of the copy, the result is the same."""

import os
from collections.abc import Callable

import pytest

from schemaguard.adapters.files.processes import beside


def test_a_copy_hands_back_what_it_finds_however_long_it_is() -> None:
    here = os.getpid()

    with beside(lambda: (os.getpid(), "x" * 1_000_000)) as result:
        where, text = result()

    assert where != here
    assert len(text) == 1_000_000


def test_where_the_copy_fails_the_work_is_done_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            raise MemoryError
        return os.getpid()

    with beside(work) as result:
        assert result() == here


def test_what_a_copy_cant_send_is_made_here() -> None:
    with beside(lambda: lambda: 5) as result:
        assert result()() == 5


def test_a_copy_that_nobody_waits_for_is_ended() -> None:
    reading, writing = os.pipe()

    def work() -> None:
        os.close(reading)
        os.write(writing, b"I run")
        os.read(os.pipe()[0], 1)  # For ever: nobody writes there.

    with pytest.raises(KeyboardInterrupt):
        _interrupted_beside(work, reading, writing)

    # All ends of the pipe are closed: the copy is gone.
    assert os.read(reading, 1) == b""
    os.close(reading)


def _interrupted_beside(work: Callable[[], None], reading: int, writing: int) -> None:
    with beside(work):
        os.close(writing)
        assert os.read(reading, 5) == b"I run"
        raise KeyboardInterrupt
