"""Processes that die where it hurts: after a step, or before the n-th statement."""

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import psycopg

from schemaguard.adapters.control.database import ControlDatabase


def in_a_process_that_may_die(act: Callable[[], Any]) -> bool:
    """Run it in a child; whether it was killed. Anything else than being killed or ending well fails the test."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # the child must never come back into pytest
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die_at(number: int) -> None:
    """From now on this process dies before its n-th statement."""
    sent = 0
    execute = psycopg.Cursor.execute

    def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == number:
            die()
        return execute(*arguments, **options)

    psycopg.Cursor.execute = deadly  # type: ignore[method-assign]


def die_after_intent(number: int) -> None:
    """It dies before its n-th statement, counted from where the intent is about to be written down."""
    open_operation = ControlDatabase.open_operation

    def begin(*arguments: Any) -> Any:
        die_at(number)
        return open_operation(*arguments)

    ControlDatabase.open_operation = begin  # type: ignore[method-assign]
