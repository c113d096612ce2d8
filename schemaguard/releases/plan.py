"""A plan as data: what a promotion or rollback would do, decided before anything is touched."""

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.views import ContractViews, contract_views
from schemaguard.errors import ConflictError, RefusedError, UsageError, command_line
from schemaguard.frozen import dataclass, field, replace
from schemaguard.releases.additions import Addition, GivenBack, given_back, in_the_way, without
from schemaguard.releases.captured import changes_of, values_moved, values_purged
from schemaguard.releases.filling import fill_rows, worst_class
from schemaguard.releases.leftovers import Leftover, leftovers_of_promotion, leftovers_of_rollback, names
from schemaguard.releases.lookahead import Fit
from schemaguard.releases.now import Now
from schemaguard.releases.readiness import Loosening, Readiness, Reversal, Wish, make_ready, restore
from schemaguard.releases.release import Canary, OperationKind, Release, ReversalClass
from schemaguard.releases.revisions import RevisionMove, move_back, move_forward


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator asks for; `version` None leaves the target of a rollback to the pointer."""

    kind: OperationKind
    version: str | None = None
    if_epoch: int | None = None
    fallback: str | None = None
    alias: str = "champion"
    fills: tuple[str, ...] = ()
    """What rows without a value get, as SQL: `EXPR`, or `table.column=EXPR` where several columns need some."""
    share: Canary | None = None
    """What a canary is to get."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done. `epoch` is the one that the operator saw: it must still be the pointer's at the commit."""

    kind: OperationKind
    model: str
    from_version: str | None
    to_version: str
    epoch: int
    alias: str
    reversals: tuple[Reversal, ...] = ()
    loosenings: tuple[Loosening, ...] = ()
    views: ContractViews = field(default_factory=lambda: ContractViews("", "", ()))
    revision: RevisionMove = field(default_factory=RevisionMove)
    leftovers: tuple[Leftover, ...] = ()
    reversal_class: ReversalClass = ReversalClass.INSTANT
    fallback: str | None = None
    additions: tuple[Addition, ...] = ()
    """What the version that is left added and may refuse what the target writes: taken off."""
    gives_back: tuple[GivenBack, ...] = ()
    """What had been taken off for an older version, and is tried again when nobody of it writes any more."""
    purged: tuple[str, ...] = ()
    """Rows that the target was promised and that can't be given back any more, in words."""
    reads_copy: bool = False
    """Whether the target reads a copy, which follows only when somebody copies again."""

    canary: Canary | None = None
    """Who has a share of the traffic afterwards."""
    canary_before: str | None = None

    @property
    def active_before(self) -> str | None:
        """What serves until the commit."""
        return self.to_version if self.kind is OperationKind.ABORT else self.from_version

    @property
    def active_after(self) -> str | None:
        """What serves from the commit on."""
        return self.from_version if self.kind in (OperationKind.CANARY, OperationKind.ADVANCE) else self.to_version

    @property
    def left(self) -> tuple[str, ...]:
        """The versions that lose all their traffic."""
        before = (self.active_before, self.canary_before)
        after = (self.active_after, self.canary.version if self.canary is not None else None)
        return tuple(version for version in before if version is not None and version not in after)

    @property
    def moves_traffic(self) -> bool:
        """Whether a share of the traffic is given or taken away."""
        return self.canary is not None or self.canary_before is not None

    @property
    def restored(self) -> tuple[str, ...]:
        """The objects that come back into sight."""
        return tuple(reversal.object for reversal in self.reversals if reversal.retired is not None)

    @property
    def owed(self) -> tuple[str, ...]:
        """Constraints and indexes that come back when nobody writes the other shape any more."""
        return tuple(statement for reversal in self.reversals for statement in reversal.owed)


class BrokenContractError(RefusedError):
    """The target can't be made ready without breaking somebody else's contract: `contract` is the first of them."""

    def __init__(self, contract: Contract, what: str, *, at: str) -> None:
        super().__init__(what, at=at, next="agree on it with the owner first; nothing was changed")
        self.contract = contract


def make_plan(now: Now, wanted: Wanted, fit: Fit) -> Plan:
    """The plan that takes a model from now to what is wanted.

    Raises UsageError for what can't be meant, ConflictError where the epoch isn't the one that was seen, and
    RefusedError where the target can't be made ready without breaking somebody.
    """
    return plan_and_catalog(now, wanted, fit)[0]


def plan_and_catalog(now: Now, wanted: Wanted, fit: Fit) -> tuple[Plan, Catalog]:
    """The same, with the catalog that the plan's PREPARE leads to."""
    # Whoever saw another epoch is told so first: what they ask for was meant for another state.
    check_epoch(now, wanted)
    target = _target(now, wanted)
    is_rollback = wanted.kind is OperationKind.ROLLBACK
    released = () if is_rollback else released_by(now, target, fit)
    forced = restore(now.retired, {r.id for r in now.retired if r.operation is not None and r.revision in released})
    active = now.active.contract if now.active is not None else None
    additions = in_the_way(now.additions.get(target.version, ()), target.contract, active) if is_rollback else ()
    back = () if is_rollback else tuple(each for each in now.owed if each.for_version != target.version)
    catalog = without(additions, now.catalog, fit) if is_rollback else given_back(back, now.catalog, fit)
    ready = make_ready(
        Wish(target.contract, target.who, is_rollback, target.superseded_at), catalog, forced, (now, fit)
    )
    ready, back = fill_rows(ready, target, wanted.fills, (now, back))
    moved = values_moved(now, target, released, is_rollback=is_rollback)
    ready = replace(ready, reversals=(*ready.reversals, *moved))
    check_others(now, ready, target, (catalog, fit), is_rollback=is_rollback)
    leftovers = leftovers_of_rollback(now, target) if is_rollback else leftovers_of_promotion(now, released)
    made = Plan(
        kind=wanted.kind,
        model=now.pointer.model,
        from_version=now.pointer.active,
        to_version=target.version,
        epoch=now.pointer.epoch,
        alias=wanted.alias,
        reversals=ready.reversals,
        loosenings=ready.loosenings,
        views=contract_views(target.contract, target.view_schema, ready.catalog),
        revision=_back(now, ready, target) if is_rollback else _forward(now, released, target),
        leftovers=leftovers,
        reversal_class=worst_class(ready, target, back),
        fallback=wanted.fallback,
        additions=additions,
        gives_back=back,
        purged=values_purged(now, target),
        reads_copy=target.contract.reads_through == "copy",
        canary_before=now.pointer.canary,
    )
    return made, ready.catalog


def _target(now: Now, wanted: Wanted) -> Release:
    model, pointer = now.pointer.model, now.pointer
    if wanted.kind is OperationKind.ROLLBACK and pointer.active is None:
        raise UsageError(f"{model} was never promoted, so there is nothing to roll back", next="schemaguard status")
    version = wanted.version if wanted.version is not None else now.default_target()
    if version is None:
        raise UsageError(
            f"{model} {pointer.active} was not promoted over another version",
            at=f"the pointer of {model}, epoch {pointer.epoch}",
            next=command_line("rollback", model, "--to", "VERSION", "--reason", "WHY"),
        )
    for name in (version, wanted.fallback):
        if name is not None and name not in now.releases:
            raise UsageError(
                f"{model} {name} is not published",
                at=f"published: {', '.join(now.releases) or 'none'}",
                next=command_line("contracts", "publish", model, name),
            )
    if version == pointer.active:
        raise UsageError(f"{model} {version} is already active (epoch {pointer.epoch})", next="schemaguard status")
    if wanted.kind is OperationKind.PROMOTE and pointer.canary not in (None, version):
        raise RefusedError(
            f"{model} {pointer.canary} runs as a canary with {pointer.canary_percent} % of the traffic",
            next=command_line("canary", "abort", model, "--reason", "WHY"),
        )
    # Going back may always be needed, whoever has frozen the model.
    if pointer.frozen and wanted.kind is not OperationKind.ROLLBACK:
        raise RefusedError(pointer.frozen_in_words, next=command_line("thaw", model, "--reason", "WHY"))
    target = now.releases[version]
    if wanted.kind is OperationKind.ROLLBACK and target.first_served_at is None and version != pointer.fallback:
        raise UsageError(
            f"{model} {version} never served, so there is no going back to it",
            next=command_line("promote", model, version),
        )
    return target


def check_epoch(now: Now, wanted: Wanted) -> None:
    """ConflictError where the epoch isn't the one that the operator saw."""
    if wanted.if_epoch is not None and wanted.if_epoch != now.pointer.epoch:
        raise ConflictError(
            f"the epoch of {now.pointer.model} is {now.pointer.epoch}, not {wanted.if_epoch}: somebody switched it",
            at=f"{now.pointer.model} {now.pointer.active or 'nothing'} is active",
            next="look at schemaguard status, then decide again",
        )


def check_others(
    now: Now, ready: Readiness, target: Release, around: tuple[Catalog, Fit], *, is_rollback: bool = False
) -> None:
    """From PREPARE until FINISH the database satisfies what is left and everybody else in their window.

    RefusedError where it wouldn't.
    """
    begun, fit = around
    lifted = {(loosening.schema, loosening.table, loosening.column) for loosening in ready.loosenings}
    swapped = _swapped(now, ready)
    serving = [each.contract for each in (now.active, now.canary) if each is not None and each is not target]
    left = (*now.left, *serving)
    # What is owed is tried when nobody of the release that is left writes any more.
    is_later = begun is not now.catalog and not is_rollback
    at_once = ready.catalog
    if is_later or any(each.owed for each in ready.reversals):
        at_once = fit.after(_at_once(ready), begun if is_rollback else now.catalog)
    for contract in (*(each for each in now.needed if each not in now.coming), *left):
        known = set(fit.unmet(contract, now.catalog))
        is_active = contract in left
        if is_active and is_rollback and begun is not now.catalog:
            # The release that is left does without what it added, until its servers have switched.
            known |= set(fit.unmet(contract, begun))
        for unmet in fit.unmet(contract, at_once if is_active else ready.catalog):
            if unmet in known:
                continue
            # Two types take turns under one name: a view shows its own, and the release that is left reads no more.
            if (unmet.table, unmet.column) in swapped and (is_active or contract.reads_through == "view"):
                continue
            # The release that is left may read NULLs in a column whose NOT NULL was lifted for the one that comes.
            is_left = is_rollback and is_active
            place = (unmet.table.schema or "public", unmet.table.name, unmet.column or "")
            if is_left and unmet.cause in ("null-possible", "signature-refused") and place in lifted:
                continue
            what = f"it would break the contract of {contract.who}: {unmet.message}"
            raise BrokenContractError(contract, what, at=unmet.object)


def _swapped(now: Now, ready: Readiness) -> frozenset[tuple[Name, str | None]]:
    """The columns that get the type back that they had before."""
    coming = {each.retired for each in ready.reversals}
    return frozenset((each.table, each.column) for each in now.retired if each.is_of_two and each.id in coming)


def _at_once(ready: Readiness) -> tuple[str, ...]:
    undone = (statement for each in ready.reversals for statement in each.statements)
    return (*undone, *(each.statement for each in ready.loosenings))


def released_by(now: Now, target: Release, fit: Fit) -> tuple[str, ...]:
    """The held revisions that the target can live with: it names nothing that they took away, and every type that they
    changed suits it.
    """
    mine = {operation.id for operation in now.history}
    return tuple(
        held.revision
        for held in now.held
        if held.operation in mine
        and not any(
            names(target.contract, now.catalog, retired.table, retired.column)
            for retired in now.restored
            if retired.revision == held.revision
        )
        and not any(
            set(fit.unmet(target.contract, fit.after((*retired.restore, *retired.owed), now.catalog)))
            - set(fit.unmet(target.contract, now.catalog))
            for retired in now.retired
            if retired.is_of_two and retired.operation is not None and retired.revision == held.revision
        )
    )


def _back(now: Now, ready: Readiness, target: Release) -> RevisionMove:
    going = {reversal.applied for reversal in ready.reversals} | changes_of(now, ready.reversals)
    touched = {reversal.revision for reversal in ready.reversals if reversal.revision is not None}
    standing = {
        change.revision
        for change in now.applied
        if not change.undone and change.id not in going and change.inverse_class is not ReversalClass.NONE
    }
    reason = f"{target.who} needs what it takes away"
    move = move_back(now.heads, touched - standing, now.parents, reason)
    return RevisionMove(move.before, move.after, tuple(sorted(touched)), (), reason if touched else "")


def _forward(now: Now, released: tuple[str, ...], target: Release) -> RevisionMove:
    reason = f"{target.who} can live with it" if released else ""
    return move_forward(now.heads, released, now.parents, reason)
