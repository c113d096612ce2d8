"""What a rule is: one record that the report, `explain`, the documentation and the tests all read."""

from collections.abc import Callable, Iterable

from schemaguard.catalog.changes import Change
from schemaguard.finding import Explanation, Family, Fix, Place, Reader, Severity
from schemaguard.frozen import dataclass
from schemaguard.rules.facts.context import Context, RevisionContext, WholeContext


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a rule fires; what is None is said by the rule's own record."""

    object: str
    message: str
    effect: str | None = None
    instead: str | None = None
    severity: Severity | None = None
    cause: str | None = None
    readers: tuple[Reader, ...] = ()
    place: Place | None = None
    """Where it isn't the place of the statement or revision."""
    history: str | None = None
    revision: str | None = None
    explanation: Explanation | None = None
    fix: Fix | None = None
    """The corrected migration; see `remedies`."""


EVERY = (object,)
"""What a rule watches that is asked about each change."""


def _never(*_: object) -> tuple[Match, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern that is looked for: in changes, in revisions, in whole histories, or in edits of contracts."""

    id: str
    """Kebab-case; it names the pattern, not the remedy."""
    family: Family
    severity: Severity
    when: str
    """The pattern, as the end of the sentence "It fires on …"."""
    effect: str
    instead: str
    watches: tuple[type, ...] = ()
    """The kinds of changes that `check` is asked about; EVERY for all of them."""
    check: Callable[[Change, Context], Iterable[Match]] = _never
    check_revision: Callable[[RevisionContext], Iterable[Match]] = _never
    check_whole: Callable[[WholeContext], Iterable[Match]] = _never
    aliases: tuple[str, ...] = ()
    """What other linters call it, as `tool/name`."""
    opt_in: bool = False
    """Off unless it is selected by name."""
    is_graded: bool = False
    """Whether it matters the more, the longer the change works: what production's size says of it is its severity."""
    once_a_history: bool = False
    """Whether the first match says it for the whole history."""

    @property
    def is_fixed(self) -> bool:
        """Whether no comment, baseline or configuration may touch it."""
        return self.family is Family.CONTRACT

    @property
    def looks_at_changes(self) -> bool:
        """Whether single changes are its business."""
        return self.check is not _never

    @property
    def looks_at_revisions(self) -> bool:
        """Whether a revision as a whole is its business."""
        return self.check_revision is not _never

    def answers_to(self, word: str) -> bool:
        """Whether the word is this rule's id, its family, or its name in another linter."""
        return word in (self.id, self.family.value, *self.aliases, *(a.partition("/")[2] for a in self.aliases))
