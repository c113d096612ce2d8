"""All proxies that are configured, told at the same time: one that hangs keeps no other from being told."""

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any

from schemaguard.adapters.traffic import haproxy
from schemaguard.adapters.traffic.runtime_socket import failed
from schemaguard.config import Proxy
from schemaguard.releases.ports import Delivery, unknown_proxy
from schemaguard.releases.traffic import TARGET, TrafficError, of_payload

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
        found: dict[int, Mapping[str, Any] | TrafficError] = {}
        telling: list[tuple[Delivery, Proxy, Thread]] = []
        for each in deliveries:
            proxy = self._proxies.get(each.target.removeprefix(TARGET))
            if proxy is None:
                found[each.id] = unknown_proxy(each.target.removeprefix(TARGET))
                continue
            # A daemon: what hangs, such as the search for a name, doesn't keep the program from ending.
            thread = Thread(target=self._tell, args=(each, proxy, found), daemon=True)
            thread.start()
            telling.append((each, proxy, thread))
        for each, proxy, thread in telling:
            thread.join(_ASKED * proxy.timeout + _GRACE_S)
            if thread.is_alive():
                found[each.id] = failed(proxy, "hangs")
        return dict(found)

    def _tell(self, delivery: Delivery, proxy: Proxy, found: dict[int, Mapping[str, Any] | TrafficError]) -> None:
        try:
            found[delivery.id] = {
                "proxy": proxy.name,
                **haproxy.show(proxy, of_payload(delivery.payload), self._environ),
            }
        except TrafficError as error:
            found[delivery.id] = error
