"""What a lock means, in words: its mode, on which tables, what waits, and whether the time grows with the table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.traffic import felt, worked_on

if TYPE_CHECKING:
    from schemaguard.catalog.locks import Lock

_SHOWN = 4


def lock_effect(context: Context) -> str:
    """What the change does to those who use its tables: one or two sentences, the last without a full stop."""
    locks = felt(context)
    taken = in_words(locks, context.before)
    return f"takes {taken}; {_held(context)}" if taken else _held(context)


def in_words(locks: "Iterable[Lock]", catalog: Catalog) -> str:
    """`ACCESS EXCLUSIVE on a and b (reads and writes wait), SHARE on c (writes wait, reads go on)`."""
    by_mode: dict[str, list[Lock]] = {}
    for lock in locks:
        by_mode.setdefault(lock.mode, []).append(lock)
    return ", ".join(
        f"{mode} on {listed((lock.relation for lock in found), catalog)} ({_waits(found[0])})"
        for mode, found in by_mode.items()
    )


def listed(relations: Iterable[Name], catalog: Catalog) -> str:
    """Names as an author would write them: `a`, `a and b`, `a, b, c, d and 3 more`."""
    names = [shown(name, catalog) for name in dict.fromkeys(relations)]
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def shown(name: Name, catalog: Catalog) -> str:
    """A relation's name, without its schema where it is found without."""
    return name.name if catalog.resolve(Name(name.name)) == name else str(name)


def _waits(lock: "Lock") -> str:
    if lock.blocks_reads:
        return "reads and writes wait"
    return "writes wait, reads go on" if lock.blocks_writes else "reads and writes go on"


def _held(context: Context) -> str:
    work = context.facts.work
    until = "" if context.step.autocommit else ", and it is held until the transaction ends"
    tables = listed(worked_on(context), context.before)
    if work.work == "scan" and tables:
        return f"{tables} is read through meanwhile ({work.why}), so the time grows with it{until}"
    if work.work == "rewrite" and tables:
        return f"{tables} is written anew meanwhile ({work.why}), so the time grows with it{until}"
    return f"that doesn't grow with the table, but all queue behind it while it waits for open transactions{until}"
