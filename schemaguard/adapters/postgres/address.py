"""What a database URL says: as libpq takes it, and as it may be shown.

SQLAlchemy's URLs name a driver behind the scheme (`postgresql+psycopg://`), which libpq doesn't know. What libpq says
of a URL that it can't read quotes the part that it stumbled over, and that may be the password; its words on URLs are
therefore never shown. See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS.
"""

import re
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, unquote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from schemaguard.errors import ConfigError

_SCHEME = re.compile(r"\s*(postgres(?:ql)?)(?:\+\w+)?://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_NETWORK_LIMITS = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
_WHERE = "SCHEMAGUARD_DATABASE_URL, or where the URL was given"
_ENCODE = "percent-encode what is special in user, password and database: @ is %40, / is %2F, % is %25"


def libpq_url(url: str) -> str:
    """The URL or keyword string as libpq takes it, without a driver of SQLAlchemy's behind the scheme.

    Raises ConfigError, which quotes nothing of the URL but its scheme, where it can't be read.
    """
    found = _SCHEME.match(url)
    if found is None and (other := _OTHER_SCHEME.match(url)):
        raise ConfigError(
            f"{other[1]}:// is not a PostgreSQL URL", at=_WHERE, next="use postgresql://user@host/database"
        )
    if found is not None:
        rest = url[found.end() :].rstrip()
        _refuse_unencoded(rest)
        # What asyncpg calls `ssl` is libpq's `sslmode`.
        url = "postgresql://" + _hosts_in_one(re.sub(r"([?&])ssl=", r"\1sslmode=", rest))
    try:
        parts = conninfo_to_dict(url)
    except (ProgrammingError, UnicodeError) as error:
        raise _unreadable("it is neither a URL nor a list of key=value that libpq knows") from error
    ports = str(parts.get("port") or "")
    if not all(port.isdecimal() for port in ports.split(",") if port):
        raise _unreadable("its port is not a number")
    return url


def place(url: str) -> str:
    """Where a URL points, without user and password; every host where it names several."""
    try:
        parts = conninfo_to_dict(libpq_url(url))
    except (ConfigError, ProgrammingError):
        return "the database URL (not a valid one)"
    hosts = str(parts.get("host") or parts.get("hostaddr") or "localhost").split(",")
    ports = str(parts.get("port") or "").split(",")
    # One port is every host's.
    ports = ports * len(hosts) if len(ports) == 1 else ports
    named = [f"{host}{f':{port}' if port else ''}" for host, port in zip_longest(hosts, ports, fillvalue="")]
    return f"database {parts.get('dbname') or '?'} on {' or '.join(named)}"


def network_limits(url: str) -> dict[str, Any]:
    """What ends the wait for a machine that has gone silent, where the URL doesn't say it: after half a minute.

    A machine that loses its power closes no connection, and PostgreSQL's own limit is two hours:
    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES.
    """
    said = conninfo_to_dict(url)
    return {name: value for name, value in _NETWORK_LIMITS.items() if name not in said}


def _hosts_in_one(rest: str) -> str:
    """SQLAlchemy says `?host=a:1&host=b:2` where libpq says `?host=a,b&port=1,2` and would take the last one alone."""
    before, mark, query = rest.partition("?")
    said = query.split("&")
    hosts = [each.removeprefix("host=") for each in said if each.startswith("host=")]
    if len(hosts) < 2:
        return rest
    # A socket's folder may have a colon in it, and has no port.
    pairs = [(host, "", "") if host.startswith(("/", "%2F", "%2f")) else host.rpartition(":") for host in hosts]
    names = [name or port if not colon else name for name, colon, port in pairs]
    ports = [port if colon else "" for _, colon, port in pairs]
    others = [each for each in said if not each.startswith("host=")]
    found = [f"host={','.join(names)}", *([f"port={','.join(ports)}"] if any(ports) else []), *others]
    return f"{before}{mark}{'&'.join(found)}"


def without_secrets(text: str, url: str) -> str:
    """The text without the URL's password, should a server or driver have quoted it."""
    for secret in passwords(url):
        text = text.replace(secret, "…")
    return text


def passwords(url: str) -> frozenset[str]:
    """The URL's password, in each spelling that may turn up; none where it has none or can't be read."""
    try:
        password = conninfo_to_dict(libpq_url(url)).get("password")
    except (ConfigError, ProgrammingError):
        return frozenset()
    return frozenset({str(password), unquote(str(password))}) if password else frozenset()


def _refuse_unencoded(rest: str) -> None:
    """Refuse what libpq would cut at another place than its author meant: then a password is taken for a host."""
    before_query = rest.partition("?")[0]
    userinfo, at, _ = before_query.rpartition("@")
    if at and not userinfo.startswith("/") and re.search(r"[/@]", userinfo):
        raise _unreadable("its user or password has a / or @ that is not percent-encoded")
    if not at and "/" not in before_query and ":" in before_query and "@" in rest:
        raise _unreadable("its user or password has a ? that is not percent-encoded")
    if _PERCENT.search(rest):
        raise _unreadable("it has a % that is not followed by two hexadecimal digits")


def _unreadable(why: str) -> ConfigError:
    return ConfigError(f"the database URL can't be read: {why}", at=_WHERE, next=_ENCODE)


def with_database(url: str, database: str) -> str:
    """The URL or keyword string with another database of the same server."""
    if _SCHEME.match(url) is None:
        return make_conninfo(libpq_url(url), dbname=database)
    libpq_url(url)
    head, mark, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    server = rest.rpartition("@")
    host = server[2].partition("/")[0]
    kept = [each for each in query.split("&") if each and not each.lower().startswith("dbname=")]
    return f"{scheme}://{server[0]}{server[1]}{host}/{quote(database, safe='')}{mark if kept else ''}{'&'.join(kept)}"
