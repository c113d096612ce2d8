"""Proxies in front of model servers: what an operation tells them, and what is put right where they show otherwise."""

from collections.abc import Iterable

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


def correct_traffic(site: Site, pointers: Iterable[Pointer]) -> CorrectedTraffic:
    """Have every proxy show what its model's pointer says, under the lock that the caller holds.

    One that was restarted shows what its configuration says. Nothing is raised for a proxy.
    """
    from schemaguard.adapters.traffic import haproxy

    corrected, failed = [], []
    for at in pointers:
        for proxy in proxies_of(at.model, site.proxies) if at.active is not None else ():
            try:
                was = haproxy.differs(proxy, of_pointer(at), site.environ)
                if was:
                    haproxy.show(proxy, of_pointer(at), site.environ)
                    site.database.traffic_corrected(at, proxy.name, was, site.actor)
                    corrected.append(f"proxy {proxy.name}: {at.model} has {of_pointer(at).in_words} (it had {was})")
            except TrafficError as error:
                failed.append(error.what)
    return CorrectedTraffic(tuple(corrected), tuple(failed))


def watch_traffic(site: Site, model: str) -> CorrectedTraffic:
    """The same for one model where nobody holds the lock: it is taken only where something is to be put right."""
    if not proxies_of(model, site.proxies):
        return CorrectedTraffic()
    differing = differences(site, site.database.ask(lambda c: pointer.read(c, model)))
    if not differing.corrected:
        return differing
    try:
        site.database.lock()
    except ConflictError:
        # Somebody is switching: it tells the proxies itself.
        return CorrectedTraffic()
    try:
        # What is read under the lock isn't overtaken by a newer epoch.
        return correct_traffic(site, [site.database.ask(lambda c: pointer.read(c, model))])
    finally:
        site.database.unlock()


def differences(site: Site, at: Pointer) -> CorrectedTraffic:
    """Which proxies show something else than a pointer says, a line each, and which can't be asked."""
    from schemaguard.adapters.traffic import haproxy

    found, failed = [], []
    for proxy in proxies_of(at.model, site.proxies) if at.active is not None else ():
        try:
            if was := haproxy.differs(proxy, of_pointer(at), site.environ):
                found.append(f"the proxy {proxy.name} shows {was}")
        except TrafficError as error:
            failed.append(error.what)
    return CorrectedTraffic(tuple(found), tuple(failed))
