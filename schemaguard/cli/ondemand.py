"""Verbs that are imported and built when they are asked for: there are over thirty of them, and a run needs one."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer

from schemaguard.cli.coercion import Verb, Verbs
from schemaguard.cli.examples import epilog_of
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ListedVerb:
    """Where a verb or a group of verbs is found, and the panel of the help that it stands in."""

    name: str
    module: str
    attribute: str
    panel: str | None = None


def group_of(listed: tuple[ListedVerb, ...]) -> type[Verbs]:
    """The class of a group that has these verbs, in this order."""

    class OnDemand(Verbs):
        def __init__(self, **named: Any) -> None:
            super().__init__(**named)
            self.commands = _Commands(listed)

    return OnDemand


class _Commands(MutableMapping[str, Any]):
    """Commands by name, each made when it is first asked for."""

    def __init__(self, listed: tuple[ListedVerb, ...]) -> None:
        self._listed = {one.name: one for one in listed}
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(self._listed[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._listed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def _command(listed: ListedVerb) -> Any:
    found = getattr(import_module(listed.module), listed.attribute)
    if isinstance(found, typer.Typer):
        group: Any = typer.main.get_command(found)
        group.name, group.rich_help_panel = listed.name, listed.panel
        return group
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.command(listed.name, cls=Verb, rich_help_panel=listed.panel, epilog=epilog_of(listed.name))(found)
    return typer.main.get_command(alone)
