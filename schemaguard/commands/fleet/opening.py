"""A fleet at hand: its manifest, where its URLs are read from, and a site for each of its members."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.commands.site import Site
from schemaguard.errors import ConfigError
from schemaguard.fleet.manifest import FILE, FleetManifest, FleetMember, Secret, parse_manifest
from schemaguard.frozen import dataclass, field

if TYPE_CHECKING:
    from schemaguard.adapters.fleet.store import FleetStore
    from schemaguard.releases.ports import Registry


@dataclass(frozen=True, slots=True)
class Fleet:
    """A manifest, and the site in whose folder it is."""

    site: Site
    manifest: FleetManifest
    _registries: "dict[str | None, Registry | None]" = field(default_factory=dict, repr=False)
    """URI → the registry, which members share."""

    def store(self) -> "FleetStore":
        """The fleet's own tables, connected. DatabaseError where their database can't be reached."""
        from schemaguard.adapters.fleet.store import FleetStore

        return FleetStore(self.secret(self.manifest.control, "control"))

    def url(self, member: FleetMember) -> str:
        """The URL of a member's database; ConfigError where it isn't there or can't be read."""
        from schemaguard.adapters.postgres.address import libpq_url, with_database

        url = self.secret(member.url, member.name)
        libpq_url(url)
        return url if member.database is None else with_database(url, member.database)

    def member_site(self, member: FleetMember, *, read_only: bool = False) -> Site:
        """Where the use cases of one database work: the same folder and settings, another database."""
        registry = self.secret(member.registry, member.name) if member.registry is not None else None
        url = self.url(member)
        environ = dict(self.site.environ)
        if self.manifest.url_variable is not None:
            environ[self.manifest.url_variable] = url
        made = Site(
            self.site.here,
            database_url=url,
            registry_uri=registry or self.site.environment.registry_uri,
            alias=member.alias or self.site.alias,
            environ=environ,
            read_only=read_only,
        )
        uri = made.environment.registry_uri
        if uri not in self._registries:
            self._registries[uri] = made.registry_if_any
        # Opening one takes longer than asking it.
        made.registry_if_any = self._registries[uri]  # type: ignore[assignment]  # what the port of releases asks of one
        return made

    def secret(self, source: Secret, whose: str) -> str:
        """What a manifest only names. ConfigError, which says where, where it isn't there."""
        if source.kind == "text":
            return source.value
        at = f"{self.manifest.file}, {whose}"
        if source.kind == "env":
            said = self.site.environ.get(source.value, "").strip()
            if not said:
                raise ConfigError(f"{source.value} isn't set", at=at, next=f"export {source.value}=postgresql://…")
            return said
        path = self.site.here / source.value
        try:
            said = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the file of a URL can't be read: {source.value}", at=at) from error
        if not said:
            raise ConfigError(f"the file of a URL is empty: {source.value}", at=at)
        return said


def open_fleet(site: Site, file: str | None = None) -> Fleet:
    """The fleet of a manifest; that of the folder, or of the settings' folder, where none is named.

    Raises ConfigError where it isn't there or can't be used.
    """
    path = Path(file) if file is not None else Path(FILE)
    found = next((at for at in (site.here / path, site.config.root / path) if at.is_file()), None)
    if found is None:
        raise ConfigError("there is no manifest of a fleet", at=str(path), next="docs/fleet.md shows one")
    shown = site.relative(found)
    manifest = parse_manifest(_read(found, shown), shown, lambda name: _names(found.parent / name, shown))
    # A registry that the site has opened is that of the members, too.
    opened = {site.environment.registry_uri: site.registry_if_any} if "registry_if_any" in vars(site) else {}
    return Fleet(site, manifest, {**opened})


def has_fleet(site: Site) -> bool:
    """Whether the folder has a manifest."""
    return any((at / FILE).is_file() for at in (site.here, site.config.root))


def _names(path: Path, shown: str) -> list[str]:
    """The names in a file, one a line; what comes behind a # isn't read."""
    lines = (line.partition("#")[0].strip() for line in _read(path, shown).splitlines())
    return [line for line in lines if line]


def _read(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the file {path.name} can't be read", at=shown, next="write it as UTF-8") from error
