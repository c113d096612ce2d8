"""What the contract revision of a split says that it waits for: taking that away is no news once nobody needs it."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Name
from schemaguard.finding import Reader
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.directives import waits_for


def is_fulfilled(context: Context, table: Name, *columns: str) -> bool:
    """Whether the revision waits for the table, or one of its columns, and nobody in a window needs them any more."""
    if not context.honours_waits:
        return False
    awaited = [(name, held) for name, held in _awaited(context) if name == context.before.resolve(table)]
    covers = any(not held or set(held) & set(columns) for _, held in awaited)
    return covers and not any(_readers(context, name, held) for name, held in awaited)


def is_awaited(context: Context, needed: str) -> bool:
    """Whether it is the table or column, as a finding names it, that the revision says it waits for."""
    for table, held in _awaited(context):
        spelled = (str(table), table.name)
        if needed in spelled or any(needed == f"{one}.{column}" for one in spelled for column in held):
            return True
    return False


def is_of_split(context: Context) -> bool:
    """Whether the revision is the last one of a split."""
    return next(_awaited(context), None) is not None


def _awaited(context: Context) -> Iterator[tuple[Name, tuple[str, ...]]]:
    found = waits_for(context.run.comments)
    for table, columns in found.objects if found is not None else ():
        yield context.before.resolve(table), columns


def _readers(context: Context, table: Name, columns: tuple[str, ...]) -> tuple[Reader, ...]:
    if not columns:
        return context.readers(table)
    return tuple(reader for column in columns for reader in context.readers(table, column))
