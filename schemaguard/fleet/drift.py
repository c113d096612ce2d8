"""Which members look alike: groups by the digest of what readers see of a catalog."""

import json
from collections.abc import Mapping
from typing import Any

from schemaguard.catalog.diff import difference
from schemaguard.catalog.document import document
from schemaguard.catalog.objects import Catalog
from schemaguard.fleet.standing import Group
from schemaguard.frozen import dataclass
from schemaguard.sealing import digest
from schemaguard.sql.writing.identifiers import is_hidden

_SHOWN = 20
_OURS = ("schemaguard", "schemaguard_fleet")


@dataclass(frozen=True, slots=True)
class Looks:
    """What a member looks like, and where its history stands."""

    catalog: Catalog
    heads: tuple[str, ...]


def catalog_digest(catalog: Catalog) -> str:
    """The digest of a catalog without what is out of sight: members of one digest have the same shape."""
    return digest(json.dumps(_visible(document(catalog)), sort_keys=True))


def groups(members: Mapping[str, Looks]) -> tuple[Group, ...]:
    """The members by what they look like, the largest group first, each other with what it has otherwise."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, looks in members.items():
        found.setdefault((catalog_digest(looks.catalog), looks.heads), []).append(name)
    ordered = sorted(found.items(), key=lambda each: (-len(each[1]), each[1][0]))
    first = members[ordered[0][1][0]] if ordered else None
    return tuple(
        Group(its_digest, tuple(names), heads, _differences(first, members[names[0]]))
        for (its_digest, heads), names in ordered
    )


def _differences(usual: Looks | None, other: Looks) -> tuple[str, ...]:
    if usual is None or usual is other:
        return ()
    lines = [
        str(each)
        for each in difference(usual.catalog, other.catalog)
        # Of what is there on one side alone, what has no value says nothing.
        if not is_hidden(each.object.rpartition(".")[2]) and (each.left or each.right)
    ]
    if usual.heads != other.heads:
        lines.insert(0, f"~ revision: {', '.join(usual.heads) or 'none'} → {', '.join(other.heads) or 'none'}")
    if not lines:
        lines = ["only in what is a matter of spelling"]
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], *((f"and {more} more",) if more > 0 else ()))


def _visible(value: Any) -> Any:
    """Without what is retired, and without our own schemas."""
    if isinstance(value, list):
        return [_visible(each) for each in value if not _is_out_of_sight(each)]
    if isinstance(value, dict):
        return {key: _visible(each) for key, each in value.items()}
    return value


def _is_out_of_sight(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    schema = str(value.get("schema") or "")
    return is_hidden(str(value.get("name") or "")) or schema in _OURS or schema.startswith("schemaguard_")


def listed_twice(identities: Mapping[str, str]) -> tuple[str, ...]:
    """Which members are one database, given what tells each one's from every other: a line for each such database."""
    found: dict[str, list[str]] = {}
    for member, identity in identities.items():
        found.setdefault(identity, []).append(member)
    return tuple(f"{' and '.join(names)} are the same database" for names in found.values() if len(names) > 1)
