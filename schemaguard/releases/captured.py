"""Rows that a revision changed or deleted, and that were kept: given back with a version, or written again."""

from collections.abc import Iterable
from datetime import datetime

from schemaguard.catalog.objects import Name
from schemaguard.errors import RefusedError, command_line
from schemaguard.releases.leftovers import names
from schemaguard.releases.now import Now
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import CapturedRows, Release, ReversalClass


def values_moved(now: Now, target: Release, released: Iterable[str], *, is_rollback: bool) -> tuple[Reversal, ...]:
    """What is given back because the target was put to serve before a revision changed what it was promised, and what
    is written again because its revision is (`released`); the last first, and what others refer to before these.

    RefusedError where that can't be done, or would take from somebody what they were put to serve on.
    """
    back = {
        each.revision
        for each in now.captured
        if each.given_back_at is None and target.who in each.readers and _is_before(target.released_at, each.changed_at)
    }
    again = set(released) & {each.revision for each in now.captured if each.given_back_at is not None}
    _refuse_half(now, target, again, is_rollback=is_rollback)
    first = {each.revision: each.id for each in sorted(now.captured, key=lambda each: each.id, reverse=True)}
    given = [each for each in now.captured if each.given_back_at is None and each.revision in back]
    written = [each for each in now.captured if each.given_back_at is not None and each.revision in again]
    given.sort(key=lambda each: (-first[each.revision], each.depth, each.id))
    written.sort(key=lambda each: (first[each.revision], -each.depth, each.id))
    for each in (*given, *written):
        _require_possible(each, now)
    return tuple(_reversal(each) for each in (*given, *written))


def values_purged(now: Now, target: Release) -> tuple[str, ...]:
    """What the target was promised and revisions changed since, and nobody can give back any more, in words."""
    return tuple(
        f"nothing to give back of {each.table}: what revision {each.revision} changed or deleted was purged "
        f"({each.count} rows), and stays as it is"
        for each in now.purged
        if each.given_back_at is None and target.who in each.readers and _is_before(target.released_at, each.changed_at)
    )


def changes_of(now: Now, reversals: Iterable[Reversal]) -> frozenset[int]:
    """The applied changes whose rows these give back."""
    moved = {each.captured for each in reversals if not each.is_again}
    return frozenset(number for each in now.captured if each.id in moved for number in each.changes)


def columns_of(now: Now, reversals: Iterable[Reversal]) -> frozenset[tuple[Name, str]]:
    """The columns whose values are given back or written again."""
    moved = {each.captured for each in reversals}
    return frozenset((each.table, column) for each in now.captured if each.id in moved for column in each.columns)


def _is_before(served: datetime | None, changed: datetime) -> bool:
    return served is not None and served < changed


def _reversal(rows: CapturedRows) -> Reversal:
    return Reversal(
        rows.object, (), ReversalClass.SLOW, revision=rows.revision, captured=rows.id,
        is_again=rows.given_back_at is not None, rows=rows.count, changed_since=rows.changed_since, gone=rows.gone,
    )  # fmt: skip


def _require_possible(rows: CapturedRows, now: Now) -> None:
    what = f"what revision {rows.revision} changed in {rows.table}"
    if rows.obstacle is not None:
        verb = "given back" if rows.given_back_at is None else "written again"
        raise RefusedError(
            f"{what} can't be {verb}: {rows.obstacle}",
            at=rows.object,
            next="set it right in a migration; nothing was changed",
        )
    models = {now.pointer.model} | {each.model for each in (*now.left, *now.coming)}
    others = [who for who in rows.relied_on if who.partition("@")[0] not in models]
    if others:
        raise RefusedError(
            f"{', '.join(others)} was put to serve on {what}, and would read other values",
            at=rows.object,
            next=f"switch it along: --also {others[0].partition('@')[0]}=VERSION; nothing was changed",
        )


def _is_concerned(target: Release, rows: CapturedRows, now: Now) -> bool:
    """Whether it was promised any of it, then or since."""
    return target.who in rows.readers or any(
        names(target.contract, now.catalog, rows.table, column) for column in rows.columns
    )


def _refuse_half(now: Now, target: Release, again: set[str], *, is_rollback: bool) -> None:
    """The target was put to serve on values that were given back since, and nothing writes them again."""
    for each in now.captured:
        if each.given_back_at is None or each.revision in again or not _is_concerned(target, each, now):
            continue
        if target.released_at is None or target.released_at < each.changed_at:
            continue
        promote = command_line("promote", now.pointer.model, target.version)
        raise RefusedError(
            f"{target.who} was put to serve on what revision {each.revision} changed in {each.table}, "
            "and that was given back",
            at=each.object,
            next=promote if is_rollback else f"apply revision {each.revision} again; nothing was changed",
        )
