"""Proxies in front of model servers: what an operation tells them, and what is put right where they show otherwise."""

from collections.abc import Mapping

from schemaguard.adapters.control import pointer
from schemaguard.commands.site import Site
from schemaguard.errors import ConflictError
from schemaguard.frozen import dataclass
from schemaguard.releases.ports import NoTraffic, Traffic
from schemaguard.releases.release import Pointer
from schemaguard.releases.traffic import TrafficError, of_pointer, proxies_of


@dataclass(frozen=True, slots=True)
class CorrectedTraffic:
    """Which proxies were put right, a line each, and which couldn't be, and why."""

    corrected: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def traffic_of(site: Site) -> Traffic:
    """The proxies that are configured."""
    if not site.proxies:
        return NoTraffic()
    from schemaguard.adapters.traffic.proxies import ConfiguredProxies

    return ConfiguredProxies(site.proxies, site.environ)


def traffic_drift(site: Site, at: Pointer) -> tuple[str, ...]:
    """Which proxies show something else than a pointer says, and which can't be asked: a line each."""
    return tuple(
        came.what if isinstance(came, TrafficError) else f"the proxy {name} shows {came}"
        for name, came in _differing(site, at).items()
    )


def correct_traffic(site: Site, model: str) -> CorrectedTraffic:
    """Have every proxy show what its model's pointer says: one that was restarted shows what its configuration says.

    The lock is taken only where something is to be put right, so that a proxy that hangs keeps nobody from switching.
    Nothing is raised for a proxy.
    """
    if not proxies_of(model, site.proxies):
        return CorrectedTraffic()
    seen = _differing(site, _pointer(site, model))
    wrong = [name for name, came in seen.items() if not isinstance(came, TrafficError)]
    failed = tuple(came.what for came in seen.values() if isinstance(came, TrafficError))
    if not wrong:
        return CorrectedTraffic(failed=failed)
    try:
        site.database.lock()
    except ConflictError:
        # Somebody is switching: it tells the proxies itself.
        return CorrectedTraffic(failed=failed)
    try:
        # What is read under the lock isn't overtaken by a newer epoch.
        found = _put_right(site, _pointer(site, model), wrong)
    finally:
        site.database.unlock()
    return CorrectedTraffic(found.corrected, (*failed, *found.failed))


def _pointer(site: Site, model: str) -> Pointer:
    return site.database.ask(lambda c: pointer.read(c, model))


def _differing(site: Site, at: Pointer) -> Mapping[str, str | TrafficError]:
    own = proxies_of(at.model, site.proxies)
    if not own or at.active is None:
        return {}
    from schemaguard.adapters.traffic.proxies import ConfiguredProxies

    return ConfiguredProxies(own, site.environ).differing(of_pointer(at))


def _put_right(site: Site, at: Pointer, names: list[str]) -> CorrectedTraffic:
    from schemaguard.adapters.traffic import haproxy

    corrected, failed = [], []
    for proxy in proxies_of(at.model, site.proxies):
        if proxy.name not in names:
            continue
        try:
            was = haproxy.differs(proxy, of_pointer(at), site.environ)
            if was:
                haproxy.show(proxy, of_pointer(at), site.environ)
                site.database.traffic_corrected(at, proxy.name, was, site.actor)
                corrected.append(f"proxy {proxy.name}: {at.model} has {of_pointer(at).in_words} (it had {was})")
        except TrafficError as error:
            failed.append(error.what)
    return CorrectedTraffic(tuple(corrected), tuple(failed))
