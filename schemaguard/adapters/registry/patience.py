"""A registry that hangs keeps nobody waiting for longer than was said."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from schemaguard.adapters.awaited import Awaited
from schemaguard.adapters.registry.calls import is_importing
from schemaguard.errors import RegistryError
from schemaguard.releases.ports import Registry

T = TypeVar("T")
_LOOK_S = 0.1


class Answer(Generic[T]):
    """What a registry is being asked, meanwhile; `get` waits for it up to a limit."""

    def __init__(self, call: Callable[[], T], place: str) -> None:
        self._place = place
        self._asked = Awaited(call)

    @property
    def is_there(self) -> bool:
        """Whether something was answered, or raised."""
        return self._asked.has_ended

    def get(self, limit_s: float) -> T:
        """What was answered, or raised. RegistryError where nothing was within the limit."""
        self._asked.within(limit_s)
        return self._taken(limit_s)

    def get_once_imported(self, limit_s: float) -> T:
        """The same, with the limit counted from when MLflow is there: how long this machine takes to import it says
        nothing of the registry.
        """
        until = time.monotonic() + limit_s
        while (left := until - time.monotonic()) > 0 and not self._asked.within(min(left, _LOOK_S)):
            if is_importing():
                until = time.monotonic() + limit_s
        return self._taken(limit_s)

    def _taken(self, limit_s: float) -> T:
        if self._asked.has_ended:
            return self._asked.answer()
        raise RegistryError(
            f"the registry hasn't answered within {limit_s:g} s", at=self._place, next="see whether it is up"
        )


HELD_LIMIT_S = 10.0
"""How long the registry is waited for while nobody else can switch anything."""


class Impatient:
    """A registry that isn't asked again once it hasn't answered in time: what is locked meanwhile isn't for long."""

    def __init__(self, registry: Registry, limit_s: float = HELD_LIMIT_S) -> None:
        self._registry = registry
        self._limit_s = limit_s
        self._late: RegistryError | None = None

    @property
    def place(self) -> str:
        """Where the registry is."""
        return self._registry.place

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names."""
        return self._asked(lambda: self._registry.alias(model, alias))

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Point the alias at a version."""
        self._asked(lambda: self._registry.set_alias(model, alias, version))

    def has_version(self, model: str, version: str) -> bool:
        """Whether the registry knows the model version."""
        return self._asked(lambda: self._registry.has_version(model, version))

    def artifact_uri(self, model: str, version: str) -> str | None:
        """Where the version's artifact is."""
        return self._asked(lambda: self._registry.artifact_uri(model, version))

    def _asked(self, call: Callable[[], T]) -> T:
        if self._late is not None:
            raise self._late
        answer = Answer(call, self.place)
        try:
            return answer.get_once_imported(self._limit_s)
        except RegistryError as error:
            if not answer.is_there:
                self._late = error
            raise
