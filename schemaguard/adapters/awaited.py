"""What is asked of somebody who may hang: in a thread of its own, and waited for no longer than was said."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Awaited(Generic[T_co]):
    """A call that runs meanwhile. Its thread is a daemon: what hangs doesn't keep the program from ending."""

    def __init__(self, call: Callable[[], T_co]) -> None:
        self._found: list[T_co] = []
        self._error: Exception | None = None

        def ask() -> None:
            try:
                self._found.append(call())
            except Exception as error:  # raised again by whoever asks what came of it
                self._error = error

        self._thread = Thread(target=ask, daemon=True)
        self._thread.start()

    def within(self, limit_s: float) -> bool:
        """Whether it has ended, waited for up to a limit."""
        self._thread.join(max(0.0, limit_s))
        return self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether something was answered, or raised."""
        return bool(self._found) or self._error is not None

    def answer(self) -> T_co:
        """What was answered, or raised, by a call that has ended."""
        if self._error is not None:
            raise self._error
        return self._found[0]
