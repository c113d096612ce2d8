"""All proxies that are configured, asked and told at the same time: one that hangs keeps no other waiting."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from schemaguard.adapters.awaited import Awaited
from schemaguard.adapters.traffic import haproxy
from schemaguard.adapters.traffic.runtime_socket import failed
from schemaguard.config import Proxy
from schemaguard.releases.ports import Delivery, unknown_proxy
from schemaguard.releases.traffic import TARGET, TrafficError, TrafficShares, of_payload

K = TypeVar("K")
T = TypeVar("T")
_GRACE_S = 0.5
_ASKED = 3
"""How often a proxy is asked at most for one delivery."""


class ConfiguredProxies:
    """The proxies of the settings."""

    def __init__(self, proxies: Sequence[Proxy], environ: Mapping[str, str]) -> None:
        self._proxies = {proxy.name: proxy for proxy in proxies}
        self._environ = environ

    def show(self, deliveries: Sequence[Delivery]) -> Mapping[int, Mapping[str, Any] | TrafficError]:
        """Tell each delivery's proxy, and read back: by delivery what it shows, or why not."""
        unknown: dict[int, TrafficError] = {}
        acts: dict[int, tuple[Proxy, Callable[[], Mapping[str, Any]]]] = {}
        for each in deliveries:
            name = each.target.removeprefix(TARGET)
            if name in self._proxies:
                acts[each.id] = self._proxies[name], self._telling(self._proxies[name], each)
            else:
                unknown[each.id] = unknown_proxy(name)
        return {**unknown, **_at_once(acts)}

    def _telling(self, proxy: Proxy, delivery: Delivery) -> Callable[[], Mapping[str, Any]]:
        return lambda: {"proxy": proxy.name, **haproxy.show(proxy, of_payload(delivery.payload), self._environ)}

    def differing(self, shares: TrafficShares) -> Mapping[str, str | TrafficError]:
        """By proxy what each shows, in words, where it isn't these shares, or why it can't be asked."""
        found = _at_once({name: (proxy, self._comparing(proxy, shares)) for name, proxy in self._proxies.items()})
        return {name: came for name, came in found.items() if came}

    def _comparing(self, proxy: Proxy, shares: TrafficShares) -> Callable[[], str]:
        return lambda: haproxy.differs(proxy, shares, self._environ)


def _at_once(acts: Mapping[K, tuple[Proxy, Callable[[], T]]]) -> dict[K, T | TrafficError]:
    """What came of each act with its proxy. They run together, so that all are over when the slowest one has to be."""
    began = time.monotonic()
    running = {key: (proxy, Awaited(act)) for key, (proxy, act) in acts.items()}
    return {key: _came(proxy, act, began + _ASKED * proxy.timeout + _GRACE_S) for key, (proxy, act) in running.items()}


def _came(proxy: Proxy, act: Awaited[T], until: float) -> T | TrafficError:
    # What hangs here is the search for a name: everything else has the proxy's timeout.
    if not act.within(until - time.monotonic()):
        return failed(proxy, "hangs")
    try:
        return act.answer()
    except TrafficError as error:
        return error
    except Exception as error:  # nothing that is odd about one proxy keeps the others from being told
        return failed(proxy, f"answers something odd ({type(error).__name__})")
