"""Proxies that give each version its share of the traffic: whom they belong to, and what they are to show."""

from collections.abc import Mapping
from typing import Any

from schemaguard.config import Proxy
from schemaguard.errors import SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.releases.release import Pointer

TARGET = "traffic:"
"""What the target of a proxy's delivery begins with; the proxy's name follows."""
HUNDREDTHS = 100
"""A proxy's variable counts hundredths of a percent."""


class TrafficError(SchemaguardError):
    """A proxy can't be reached, says no, or doesn't show what it was told."""


@dataclass(frozen=True, slots=True)
class TrafficShares:
    """Which version has the traffic, and which one how much of it (percent) beside it."""

    active: str | None
    canary: str | None = None
    percent: int = 0

    @property
    def in_words(self) -> str:
        """Such as `canary 8 5 %`."""
        return f"canary {self.canary} {self.percent} %" if self.canary is not None else "no canary"


def of_payload(payload: Mapping[str, Any]) -> TrafficShares:
    """The shares that a delivery says."""
    return TrafficShares(payload["active"], payload["canary"], payload["percent"])


def of_pointer(at: Pointer) -> TrafficShares:
    """The shares that a pointer says."""
    return TrafficShares(at.active, at.canary, at.canary_percent if at.canary is not None else 0)


def proxies_of(model: str, proxies: tuple[Proxy, ...]) -> tuple[Proxy, ...]:
    """The proxies in front of a model's servers."""
    return tuple(proxy for proxy in proxies if proxy.model == model)


def weights(proxy: Proxy, shares: TrafficShares) -> dict[str, int]:
    """The weight of each server that is named, 0 to 100: together they are 100."""
    found = {} if shares.active is None else {_server(proxy.active, shares.active): 100 - shares.percent}
    if shares.canary is not None:
        found[_server(proxy.canary, shares.canary)] = shares.percent
    elif "{version}" not in proxy.canary:
        found[proxy.canary] = 0
    return found


def _server(pattern: str, version: str) -> str:
    return pattern.replace("{version}", version)
