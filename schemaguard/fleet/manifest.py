"""fleet.yaml: which databases there are, how fast they are gone through, and what becomes of those that fail."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from schemaguard.contracts.document import DocumentKind, read
from schemaguard.contracts.placed import Document, Path
from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass, replace

FILE = "fleet.yaml"
LARGEST_TOGETHER = 10
_KIND = DocumentKind(
    one="fleet",
    several="fleets",
    advice="list the databases of a server under `databases`, or in a file: databases: {file: tenants.txt}",
    example="docs/fleet.md has one",
    error=ConfigError,
)
_KEYS = frozenset({"fleet", "control", "members", "at_once", "stop_after", "attempts", "on_failure", "url_variable"})
_MEMBER = frozenset({"name", "url", "database", "databases", "groups", "canary", "registry", "alias"})
_SOURCES = ("env", "file")


class OnFailure(StrEnum):
    """What becomes of a member that fails after all its attempts."""

    RETRY = "retry"
    """It is named, and the generation waits for it."""
    LEAVE_BEHIND = "leave behind"
    """The generation flips without it; it stays as it is."""
    ROLL_BACK = "roll back"
    """It is taken back to where it stood, and the generation flips without it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a URL is read from when it is needed: an environment variable, a file, or the manifest itself.

    Only a URL without a password may stand in the manifest.
    """

    kind: str
    """`env`, `file` or `text`."""
    value: str


@dataclass(frozen=True, slots=True)
class FleetMember:
    """One database of a fleet."""

    name: str
    url: Secret
    database: str | None = None
    """The database's name on the server that the URL leads to; None: the one in the URL."""
    groups: tuple[str, ...] = ()
    is_canary: bool = False
    registry: Secret | None = None
    """The model registry of this member; None: the configured one."""
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class FleetPolicy:
    """How a run goes through the members."""

    at_once: int = 4
    stop_after: int = 1
    """How many members may fail before no other is begun."""
    attempts: int = 3
    on_failure: OnFailure = OnFailure.RETRY


@dataclass(frozen=True, slots=True)
class FleetManifest:
    """A fleet: its name, the database of its own tables, its members in their order, and its policy."""

    fleet: str
    control: Secret
    members: tuple[FleetMember, ...]
    policy: FleetPolicy
    file: str
    url_variable: str | None = None
    """The environment variable in which env.py looks for its database, besides sqlalchemy.url."""

    def chosen(self, groups: tuple[str, ...], names: tuple[str, ...]) -> tuple[FleetMember, ...]:
        """The members of these groups and names; all where neither is said. ConfigError where one isn't known."""
        known = {each.name for each in self.members}
        for name in names:
            if name not in known:
                raise ConfigError(f"the fleet has no member {name}", at=self.file, next="schemaguard fleet status")
        known = {group for each in self.members for group in each.groups}
        for group in groups:
            if group not in known:
                listed = ", ".join(sorted(known)) or "none"
                raise ConfigError(f"the fleet has no group {group}", at=self.file, next=f"one of: {listed}")
        if not groups and not names:
            return self.members
        return tuple(each for each in self.members if each.name in names or set(each.groups) & set(groups))

    def member(self, name: str) -> FleetMember:
        """That member; ConfigError where the manifest has it no longer."""
        found = next((each for each in self.members if each.name == name), None)
        if found is None:
            raise ConfigError(
                f"the manifest has no member {name} any more",
                at=self.file,
                next="add it again, or: schemaguard fleet abandon",
            )
        return found


def parse_manifest(text: str, file: str, read_names: Any) -> FleetManifest:
    """The manifest of a YAML text; `read_names` reads a file of database names beside it.

    Raises ConfigError with file, line and column where something can't be used; no URL is ever quoted.
    """
    return _Reading(read(text, file, _KIND), read_names).manifest()


class _Reading:
    def __init__(self, document: Document, read_names: Any) -> None:
        self._document, self._read_names = document, read_names

    def manifest(self) -> FleetManifest:
        data = self._mapping(self._document.data, (), _KEYS)
        for key in ("fleet", "control", "members"):
            if key not in data:
                raise self._error(f"the fleet has no {key}", (), "docs/fleet.md shows a whole one")
        members = tuple(self._members(data["members"]))
        self._refuse_twice(members)
        variable = data.get("url_variable")
        if variable is not None and not (isinstance(variable, str) and variable.isidentifier()):
            raise self._error("url_variable must be the name of an environment variable", ("url_variable",), "")
        return FleetManifest(
            self._text(data["fleet"], ("fleet",)),
            self._secret(data["control"], ("control",)),
            members,
            self._policy(data),
            self._document.file,
            variable,
        )

    def _policy(self, data: Mapping[str, Any]) -> FleetPolicy:
        default = FleetPolicy()
        numbers = {}
        for key in ("at_once", "stop_after", "attempts"):
            value = data.get(key, getattr(default, key))
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100_000:
                raise self._error(f"{key} must be a number from 1", (key,), f"{key}: {getattr(default, key)}")
            numbers[key] = value
        said = data.get("on_failure", default.on_failure.value)
        if said not in list(OnFailure):
            raise self._error("on_failure can't be used", ("on_failure",), f"one of: {', '.join(OnFailure)}")
        return FleetPolicy(**numbers, on_failure=OnFailure(said))

    def _members(self, listed: Any) -> Iterator[FleetMember]:
        if not isinstance(listed, list) or not listed:
            raise self._error("members must be a list of databases", ("members",), "docs/fleet.md shows one")
        for number, each in enumerate(listed):
            path: Path = ("members", number)
            data = self._mapping(each, path, _MEMBER)
            if "url" not in data:
                raise self._error("the member has no url", path, "url: {env: NAME}")
            if ("name" in data) == ("databases" in data):
                raise self._error("a member has either a name or databases", path, "name: eu-1, or databases: [a, b]")
            if "databases" in data and "database" in data:
                raise self._error("a member has either database or databases", path, "leave one of them out")
            yield from self._expanded(data, path)

    def _expanded(self, data: Mapping[str, Any], path: Path) -> Iterator[FleetMember]:
        groups = data.get("groups", [])
        if not isinstance(groups, list) or not all(isinstance(one, str) and one for one in groups):
            raise self._error("groups must be a list of names", (*path, "groups"), "groups: [eu]")
        canary = data.get("canary", False)
        registry, alias = data.get("registry"), data.get("alias")
        canaries = canary if isinstance(canary, list) else None
        if canaries is None and not isinstance(canary, bool):
            raise self._error("canary must be true, false, or some of the databases", (*path, "canary"), "")
        shared = FleetMember(
            "",
            self._secret(data["url"], (*path, "url")),
            groups=tuple(groups),
            registry=self._secret(registry, (*path, "registry")) if registry is not None else None,
            alias=self._text(alias, (*path, "alias")) if alias is not None else None,
        )
        if "name" in data:
            database = data.get("database")
            named = self._text(database, (*path, "database")) if database is not None else None
            name = self._text(data["name"], (*path, "name"))
            yield replace(shared, name=name, database=named, is_canary=canary is True)
            return
        names = self._databases(data["databases"], (*path, "databases"))
        for one in canaries or ():
            if one not in names:
                raise self._error("canary names none of the databases", (*path, "canary"), "")
        for one in names:
            is_canary = one in canaries if canaries is not None else canary is True
            yield replace(shared, name=one, database=one, is_canary=is_canary)

    def _databases(self, listed: Any, path: Path) -> tuple[str, ...]:
        if isinstance(listed, dict):
            data = self._mapping(listed, path, frozenset({"file"}))
            names = self._read_names(self._text(data.get("file"), (*path, "file")))
        else:
            names = listed
        if not isinstance(names, list) or not names or not all(isinstance(one, str) and one for one in names):
            raise self._error("databases must be a list of names", path, "quote names that look like numbers")
        return tuple(names)

    def _secret(self, said: Any, path: Path) -> Secret:
        if isinstance(said, str) and said:
            if _has_password(said):
                raise self._error(
                    "a URL with a password may not stand in the manifest", path, "url: {env: NAME}, or {file: PATH}"
                )
            return Secret("text", said)
        data = self._mapping(said, path, frozenset(_SOURCES))
        if len(data) != 1:
            raise self._error("a URL is read from env or from file", path, "url: {env: NAME}")
        ((kind, value),) = data.items()
        return Secret(kind, self._text(value, (*path, kind)))

    def _refuse_twice(self, members: tuple[FleetMember, ...]) -> None:
        seen: set[str] = set()
        for each in members:
            if each.name in seen:
                raise self._error(
                    f"two members are called {each.name}",
                    ("members",),
                    "give them names: name: eu-1, database: app",
                )
            seen.add(each.name)

    def _mapping(self, value: Any, path: Path, known: frozenset[str]) -> Mapping[str, Any]:
        where = str(path[-1]) if path and isinstance(path[-1], str) else "a member" if path else "the manifest"
        if not isinstance(value, dict):
            raise self._error(f"{where} must be a mapping", path, f"of: {', '.join(sorted(known))}")
        for key in value:
            if key not in known:
                # What isn't a name may be a URL that stands in the wrong place.
                named = f"unknown key {key!r}" if str(key).isidentifier() else "something that is not a key"
                raise self._error(f"{named} in {where}", (*path, key), f"one of: {', '.join(sorted(known))}")
        return value

    def _text(self, value: Any, path: Path) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"{path[-1]} must be a text", path, "quote what looks like a number")
        return value

    def _error(self, what: str, path: Path, next_: str) -> ConfigError:
        return ConfigError(what, at=self._document.at(path), next=next_)


def _has_password(url: str) -> bool:
    """Whether a URL or keyword string holds a password, or might: what can't be told is taken for one."""
    from urllib.parse import parse_qsl, urlsplit

    lowered = url.lower()
    if "://" not in url:
        return "password" in lowered
    try:
        parts = urlsplit(url)
        secrets = {"password", "sslpassword", "passfile"}
        has = parts.password not in (None, "") or any(key in secrets for key, _ in parse_qsl(parts.query.lower()))
    except ValueError:
        return True
    return has or "@" in parts.path
