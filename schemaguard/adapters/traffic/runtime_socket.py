"""HAProxy's stats socket: one line of commands, one answer, within a time.

See https://docs.haproxy.org/2.6/management.html#9.3 (Unix Socket commands).
"""

import re
import socket
import time
from collections.abc import Mapping

from schemaguard.config import Proxy
from schemaguard.releases.traffic import TrafficError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PLACE = re.compile(r"\[?([^/\[\]]+)\]?:(\d{1,5})")
_LONGEST_ANSWER = 1_000_000


def asked(proxy: Proxy, commands: str, environ: Mapping[str, str]) -> str:
    """What the proxy answers to a line of commands. TrafficError where it doesn't within the proxy's timeout."""
    until = time.monotonic() + proxy.timeout
    try:
        with _connected(_address(proxy, environ), proxy.timeout) as there:
            there.sendall(f"{commands}\n".encode())
            return _until_the_end(there, until).decode("utf-8", "replace")
    except TimeoutError as error:
        raise failed(proxy, f"hasn't answered within {proxy.timeout} s") from error
    except (OSError, ValueError) as error:
        raise failed(proxy, f"could not be reached ({type(error).__name__})") from error


def failed(proxy: Proxy, how: str) -> TrafficError:
    """The error that says how a proxy failed."""
    return TrafficError(
        f"the proxy {proxy.name} {how}", at=f"proxies.{proxy.name}", next="schemaguard reconcile tries it again"
    )


def _address(proxy: Proxy, environ: Mapping[str, str]) -> str:
    named = _VARIABLE.fullmatch(proxy.socket)
    if named is None:
        return proxy.socket
    if not environ.get(named[1]):
        raise failed(proxy, f"stands in the environment variable {named[1]}, and it isn't set")
    return environ[named[1]]


def _connected(address: str, timeout: float) -> socket.socket:
    place = _PLACE.fullmatch(address)
    if place is not None:
        return socket.create_connection((place[1], int(place[2])), timeout)
    there = socket.socket(socket.AF_UNIX)
    try:
        there.settimeout(timeout)
        there.connect(address)
    except BaseException:
        there.close()
        raise
    return there


def _until_the_end(there: socket.socket, until: float) -> bytes:
    """What is answered: the other side closes after it."""
    found = b""
    while len(found) < _LONGEST_ANSWER:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        there.settimeout(left)
        more = there.recv(65_536)
        if not more:
            return found
        found += more
    raise ValueError("an answer without an end")
