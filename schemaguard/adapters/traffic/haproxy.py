"""HAProxy shows each version its share: by a variable that its rules compare clients with, or by servers' weights.

What was told is read back: a proxy is only believed where it shows it.
"""

import re
from collections.abc import Mapping
from typing import Any

from schemaguard.adapters.traffic.runtime_socket import asked, failed
from schemaguard.config import Proxy
from schemaguard.frozen import dataclass
from schemaguard.releases.traffic import HUNDREDTHS, TrafficShares, weights

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,256}")
_VALUE = re.compile(r"type=sint value=<(-?\d{1,19})>")
_COLUMNS = ("be_name", "srv_name", "srv_op_state", "srv_uweight")
_RUNNING = 2
"""SRV_ST_RUNNING, see https://docs.haproxy.org/2.6/management.html#9.3-show%20servers%20state."""


@dataclass(frozen=True, slots=True)
class _BackendServer:
    weight: int
    is_running: bool


def show(proxy: Proxy, shares: TrafficShares, environ: Mapping[str, str]) -> dict[str, Any]:
    """Have a proxy give these shares, and what it shows afterwards. TrafficError where it doesn't show them."""
    if proxy.variable is not None:
        return _show_in_variable(proxy, proxy.variable, shares.percent * HUNDREDTHS, environ)
    return _show_in_weights(proxy, weights(proxy, shares), environ)


def differs(proxy: Proxy, shares: TrafficShares, environ: Mapping[str, str]) -> str:
    """What a proxy shows where it isn't these shares, in words; empty where it is.

    TrafficError where it can't be asked.
    """
    if proxy.variable is not None:
        value = _variable(proxy, proxy.variable, asked(proxy, f"get var {proxy.variable}", environ))
        wanted = shares.percent * HUNDREDTHS
        return "" if value == wanted else f"{value / HUNDREDTHS:g} % instead of {shares.percent} %"
    shown = _weights(_servers(proxy, environ))
    wanted_weights = _all_weights(proxy, weights(proxy, shares), shown)
    return "" if shown == wanted_weights else f"{_in_words(shown)} instead of {_in_words(wanted_weights)}"


def _show_in_variable(proxy: Proxy, variable: str, wanted: int, environ: Mapping[str, str]) -> dict[str, Any]:
    # A variable that no rule knows would be made by setting it, and be read back.
    was = _variable(proxy, variable, asked(proxy, f"get var {variable}", environ))
    if was != wanted:
        # 2.6 lets it be set in experimental mode alone.
        said = asked(proxy, f"experimental-mode on; set var {variable} int({wanted}); get var {variable}", environ)
        shown = _variable(proxy, variable, said)
        if shown != wanted:
            raise failed(proxy, f"shows {shown} in {variable} after it was told {wanted}{_reason(said)}")
    return {variable: wanted, "was": was}


def _variable(proxy: Proxy, variable: str, said: str) -> int:
    found = _VALUE.search(said)
    if found is None:
        known = f"has no number in {variable}: its global section sets it with set-var {variable} int(0)"
        raise failed(proxy, known if "not found" in said else f"doesn't say {variable}{_reason(said)}")
    return int(found[1])


def _show_in_weights(proxy: Proxy, named: Mapping[str, int], environ: Mapping[str, str]) -> dict[str, Any]:
    servers = _servers(proxy, environ)
    shown = _weights(servers)
    wanted = _all_weights(proxy, named, shown)
    if shown != wanted:
        _require_somebody(proxy, wanted, servers)
        # Who gets more first: there is never nobody to ask.
        changed = sorted((name for name in wanted if wanted[name] != shown[name]), key=lambda name: -wanted[name])
        said = asked(proxy, "; ".join(f"set weight {proxy.backend}/{name} {wanted[name]}" for name in changed), environ)
        after = _weights(_servers(proxy, environ))
        if after != wanted:
            raise failed(proxy, f"shows {_in_words(after)} after it was told {_in_words(wanted)}{_reason(said)}")
    return {"weights": wanted, "was": shown}


def _all_weights(proxy: Proxy, named: Mapping[str, int], shown: Mapping[str, int]) -> dict[str, int]:
    """The weights of every server: those of other versions have none."""
    for name in named:
        if not _NAME.fullmatch(name):
            raise failed(proxy, f"can't have a server that is called {name!r}")
        if name not in shown:
            raise failed(proxy, f"has no server {name} in its backend {proxy.backend}")
    return {name: named.get(name, 0) for name in shown}


def _require_somebody(proxy: Proxy, wanted: Mapping[str, int], servers: Mapping[str, _BackendServer]) -> None:
    """Traffic stays where it is answered: the servers of a version that isn't up would lose each request."""
    if "{version}" not in proxy.active:
        return
    most = max(wanted, key=lambda name: wanted[name])
    if not servers[most].is_running:
        raise failed(proxy, f"has a server {most} that is down: the traffic stays where it is")


def _servers(proxy: Proxy, environ: Mapping[str, str]) -> dict[str, _BackendServer]:
    said = asked(proxy, f"show servers state {proxy.backend}", environ)
    lines = said.split("\n")
    heading = next((line for line in lines if line.startswith("# ")), "").removeprefix("# ").split(" ")
    if not set(_COLUMNS) <= set(heading):
        raise failed(proxy, f"doesn't say which servers {proxy.backend} has{_reason(said)}")
    rows = [
        dict(zip(heading, line.split(" "), strict=False)) for line in lines[lines.index("# " + " ".join(heading)) + 1 :]
    ]
    try:
        return {
            row["srv_name"]: _BackendServer(int(row["srv_uweight"]), int(row["srv_op_state"]) == _RUNNING)
            for row in rows
            if row.get("be_name") == proxy.backend
        }
    except (KeyError, ValueError) as error:
        raise failed(proxy, f"doesn't say which servers {proxy.backend} has{_reason(said)}") from error


def _weights(servers: Mapping[str, _BackendServer]) -> dict[str, int]:
    return {name: server.weight for name, server in servers.items()}


def _in_words(shown: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {weight}" for name, weight in shown.items()) or "no server"


def _reason(said: str) -> str:
    """The proxy's own first words, where it has some."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    return f" ({first[:120]})" if first else ""
