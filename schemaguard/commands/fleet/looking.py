"""Asking many members at once, each on a connection of its own."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from schemaguard.commands.fleet.opening import Fleet
from schemaguard.errors import ConfigError, SchemaguardError
from schemaguard.fleet.drift import listed_twice
from schemaguard.fleet.manifest import FleetMember

T = TypeVar("T")
_MOST_AT_ONCE = 16


def ask_each(
    fleet: Fleet, members: Iterable[FleetMember], ask: Callable[[str], T]
) -> tuple[Mapping[str, T], Mapping[str, str]]:
    """(member → what was answered, member → why nothing was); `ask` is given a URL."""
    from schemaguard.adapters.postgres.address import without_secrets

    def one(member: FleetMember) -> tuple[str, T | None, str]:
        try:
            url = fleet.url(member)
        except SchemaguardError as error:
            return member.name, None, error.what
        try:
            return member.name, ask(url), ""
        except SchemaguardError as error:
            return member.name, None, without_secrets(f"{error.what} ({error.at})" if error.at else error.what, url)

    at_once = min(max(fleet.manifest.policy.at_once, 1), _MOST_AT_ONCE)
    with ThreadPoolExecutor(at_once) as pool:
        told = list(pool.map(one, members))
    answers = {name: answer for name, answer, why in told if answer is not None}
    return answers, {name: why for name, answer, why in told if answer is None}


def require_different(fleet: Fleet, members: Iterable[FleetMember]) -> None:
    """ConfigError where two of the members that can be asked are one database: what is done would be done twice."""
    from schemaguard.adapters.fleet.looking import identity

    found, _ = ask_each(fleet, members, identity)
    if twice := listed_twice(found):
        raise ConfigError("; ".join(twice), at=fleet.manifest.file, next="leave all but one of them out")
