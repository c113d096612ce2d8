"""status: what serves, what is under way, what is out of sight, what is held, and what has drifted."""

from schemaguard.commands.site import Site
from schemaguard.errors import RegistryError
from schemaguard.releases.overview import Alias, Status


def status(site: Site, model: str | None = None) -> Status:
    """The state of every model, or of one; a registry that can't be asked is named as drift."""
    registry, alias = site.registry_if_any, site.alias
    overview = site.database.overview(model)
    drift, aliases = list(overview.drift), {}
    for pointer, _ in overview.models:
        name, version = f"{pointer.model}@{alias}", None
        if registry is None or pointer.active is None:
            aliases[pointer.model] = Alias(alias, None)
            continue
        try:
            version = registry.alias(pointer.model, alias)
        except RegistryError as error:
            drift.append(f"the alias {name} can't be read: {error.what}")
        else:
            if version != pointer.active and pointer.model not in overview.switching:
                drift.append(f"the alias {name} is {version or 'not set'}, the pointer says {pointer.active}")
        aliases[pointer.model] = Alias(alias, version)
    return Status(overview, aliases, tuple(drift))
