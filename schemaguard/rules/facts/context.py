"""What a rule may look at: the change in its place, the catalogs around it, and the contracts that hold."""

from collections.abc import Callable, Mapping, Sequence

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.overrides import Override
from schemaguard.finding import Reader
from schemaguard.frozen import dataclass, field
from schemaguard.history.revision import Replay, Run, Step
from schemaguard.rules.facts.blame import Blamed
from schemaguard.rules.facts.change import ChangeFacts
from schemaguard.rules.facts.directives import Touches
from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.production import ProductionFacts
from schemaguard.rules.facts.walk import Visit
from schemaguard.window.near_release import NearRelease
from schemaguard.window.under_contract import UnderContract

SessionSettings = Callable[[], Mapping[str, str]]
"""What the sessions begin with in which a history is applied: setting → value."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken for granted while judging: the server's version, and who applies the migrations."""

    postgresql: int = 16
    applied_by: str = "alembic"

    @property
    def with_guard(self) -> bool:
        """Whether the guard is there, which turns drops into retirements."""
        return self.applied_by == "schemaguard"


@dataclass(frozen=True, slots=True)
class Context:
    """One change in its place. `before` and `after` are the catalogs around this change alone."""

    run: Run
    step: Step
    change: Change
    before: Catalog
    after: Catalog
    facts: ChangeFacts
    """Locks, and the transaction so far: made when a rule asks, once for all rules."""
    made: Made
    """What the revision has made before this change."""
    earlier: Sequence[Run]
    """The judged runs before this one."""
    contracts: tuple[UnderContract, ...]
    """The contracts in their windows."""
    blamed: tuple[Blamed, ...]
    """The breakages that this change is to blame for."""
    assumptions: Assumptions
    touches: Touches | None = None
    """What the author says that an opaque statement touches."""
    overrides: tuple[Override, ...] = ()
    """The overrides that are in force."""
    near_releases: tuple[NearRelease, ...] = ()
    """The releases that are fresh, and the canaries that run."""
    explains: bool = False
    """Whether findings on contracts carry their explanation."""
    is_last: bool = False
    """Whether no revision of its history stands behind it."""
    takes_for_granted: bool = False
    """Whether a file of SQL is judged by itself, so that what it names may be there already."""
    honours_waits: bool = True
    """Whether it counts that a revision says what it waits for, and nobody needs that any more."""
    does_nothing: bool = False
    """Whether it says IF EXISTS of what no migration has made."""
    production: ProductionFacts | None = None
    """Production's sizes and traffic, where the settings name a file of them."""
    session_settings: SessionSettings = dict
    """What the history's sessions begin with, such as time limits; looked up when a rule asks."""
    start: Catalog = field(default_factory=Catalog)
    """The catalog before the revision, or before the first of several that are released together."""

    def existed_before(self, table: Name) -> bool:
        """Whether the table was made in an earlier revision or file, or is unknown to the catalog."""
        return self.before.resolve(table) not in self.made.tables

    def column_existed_before(self, table: Name, column: str) -> bool:
        """Whether the column was made in an earlier revision or file, or is unknown to the catalog."""
        return self.existed_before(table) and (self.before.resolve(table), column) not in self.made.columns

    def readers(self, table: Name, column: str | None = None) -> tuple[Reader, ...]:
        """Who reads or writes the table or column under a contract in its window."""
        return tuple(
            reader
            for held in self.contracts
            for access in dict.fromkeys(held.accesses(self.before, table, column))
            for reader in held.readers(access)
        )

    @property
    def is_python(self) -> bool:
        """Whether the author wrote a revision of Alembic's rather than SQL, whatever calls it is made of."""
        return self.run.revision.file.endswith(".py")


@dataclass(frozen=True, slots=True)
class RevisionContext:
    """One judged revision as a whole; `downgrade` is its way back, None where that wasn't evaluated."""

    run: Run
    downgrade: Run | None
    assumptions: Assumptions
    visits: tuple[Visit, ...] = ()
    """Its changes in order, with the catalogs around each."""
    contracts: tuple[UnderContract, ...] = ()
    """The contracts in their windows."""


@dataclass(frozen=True, slots=True)
class WholeContext:
    """All histories that are judged together."""

    replays: tuple[Replay, ...]
    contracts: tuple[UnderContract, ...]
    without_contract: tuple[tuple[str, str], ...]
    """(model, version) of those in their windows that no contract speaks for."""
    assumptions: Assumptions
