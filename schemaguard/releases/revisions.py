"""Where the applied revision moves to, and which revisions are held, when a model goes back or forward again."""

from collections.abc import Collection, Mapping

from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class RevisionMove:
    """What happens to `alembic_version` in the commit transaction: its heads before and after, and the holds."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    reason: str = ""

    @property
    def moves(self) -> bool:
        """Whether the applied revision changes at all."""
        return self.before != self.after


def move_back(
    heads: tuple[str, ...], undone: Collection[str], parents: Mapping[str, tuple[str, ...]], reason: str
) -> RevisionMove:
    """Take undone revisions off the heads for as long as a head is one; all of them are held.

    A revision whose parents aren't known stays: then it is held in place. So does one below a revision that stays.
    """
    standing = set(heads)
    while movable := sorted(head for head in standing if head in undone and parents.get(head)):
        head = movable[0]
        standing.discard(head)
        below = {parent for other in standing for parent in _ancestors(other, parents)}
        standing.update(parent for parent in parents[head] if parent not in below)
    return RevisionMove(
        before=tuple(sorted(heads)), after=tuple(sorted(standing)), hold=tuple(sorted(undone)), reason=reason
    )


def move_forward(
    heads: tuple[str, ...], released: Collection[str], parents: Mapping[str, tuple[str, ...]], reason: str
) -> RevisionMove:
    """Put released revisions back on top of the heads that they stand on, in their order."""
    standing = set(heads)
    known = {below for head in standing for below in _ancestors(head, parents)} | standing
    waiting = sorted(set(released) - known)
    while ready := [revision for revision in waiting if set(parents.get(revision, ("?",))) <= known]:
        revision = ready[0]
        waiting.remove(revision)
        standing -= set(parents[revision])
        standing.add(revision)
        known.add(revision)
    return RevisionMove(
        before=tuple(sorted(heads)),
        after=tuple(sorted(standing)),
        release=tuple(sorted(set(released) - set(waiting))),
        reason=reason,
    )


def _ancestors(revision: str, parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents.get(revision, ()))
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(parents.get(parent, ()))
    return found
