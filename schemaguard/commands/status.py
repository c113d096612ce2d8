"""status: what serves, what is under way, what is out of sight, what is held, and what has drifted."""

from collections.abc import Sequence
from threading import Thread

from schemaguard.commands.proxies import traffic_drift
from schemaguard.commands.site import Site
from schemaguard.errors import SchemaguardError
from schemaguard.releases.overview import Alias, Status
from schemaguard.releases.ports import Registry

REGISTRY_LIMIT_S = 3.0
"""How long status waits for the registry: what the database knows is more than half of the answer."""


def status(site: Site, model: str | None = None, *, limit_s: float = REGISTRY_LIMIT_S) -> Status:
    """The state of every model, or of one. A registry that can't be asked within the limit is named as drift."""
    registry, alias = site.registry_if_any, site.alias
    overview = site.database.overview(model)
    serving = [pointer.model for pointer, _ in overview.models if pointer.active is not None]
    asked = _Asked(registry, alias, serving, limit_s) if registry is not None else None
    drift, aliases = list(overview.drift), {}
    for pointer, _ in overview.models:
        version = asked.versions.get(pointer.model) if asked is not None else None
        aliases[pointer.model] = Alias(alias, version)
        if asked is None or pointer.active is None:
            continue
        name = f"{pointer.model}@{alias}"
        if pointer.model not in asked.versions:
            drift.append(f"the alias {name} can't be read: {asked.why_not(pointer.model)}")
        elif version != pointer.active and pointer.model not in overview.switching:
            drift.append(f"the alias {name} is {version or 'not set'}, the pointer says {pointer.active}")
    for pointer, _ in overview.models:
        drift += traffic_drift(site, pointer)
    return Status(overview, aliases, tuple(drift))


class _Asked:
    """What the registry has answered by the time that the limit was over."""

    def __init__(self, registry: Registry, alias: str, models: Sequence[str], limit_s: float) -> None:
        self.versions: dict[str, str | None] = {}
        self._errors: dict[str, str] = {}
        self._limit_s = limit_s

        def ask() -> None:
            for model in models:
                try:
                    self.versions[model] = registry.alias(model, alias)
                except SchemaguardError as error:
                    self._errors[model] = error.what

        # A daemon: a registry that hangs doesn't keep the terminal.
        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(limit_s)

    def why_not(self, model: str) -> str:
        return self._errors.get(model, f"the registry hasn't answered within {self._limit_s:g} s")
