"""The copy that every scenario gets a copy of: at rest, with rows, a newer version, and the playbook in force."""

from collections.abc import Iterator
from datetime import timedelta

from schemaguard.adapters.control import drilling, rehearsing, situation, watching
from schemaguard.adapters.control.drilling import DrillCopy, SampleRows
from schemaguard.adapters.control.watching import InForce
from schemaguard.commands.canary import abort_request, start_request
from schemaguard.commands.contracts.publish import publish
from schemaguard.commands.drilling.registry import DrillRegistry
from schemaguard.commands.drilling.sandbox import ACTOR, DrillGround
from schemaguard.commands.drilling.schema import renamed
from schemaguard.commands.prove import SEED
from schemaguard.commands.site import Site
from schemaguard.commands.switching import plan, switch
from schemaguard.contracts import digests
from schemaguard.contracts.contract import ContractFile
from schemaguard.errors import PlaybookError, SchemaguardError
from schemaguard.frozen import dataclass, replace
from schemaguard.playbooks.playbook import Playbook
from schemaguard.playbooks.reading import problems
from schemaguard.playbooks.standing_in import StandIn, stood_in
from schemaguard.registry.publication import BoundContract
from schemaguard.releases.now import Now
from schemaguard.releases.release import Intent
from schemaguard.sealing import digest


@dataclass(frozen=True, slots=True)
class DrillOptions:
    """How a model is drilled; `scenarios` empty means those of its playbook."""

    scenarios: tuple[str, ...] = ()
    server: str | None = None
    """The URL of a server on which databases may be made; None: an embedded one."""
    requests: float = 100.0
    """A second, of all versions together."""
    seed: int = SEED
    rows: int = 20
    """Of each table that a contract names."""
    quiet: timedelta = timedelta(hours=24)
    """How long nothing is wrong."""
    runs: int = 31
    """How often a fault is measured, for its median."""


def prepare(
    copy: DrillCopy, in_force: InForce, playbook: Playbook, options: DrillOptions
) -> tuple[DrillGround, tuple[str, ...]]:
    """Make the copy ready, and say what differs in it from what is live. DatabaseError where a table isn't there."""
    model, notes = in_force.model, []
    with _site(copy) as site:
        _bring_to_rest(site, model)
        now = site.database.now(model)
        stable = now.pointer.active or ""
        contracts = [each.contract for each in now.releases.values()]
        filled = rehearsing.fill_copy(copy.connection, contracts, now.retired, options.rows, options.seed)
        notes += [f"no row could be made for {name}" for name, many in filled.items() if not many]
        canary = _newer(site, now, playbook)
        if canary is None:
            canary = _twin(site, model, stable)
            notes.append(f"{canary} stands for a newer version: it has the contract of {stable}")
        text, tables = stood_in(in_force.document, playbook)
        acting = _published(copy, site, in_force, text)
    if playbook.mode != "act":
        notes.append("the playbook only advises: it is drilled as if it acted")
    samples = dict(_samples(copy, acting, tables))
    notes += [f"the source {each.source} is stood in for by a table" for each in tables if each.like is None]
    ground = DrillGround(
        model, stable, canary, acting, samples, options.requests, options.seed, options.quiet, options.runs,
        can_crash=options.server is None,
    )  # fmt: skip
    return ground, tuple(notes)


def _site(copy: DrillCopy) -> Site:
    return Site.on_a_copy(copy.url, ACTOR, DrillRegistry(lambda: 0))


def _bring_to_rest(site: Site, model: str) -> None:
    """Neither canary nor freeze: a drill begins with what serves."""
    at = site.database.now(model).pointer
    if at.frozen:
        site.database.thaw(model, (ACTOR, "drill"))
    if at.canary is not None:
        switch(site, abort_request(site, model, Intent(ACTOR, "drill")), finish=True)


def _newer(site: Site, now: Now, playbook: Playbook) -> str | None:
    """A published version that can be put beside what serves, the newest first; not the fallback."""
    kept = playbook.fallback.version if playbook.fallback is not None else None
    for version in reversed(tuple(now.releases)):
        if version in (now.pointer.active, kept):
            continue
        try:
            wanted = start_request(site, now.pointer.model, version, Intent(ACTOR, "drill"), percent=1)
            plan(site, replace(wanted, is_unverified=True, accept="drill"))
        except SchemaguardError:
            continue
        return version
    return None


def _twin(site: Site, model: str, stable: str) -> str:
    """A version with the contract of the one that serves."""
    version = f"{stable}-drill"
    bound = next(each for each in _bound(site, model) if each.version == stable)
    document = renamed(bound.document, model, version)
    contract = situation.contract_of(document, "drill/twin.odcs.yaml", digests.digest(document))
    publish(ContractFile(contract, document), version, None, site.database, ACTOR)
    return version


def _bound(site: Site, model: str) -> Iterator[BoundContract]:
    return (each for each in site.database.bound() if each.contract.model == model)


def _published(copy: DrillCopy, site: Site, in_force: InForce, text: str) -> Playbook:
    found, wrong = problems(text, in_force.file)
    if found is None:
        raise PlaybookError(f"the playbook can't be drilled: {wrong[0].what}", at=in_force.file, next="report this")
    wanted = InForce(in_force.model, digest(text), text, in_force.file)
    site.database.ask(lambda c: watching.publish(c, wanted, ACTOR))
    drilling.publish_as(copy.connection, in_force)
    return found


def _samples(
    copy: DrillCopy, playbook: Playbook, tables: tuple[StandIn, ...]
) -> Iterator[tuple[str, tuple[StandIn, SampleRows]]]:
    for table in tables:
        drilling.make_stand_in(copy.connection, table)
        triggers = tuple(each for each in playbook.triggers if each.measure.source == table.source)
        yield table.source, (table, drilling.sample_rows(copy.connection, table, triggers))
