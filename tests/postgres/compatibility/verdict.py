"""A verdict in words that the static judgement and what a server did can both be put into."""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Access, Contract, ContractTable, ReadsThrough
from schemaguard.finding import Explanation
from schemaguard.history.history import Section
from schemaguard.history.revision import Revision, Run
from schemaguard.history.sql_runner import run_section
from schemaguard.rules.contract import unproven
from schemaguard.rules.facts.blame import Blamed, blame
from schemaguard.rules.facts.change import ChangeFacts, RunFacts
from schemaguard.rules.facts.concerned import directory
from schemaguard.rules.facts.context import Assumptions, Context
from schemaguard.rules.facts.explaining import explanation
from schemaguard.rules.facts.open_world import opened
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.window.under_contract import UnderContract, VersionInWindow
from tests.postgres.catalog.servers import fold_script
from tests.postgres.compatibility.case import Case

SAME = "the same"
OTHER_VALUES = "other values"
BROKEN_PROMISE = "a promise is broken"
MORE_COLUMNS = "more columns"
SLOWER = "a plan without the index"
UNPROVEN = "unproven"
NAMES = {"{client}": "sg_client", "{other}": "sg_other", "{views}": "schemaguard_views"}


def fails(sqlstate: str) -> str:
    """What is read or written ends in an error."""
    return f"fails with {sqlstate}"


def refused(sqlstate: str) -> str:
    """The change itself ends in an error."""
    return f"the change is refused with {sqlstate}"


def spelled(text: str) -> str:
    """A case's SQL with the names of roles filled in."""
    for placeholder, name in NAMES.items():
        text = text.replace(placeholder, name)
    return text


def contract(case: Case, access: Access, through: ReadsThrough) -> Contract:
    """The contract of the case's reader or writer."""
    promises = case.written if access == "write" and case.written is not None else case.promises
    upsert = case.upsert if access == "write" else ()
    table = ContractTable(Name(case.table), access, promises, upsert)
    query = case.query if access == "read" else case.insert
    return Contract(
        "urn:schemaguard:model:m:1", "m", ("1",), (table,), "m.odcs.yaml", "0", "active", "1", through, query
    )


def judged(case: Case, access: Access, through: ReadsThrough) -> tuple[frozenset[str], str]:
    """The static judgement: the cause codes, and what they foretell."""
    return judged_run(_run(case, fold_script(spelled(case.setup))), case, access, through)


def judged_unlisted(case: Case, access: Access, through: ReadsThrough) -> tuple[frozenset[str], str]:
    """The static judgement where nothing of what the case sets up is known."""
    return judged_run(_run(case, Catalog()), case, access, through)


def judged_run(run: Run, case: Case, access: Access, through: ReadsThrough) -> tuple[frozenset[str], str]:
    """The static judgement of a run on the tables of the case."""
    held = UnderContract(contract(case, access, through), (VersionInWindow("1", "active"),))
    visits = opened(walk(run), (held,))
    blamed = [each for found in blame(visits, directory((held,))).values() for each in found]
    if any(_is_unproven(run, visits, held)):
        return frozenset({"opaque"}), UNPROVEN
    causes = frozenset(each.breakage.cause for each in blamed)
    foretold = [_foretold(each) for each in blamed]
    return causes, min(foretold, key=_gravity, default=SAME)


def _run(case: Case, before: Catalog) -> Run:
    steps = run_section(Section("change.sql", spelled(case.change), transactions="one"), before)
    revision = Revision("change", (), "change.sql")
    return Run(revision, "upgrade", steps, before, steps[-1].after)


def _is_unproven(run: Run, visits: Sequence[Visit], held: UnderContract) -> Iterator[bool]:
    for visit in visits:
        yield any(True for _ in unproven.RULE.check(visit.change, _context(run, visit, held)))


def _context(run: Run, visit: Visit, held: UnderContract) -> Context:
    return Context(
        run, visit.step, visit.change, visit.before, visit.after, ChangeFacts(RunFacts((visit,)), 0), visit.made, (),
        (held,), (), Assumptions(),
    )  # fmt: skip


def _foretold(blamed: Blamed) -> str:
    found = blamed.breakage
    if found.is_doubt:
        return UNPROVEN
    if found.refused_with is not None:
        return refused(found.refused_with)
    if found.sqlstate is not None:
        return fails(found.sqlstate)
    if blamed.breaks:
        return BROKEN_PROMISE
    return {"star-query": MORE_COLUMNS, "index-dropped": SLOWER}.get(found.cause, OTHER_VALUES)


def _gravity(foretold: str) -> int:
    order = (BROKEN_PROMISE, OTHER_VALUES, MORE_COLUMNS, SLOWER)
    return order.index(foretold) if foretold in order else -1


def explained(case: Case, access: Access, through: ReadsThrough) -> tuple[Explanation, ...]:
    """How each breakage of the case is explained."""
    run = _run(case, fold_script(spelled(case.setup)))
    held = UnderContract(contract(case, access, through), (VersionInWindow("1", "active"),))
    visits = opened(walk(run), (held,))
    return tuple(
        explanation(_context(run, visits[position], held), [each.breakage])
        for position, blamed in blame(visits, directory((held,))).items()
        for each in blamed
    )
