"""Which models one operation switches: the one that was asked for, those named besides, and whoever has to follow."""

from collections.abc import Sequence

from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.releases.dependents import Dependent, dependents
from schemaguard.releases.fit import CatalogFit
from schemaguard.releases.plan import BrokenContractError, Wanted
from schemaguard.releases.release import OperationKind
from schemaguard.releases.together import Planning, plan_together


@dataclass(frozen=True, slots=True)
class Company:
    """The models that go along: those named (model → version, None: where it would go by itself), or whoever has to."""

    named: tuple[tuple[str, str | None], ...] = ()
    takes_dependents: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """A planning, and who else is concerned; `could_follow` are those of them that a rollback could take along."""

    planning: Planning
    dependents: tuple[Dependent, ...]
    could_follow: tuple[str, ...] = ()


def parse_company(site: Site, named: Sequence[str], *, takes_dependents: bool) -> Company:
    """What `--also MODEL` and `--also MODEL=VERSION` mean: a published name is one, whatever is in it."""
    if not named:
        return Company((), takes_dependents)
    published = site.database.models()
    return Company(tuple(_named(each, published) for each in named), takes_dependents)


def _named(text: str, published: Sequence[str]) -> tuple[str, str | None]:
    model, separator, version = text.rpartition("=")
    if text in published or not separator:
        return text, None
    return model, version


def gather(site: Site, model: str, wanted: Wanted, company: Company) -> Gathered:
    """The plan for everybody who is to be switched, with nothing touched; whoever has to follow is taken along.

    Raises what planning raises, and UsageError where a model is named twice.
    """
    wishes = {model: wanted}
    for name, version in company.named:
        if name in wishes:
            raise UsageError(f"{name} is named twice", at=f"--also, besides {model}", next="name each model once")
        wishes[name] = Wanted(wanted.kind, version, alias=wanted.alias)
    fit, serving = CatalogFit(), site.database.serving()

    def follows(name: str, digest: str) -> bool:
        """Whether taking the model along lets it do without: a consumer, or a version that only has its window open,
        reads the same as before, whatever its model is switched to.
        """
        return name not in wishes and (name, digest) in serving

    while True:
        nows = site.database.nows(tuple(sorted(wishes)))
        followers: set[str] = set()
        try:
            planning = plan_together(nows, wishes, model, fit)
        except BrokenContractError as error:
            if not company.takes_dependents or not follows(error.contract.model, error.contract.digest):
                raise
            followers.add(error.contract.model)
        else:
            found = dependents(planning, fit, serving)
            followers |= {each.model for each in found if each.loses and follows(each.model, each.digest)}
            if not company.takes_dependents or not followers:
                return Gathered(planning, found, tuple(sorted(followers)))
        for each in followers:
            wishes[each] = Wanted(OperationKind.ROLLBACK, None, alias=wanted.alias)
