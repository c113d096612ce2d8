"""A registry that hangs keeps nobody waiting for longer than was said."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

from schemaguard.errors import RegistryError, SchemaguardError

T = TypeVar("T")


class Answer(Generic[T]):
    """What a registry is being asked, meanwhile; `get` waits for it up to a limit."""

    def __init__(self, call: Callable[[], T], place: str) -> None:
        self._place = place
        self._found: list[T] = []
        self._error: SchemaguardError | None = None

        def ask() -> None:
            try:
                self._found.append(call())
            except SchemaguardError as error:
                self._error = error

        # A daemon: what hangs doesn't keep the program from ending.
        self._thread = Thread(target=ask, daemon=True)
        self._thread.start()

    def get(self, limit_s: float) -> T:
        """What was answered, or raised. RegistryError where nothing was within the limit."""
        self._thread.join(limit_s)
        if self._error is not None:
            raise self._error
        if self._found:
            return self._found[0]
        raise RegistryError(
            f"the registry hasn't answered within {limit_s:g} s", at=self._place, next="see whether it is up"
        )
