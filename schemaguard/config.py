"""Settings: `[tool.schemaguard]` in pyproject.toml, or schemaguard.toml. Option over environment variable over file."""

import ast
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass, field

FILES = ("schemaguard.toml", "pyproject.toml")
POSTGRESQL_VERSIONS = (15, 16, 17, 18)
_TEXT, _TEXTS, _NUMBER, _SWITCH, _TABLE = "a text", "a list of texts", "a whole number", "true or false", "a table"
_KEYS = {
    "migrations": f"{_TEXT} or {_TEXTS}", "contracts": _TEXT, "playbooks": _TEXT, "policy": _TEXT,
    "postgresql": _NUMBER, "applied_by": _TEXT, "base": _TEXT,
    "adopt": _SWITCH, "rules": f"{_TABLE} of texts", "baseline": _TEXT, "initial": _TEXT, "environment": _TEXT,
    "environments": f"{_TABLE} of tables of texts", "near_release_hours": _NUMBER, "sources": _TEXTS,
    "assume": _TABLE, "lock_timeout": _TEXT, "statement_timeout": _TEXT,
    "hooks": _TABLE, "proxies": _TABLE, "facts": _TEXT, "ledger_keys": _TEXTS, "certificates": _TEXT,
    "require_certificate": _SWITCH,
}  # fmt: skip
"""What may be set, and what it has to be."""
Assumed = str | int | float | bool | tuple[str, ...] | tuple[int, ...]
"""What may be assumed of a value that only a deployment knows."""
_HOOK_KEYS = {"url": _TEXT, "command": _TEXTS, "secret": _TEXT, "timeout": _NUMBER}
_LONGEST_HOOK_S = 60
_PROXY_KEYS = {
    "model": _TEXT, "socket": _TEXT, "variable": _TEXT, "backend": _TEXT, "active": _TEXT, "canary": _TEXT,
    "timeout": _NUMBER,
}  # fmt: skip
_LONGEST_PROXY_S = 10
# What HAProxy takes for a name; anything else could be another command to it.
_PROXY_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_PROXY_SERVER = re.compile(r"(?:[A-Za-z0-9_.:-]|\{version\}){1,128}")
_PROXY_VARIABLE = re.compile(r"proc\.[A-Za-z0-9_.]{1,123}")
_ENVIRONMENT_KEYS = {"database_url": _TEXT, "registry_uri": _TEXT, "alias": _TEXT}


@dataclass(frozen=True, slots=True)
class Environment:
    """Where one environment's database and registry are, and what its serving alias is called."""

    database_url: str | None = None
    """The URL of the database that is migrated, as libpq or SQLAlchemy spell it."""
    registry_uri: str | None = None
    """The URI of the MLflow registry: a server, `sqlite:///…`, or a database."""
    alias: str = "champion"
    """The registry alias that follows the version that serves."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Who is told of a switch once it is committed: a webhook or a program, and how long it may take."""

    name: str
    url: str | None = None
    """Where a JSON document is posted to; either this or `command`."""
    command: tuple[str, ...] = ()
    """A program and its arguments, which reads the same document from its standard input."""
    secret: str | None = None
    """The environment variable that holds the key which the document is signed with (HMAC-SHA256)."""
    timeout: int = 5
    """The seconds that a call may take, 1 to 60."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A HAProxy in front of a model's servers: how it is told which share of the traffic a canary gets."""

    name: str
    model: str
    """The model whose canary it is."""
    socket: str
    """Its stats socket with level admin: a path, `host:port`, or `${NAME}` for an environment variable."""
    variable: str | None = None
    """The variable that its rules compare a client's bucket with, in hundredths of a percent; this or `backend`."""
    backend: str | None = None
    """The backend whose servers' weights are set; this or `variable`."""
    active: str = "active"
    """The server of what serves, in that backend; `{version}` stands for the version."""
    canary: str = "canary"
    """The server of the canary, in that backend; `{version}` stands for the version."""
    timeout: float = 1
    """The seconds that each exchange with it may take, 1 to 10; telling it takes three at most."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a settings file may say, with its defaults. Paths are relative to `root`."""

    root: Path
    file: Path | None = None
    migrations: tuple[str, ...] = ()
    """An alembic.ini, a script location, a folder of SQL, or several; all that are found where it is left out."""
    contracts: str = "contracts"
    """The folder of the contracts."""
    playbooks: str = "playbooks"
    """The folder of the playbooks."""
    policy: str | None = None
    """A folder or file of Rego that is asked before a switch, or `default` for the one that is shipped."""
    postgresql: int = 16
    """The PostgreSQL version that is assumed: 15, 16, 17 or 18."""
    applied_by: str = "alembic"
    """`schemaguard` where the guard is in env.py: then a drop becomes a retirement."""
    base: str | None = None
    """The branch, tag or commit to compare with, where neither `--base` nor a pull request says one."""
    adopt: bool = False
    """For the first weeks on an old code base: everything outside of the contract family is a warning at most."""
    baseline: str | None = None
    """The file with findings that are accepted, as `schemaguard init` or `check --format json` writes it."""
    initial: str | None = None
    """A file of SQL, such as a dump, that runs before the first revision."""
    near_release_hours: int = 24
    """How long after a release a destructive change on the same database counts as near to it; 0: only a canary is."""
    sources: tuple[str, ...] = ()
    """Further folders whose Python source the migrations may import from."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Rule → severity, or `off`."""
    assume: Mapping[str, Assumed] = field(default_factory=dict)
    """Values that only a deployment knows, by the expression that stands for them in the code, in Python's spelling."""
    environment: Environment = field(default_factory=Environment)
    """Which of `environments` holds, where `SCHEMAGUARD_ENVIRONMENT` doesn't say so."""
    lock_timeout: str | None = None
    """The limit that the role that migrates begins its sessions with, such as `2s`: no rule asks for one then."""
    statement_timeout: str | None = None
    """The same for statements."""
    hooks: tuple[Hook, ...] = ()
    """Who is told of a switch, see below."""
    proxies: tuple[Proxy, ...] = ()
    """Proxies that give a canary its share of the traffic, see below."""
    facts: str | None = None
    """The file that `schemaguard facts` wrote: production's sizes and traffic."""
    ledger_keys: tuple[str, ...] = ()
    """Keys whose signatures on the ledger's checkpoints and exports count, as `schemaguard audit key` prints them."""
    certificates: str = "certificates"
    """The folder of the certificates that `schemaguard prove` and `check --prove` write."""
    require_certificate: bool = False
    """Whether the guard refuses a revision without a valid certificate: sealed, proven, and signed by a known key."""


def load(start: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The settings that hold in `start`: those of the nearest file upwards, defaults where there is none.

    Raises ConfigError with the file and key where a value can't be used.
    """
    for folder in (start, *start.parents):
        for name in FILES:
            file = folder / name
            if not file.is_file():
                continue
            table = _table(file)
            if table is not None:
                return _config(folder, file, table, environ)
        if (folder / ".git").exists():
            break
    return _config(start, None, {}, environ)


def _table(file: Path) -> dict[str, Any] | None:
    import tomllib  # Most folders have no settings.

    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{file.name} is not valid TOML: {error}", at=str(file), next="correct the file") from error
    except OSError as error:
        raise ConfigError(
            f"cannot read {file.name}: {error.strerror}", at=str(file), next="check the file's permissions"
        ) from error
    if file.name != "pyproject.toml":
        return document
    tool = document.get("tool")
    table = tool.get("schemaguard") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError("tool.schemaguard must be a table", at=str(file), next="write [tool.schemaguard]")
    return table


def _is(value: object, wanted: str) -> bool:
    """Whether a value is what the setting has to be."""
    if wanted == _TABLE:
        return isinstance(value, dict)
    if wanted.startswith(_TABLE):
        inner = wanted.removeprefix(_TABLE).removeprefix(" of ")
        kind = f"{_TABLE} of texts" if inner == "tables of texts" else _TEXT
        return isinstance(value, dict) and all(_is(one, kind) for one in value.values())
    if " or a list" in wanted:
        return _is(value, _TEXT) or _is(value, _TEXTS)
    match wanted:
        case "a text":
            return isinstance(value, str)
        case "a list of texts":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "true or false":
            return isinstance(value, bool)
        case _:
            return isinstance(value, int) and not isinstance(value, bool)


def _config(root: Path, file: Path | None, table: dict[str, Any], environ: Mapping[str, str]) -> Config:
    where = str(file) if file else "the environment"
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"unknown setting {key!r}", at=where, next=_nearest(key, _KEYS))
        if not _is(table[key], _KEYS[key]):
            # A table of environments may hold a password.
            shown = key if isinstance(table[key], dict) or key == "environments" else f"{key} = {table[key]!r}"
            raise ConfigError(f"{shown} can't be used", at=where, next=f"it has to be {_KEYS[key]}")
    environment = _environment(table, where, environ)
    migrations = table.get("migrations", ())
    postgresql = table.get("postgresql", 16)
    if postgresql not in POSTGRESQL_VERSIONS:
        raise ConfigError(f"postgresql = {postgresql!r} is not supported", at=where, next="use 15, 16, 17 or 18")
    applied_by = table.get("applied_by", "alembic")
    if applied_by not in ("alembic", "schemaguard"):
        raise ConfigError(
            f"applied_by = {applied_by!r}", at=where, next='use "alembic" or "schemaguard" (with the guard)'
        )
    return Config(
        root=root,
        file=file,
        migrations=(migrations,) if isinstance(migrations, str) else tuple(migrations),
        contracts=table.get("contracts", "contracts"),
        playbooks=table.get("playbooks", "playbooks"),
        policy=table.get("policy"),
        postgresql=postgresql,
        applied_by=applied_by,
        base=table.get("base"),
        adopt=table.get("adopt", False),
        baseline=table.get("baseline"),
        initial=table.get("initial"),
        near_release_hours=table.get("near_release_hours", 24),
        sources=tuple(table.get("sources", ())),
        rules=dict(table.get("rules", {})),
        environment=environment,
        lock_timeout=_duration("lock_timeout", table, where),
        hooks=tuple(_hook(name, section, where) for name, section in table.get("hooks", {}).items()),
        proxies=tuple(_proxy(name, section, where) for name, section in table.get("proxies", {}).items()),
        facts=table.get("facts"),
        ledger_keys=tuple(table.get("ledger_keys", ())),
        certificates=table.get("certificates", "certificates"),
        require_certificate=table.get("require_certificate", False),
        statement_timeout=_duration("statement_timeout", table, where),
        assume=dict(_assumptions(table.get("assume", {}), where)),
    )


def _hook(name: str, section: object, where: str) -> Hook:
    """A hook; what is wrong with it is said without its URL, which may hold a password."""
    at = f"{where}, hooks.{name}"
    if not isinstance(section, dict):
        raise ConfigError("a hook has to be a table", at=at, next=f'[hooks.{name}] with url = "https://…" or command')
    for key, value in section.items():
        if key not in _HOOK_KEYS:
            raise ConfigError(f"unknown setting {key!r} of a hook", at=at, next=_nearest(key, _HOOK_KEYS))
        if not _is(value, _HOOK_KEYS[key]):
            raise ConfigError(f"{key} of a hook can't be used", at=at, next=f"it has to be {_HOOK_KEYS[key]}")
    url, command, timeout = section.get("url"), tuple(section.get("command", ())), section.get("timeout", 5)
    if (url is None) == (not command):
        raise ConfigError("a hook has either a url or a command", at=at, next="set one of the two")
    if url is not None and not url.startswith(("https://", "http://")):
        raise ConfigError("the url of a hook can't be used", at=at, next="it begins with https:// or http://")
    if not 1 <= timeout <= _LONGEST_HOOK_S:
        raise ConfigError(f"timeout = {timeout} of a hook can't be used", at=at, next=f"1 to {_LONGEST_HOOK_S} seconds")
    return Hook(name, url, command, section.get("secret"), timeout)


def _proxy(name: str, section: object, where: str) -> Proxy:
    at = f"{where}, proxies.{name}"
    if not isinstance(section, dict):
        raise ConfigError("a proxy has to be a table", at=at, next=f"[proxies.{name}] with model, socket and variable")
    for key, value in section.items():
        if key not in _PROXY_KEYS:
            raise ConfigError(f"unknown setting {key!r} of a proxy", at=at, next=_nearest(key, _PROXY_KEYS))
        if not _is(value, _PROXY_KEYS[key]):
            raise ConfigError(f"{key} of a proxy can't be used", at=at, next=f"it has to be {_PROXY_KEYS[key]}")
    for key in ("model", "socket"):
        if not section.get(key):
            raise ConfigError(f"a proxy needs {key}", at=at, next=f'{key} = "…"')
    if ("variable" in section) == ("backend" in section):
        raise ConfigError("a proxy has either a variable or a backend", at=at, next="set one of the two")
    for key in sorted({"active", "canary"} & set(section)):
        if "variable" in section:
            raise ConfigError(f"{key} names a server of a backend", at=at, next=f"set backend, or leave {key} out")
    made = Proxy(name=name, **section)
    _require_names(made, at)
    if not 1 <= made.timeout <= _LONGEST_PROXY_S:
        raise ConfigError(
            f"timeout = {made.timeout} of a proxy can't be used", at=at, next=f"1 to {_LONGEST_PROXY_S} seconds"
        )
    return made


def _require_names(proxy: Proxy, at: str) -> None:
    """ConfigError where a name is none that HAProxy takes, or both servers have the same."""
    named = {"backend": _PROXY_NAME, "variable": _PROXY_VARIABLE, "active": _PROXY_SERVER, "canary": _PROXY_SERVER}
    for key, pattern in named.items():
        said = getattr(proxy, key)
        if said is not None and not pattern.fullmatch(said):
            hint = "proc. and letters, such as proc.canary" if key == "variable" else "letters, digits and _ . : -"
            raise ConfigError(f"{key} = {said!r} of a proxy can't be used", at=at, next=f"it has to be {hint}")
    if proxy.active == proxy.canary and "{version}" not in proxy.active:
        raise ConfigError("the canary of a proxy is the server of what serves", at=at, next="name two servers")
    if ("{version}" in proxy.active) != ("{version}" in proxy.canary):
        raise ConfigError("one server of a proxy has {version} in its name", at=at, next="both have it, or none")


_DURATION = re.compile(r"\d+(?:\.\d+)?\s*(?:us|ms|s|min|h|d)?")


def _duration(key: str, table: Mapping[str, Any], where: str) -> str | None:
    """A time limit as PostgreSQL reads one. Raises ConfigError where it would refuse it."""
    said = table.get(key)
    if said is not None and not _DURATION.fullmatch(said):
        raise ConfigError(
            f"{key} = {said!r} is not a duration", at=where, next=f'write it as PostgreSQL does: {key} = "5s"'
        )
    return str(said) if said is not None else None


def _nearest(key: str, known: Mapping[str, object]) -> str:
    # Only a word that is misspelled needs it.
    import difflib

    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"one of: {', '.join(sorted(known))}"


def _assumptions(table: Mapping[str, object], where: str) -> Iterator[tuple[str, Assumed]]:
    """What `[assume]` says, by expressions in Python's own spelling.

    Raises ConfigError where a key is not an expression, is said twice, or has a value that can't be used.
    """
    seen: set[str] = set()
    for key, value in _flat(table, ""):
        name = _expression(key)
        if name is None:
            raise ConfigError(
                f"assume: {key!r} doesn't name a value",
                at=where,
                next="write it as the code does (settings.DB.SCHEMA), or as env.NAME, option.NAME or x.NAME",
            )
        if name in seen:
            raise ConfigError(f"assume: {key} is set twice", at=where, next="remove one of the two lines")
        seen.add(name)
        kinds = _ASSUMED_TEXT if name.split(".")[0].split("[")[0] in ("env", "option", "x") else _ASSUMED
        if isinstance(value, list) and value and all(type(one) in (str, int) for one in value):
            if kinds is _ASSUMED and len({type(one) for one in value}) == 1:
                yield name, tuple(value)
                continue
        elif type(value) in kinds:
            yield name, value  # type: ignore[misc]  # just looked at
            continue
        wanted = (
            "a text" if kinds is _ASSUMED_TEXT else "a text, a number, true or false, or a list of texts or numbers"
        )
        raise ConfigError(f"assume: {key} = {value!r} can't be used", at=where, next=f"it has to be {wanted}")


_ASSUMED_TEXT: tuple[type, ...] = (str,)
_ASSUMED: tuple[type, ...] = (str, int, float, bool)


def _flat(table: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    """The keys and values of a table: `settings.SCHEMA = …` is one in TOML, whether quoted or not."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _expression(key: str) -> str | None:
    """A name, attribute, item or call with nothing but constants in it, in Python's own spelling; None for others."""
    try:
        node = ast.parse(key, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.unparse(node) if is_sayable(node) else None


def is_sayable(node: ast.expr) -> bool:
    """Whether an expression can be the name of an assumption: names, attributes, items and calls with constants."""
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=value):
            return is_sayable(value)
        case ast.Subscript(value=value, slice=ast.Constant()):
            return is_sayable(value)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            given = (*arguments, *(keyword.value for keyword in keywords))
            return is_sayable(function) and all(isinstance(one, ast.Constant) for one in given)
        case _:
            return False


def _environment(table: dict[str, Any], where: str, environ: Mapping[str, str]) -> Environment:
    environments = table.get("environments", {})
    chosen = environ.get("SCHEMAGUARD_ENVIRONMENT") or table.get("environment")
    if chosen is not None and chosen not in environments:
        raise ConfigError(f"no environment {chosen!r}", at=where, next=f"one of: {', '.join(environments) or 'none'}")
    section = environments.get(chosen, {}) if chosen else {}
    for key in section:
        if key not in _ENVIRONMENT_KEYS:
            # What isn't a name may be a URL that stands in the wrong place.
            named = f"unknown setting {key!r}" if key.isidentifier() else "a setting that has no name"
            raise ConfigError(f"{named} in environment {chosen!r}", at=where, next=_nearest(key, _ENVIRONMENT_KEYS))
    return Environment(
        database_url=environ.get("SCHEMAGUARD_DATABASE_URL") or section.get("database_url"),
        registry_uri=environ.get("SCHEMAGUARD_REGISTRY_URI")
        or environ.get("MLFLOW_REGISTRY_URI")
        or section.get("registry_uri")
        or environ.get("MLFLOW_TRACKING_URI"),
        alias=section.get("alias", "champion"),
    )
