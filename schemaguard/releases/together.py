"""What one operation does: a plan for each of its models, made one after the other, in the order of their names."""

from collections.abc import Iterable, Mapping, Sequence

from schemaguard.catalog.objects import Catalog
from schemaguard.errors import RefusedError, SchemaguardError, UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.canary import plan_for
from schemaguard.releases.captured import changes_of
from schemaguard.releases.leftovers import Leftover
from schemaguard.releases.lookahead import Fit
from schemaguard.releases.now import Now
from schemaguard.releases.plan import BrokenContractError, Plan, Wanted, plan_and_catalog
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import OperationKind, Release, ReversalClass

_WORST_FIRST = (ReversalClass.IMPOSSIBLE, ReversalClass.LOSSY, ReversalClass.NEEDS_VALUES, ReversalClass.SLOW)


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """A plan a model, in the order of their names; one is the common case. `model` is the one that was asked for."""

    members: tuple[Plan, ...]
    model: str

    @property
    def lead(self) -> Plan:
        """The plan of the model that was asked for."""
        return next(each for each in self.members if each.model == self.model)

    @property
    def models(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(each.model for each in self.members)

    @property
    def kind(self) -> OperationKind:
        """What is done with each of them."""
        return self.lead.kind

    @property
    def reversals(self) -> tuple[Reversal, ...]:
        """Everything that is undone, in its order."""
        return tuple(each for plan in self.members for each in plan.reversals)

    @property
    def restored(self) -> tuple[str, ...]:
        """The objects that come back into sight."""
        return tuple(each for plan in self.members for each in plan.restored)

    @property
    def hold(self) -> tuple[str, ...]:
        """The revisions that are held from then on."""
        return tuple(dict.fromkeys(each for plan in self.members for each in plan.revision.hold))

    @property
    def reversal_class(self) -> ReversalClass:
        """The most expensive of what is undone."""
        classes = {each.reversal_class for each in self.members}
        return next((each for each in _WORST_FIRST if each in classes), self.lead.reversal_class)

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        """What FINISH retires."""
        return tuple(each for plan in self.members for each in plan.leftovers)

    @property
    def ways(self) -> str:
        """What becomes of each, such as `fraud 8 → 7 and limits 3 → 2`."""
        ways = (
            f"{each.model} {each.from_version} → {each.to_version}"
            if each.from_version
            else f"{each.model} → {each.to_version}"
            for each in self.members
        )
        return " and ".join(ways)

    @property
    def targets(self) -> str:
        """What will serve, such as `fraud 7 and limits 2`."""
        return " and ".join(f"{each.model} {each.to_version}" for each in self.members)


def alone(plan: Plan) -> OperationPlan:
    """The operation that does just this."""
    return OperationPlan((plan,), plan.model)


@dataclass(frozen=True, slots=True)
class Planning:
    """A plan, what each member of it was made from, and the catalog that its PREPARE leads to."""

    plan: OperationPlan
    nows: tuple[Now, ...]
    catalog: Catalog

    @property
    def targets(self) -> tuple[Release, ...]:
        """The releases that will serve, a member each."""
        return tuple(now.releases[plan.to_version] for now, plan in zip(self.nows, self.plan.members, strict=True))


def plan_together(nows: Sequence[Now], wanted: Mapping[str, Wanted], model: str, fit: Fit) -> Planning:
    """The plan that takes all of these models at once; each finds the database as those before it leave it.

    `nows` are of one moment, and their `needed` leave out every release that is left. Raises what `make_plan` raises.
    """
    ordered = sorted(nows, key=lambda each: each.pointer.model)
    if len(ordered) == 1:
        made, catalog = plan_for(ordered[0], wanted[model], fit)
        return Planning(OperationPlan((made,), model), tuple(ordered), catalog)
    plans: list[Plan] = []
    catalog, fills = ordered[0].catalog, wanted[model].fills
    for now in ordered:
        seen = _after(_beside(now, ordered, wanted), plans, catalog)
        asked = replace(wanted[now.pointer.model], fills=())
        made, reached = _planned(seen, asked, fit, model)
        mine = tuple(fill for fill in fills if any(fill.startswith(f"{each}=") for each in _wanting(made)))
        if mine:
            made, reached = _planned(seen, replace(asked, fills=mine), fit, model)
            fills = tuple(fill for fill in fills if fill not in mine)
        plans.append(_once(made, plans))
        catalog = reached
    _require_used(fills, plans)
    planning = Planning(OperationPlan(tuple(plans), model), tuple(ordered), catalog)
    _require_all_fit(planning, fit)
    return planning


def _beside(now: Now, all_of_them: Sequence[Now], wanted: Mapping[str, Wanted]) -> Now:
    """The same, knowing who goes along: what they come from holds until FINISH, and what they go to from PREPARE on."""
    others = [each for each in all_of_them if each is not now]
    serving = (one for each in others for one in (each.active, each.canary))
    left = tuple(each.contract for each in serving if each is not None)
    targets = [(each, wanted[each.pointer.model].version or each.default_target() or "") for each in others]
    coming = [each.releases[version].contract for each, version in targets if version in each.releases]
    return replace(now, left=left, coming=tuple(coming))


def _after(now: Now, plans: Iterable[Plan], catalog: Catalog) -> Now:
    """How the database will be once these plans are carried out."""
    retired, applied, heads, held, taken = now.retired, now.applied, now.heads, now.held, set[str]()
    captured = now.captured
    for plan in plans:
        back = {each.retired for each in plan.reversals}
        moved = {each.captured for each in plan.reversals}
        captured = tuple(each for each in captured if each.id not in moved)
        undone = {each.applied for each in plan.reversals} | changes_of(now, plan.reversals)
        retired = tuple(each for each in retired if each.id not in back)
        applied = tuple(replace(each, undone=True) if each.id in undone else each for each in applied)
        heads = plan.revision.after if plan.revision.moves else heads
        held = tuple(each for each in held if each.revision not in plan.revision.release)
        taken |= {each.object for each in plan.additions}
    additions = {
        version: tuple(each for each in found if each.object not in taken) for version, found in now.additions.items()
    }
    return replace(
        now, catalog=catalog, retired=retired, captured=captured, applied=applied, heads=heads, held=held,
        additions=additions,
    )  # fmt: skip


def _planned(now: Now, wanted: Wanted, fit: Fit, model: str) -> tuple[Plan, Catalog]:
    """The plan of one member; what it refuses says of whom."""
    try:
        return plan_and_catalog(now, wanted, fit)
    except BrokenContractError:
        raise
    except SchemaguardError as error:
        if now.pointer.model == model:
            raise
        act = "go back" if wanted.kind is OperationKind.ROLLBACK else "be promoted"
        what = f"{now.pointer.model} can't {act} together with {model}: {error.what}"
        raise type(error)(what, at=error.at, next=error.next) from error


def _once(plan: Plan, before: Iterable[Plan]) -> Plan:
    """The plan without what another one takes out of sight already."""
    known = {each.object for other in before for each in other.leftovers}
    return replace(plan, leftovers=tuple(each for each in plan.leftovers if each.object not in known))


def _wanting(plan: Plan) -> list[str]:
    """The columns whose rows without a value a fill can be said for."""
    wanting = [each.object for each in plan.reversals if each.without_value]
    return wanting + [each.filled for each in plan.gives_back if each.without_value]


def _require_used(fills: tuple[str, ...], plans: Iterable[Plan]) -> None:
    if fills:
        wanting = [each for plan in plans for each in _wanting(plan)]
        raise UsageError(
            f"--fill {fills[0]!r} doesn't name a column whose rows lack a value",
            at=", ".join(wanting) or "no row lacks a value",
            next=f"--fill {wanting[0]}=EXPR" if wanting else "leave --fill out",
        )


def _require_all_fit(planning: Planning, fit: Fit) -> None:
    """RefusedError where what one member needs takes away what another one was given."""
    for target in planning.targets:
        for unmet in fit.unmet(target.contract, planning.catalog):
            raise RefusedError(
                f"the database can't suit all of them at once: {target.contract.who} would lack: {unmet.message}",
                at=unmet.object,
                next="switch them one after the other, or to other versions; nothing was changed",
            )
