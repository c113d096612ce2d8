"""What is judged a table at a time, once for all that promise the same, is what judging each contract whole says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility import breakages
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.frozen import replace
from schemaguard.rules.facts.concerned import directory
from schemaguard.rules.facts.open_world import opened
from schemaguard.rules.facts.spans import Spans
from schemaguard.rules.facts.walk import Visit, walk
from schemaguard.window.under_contract import UnderContract
from tests.postgres.compatibility.cases import CASES
from tests.postgres.compatibility.variants import VARIANTS
from tests.postgres.compatibility.verdict import contract, spelled
from tests.unit.rules.random_histories import EXAMPLES, IS_LONG, draw_contract, draw_runs
from tests.unit.rules.runs import catalog, run_of

ELSEWHERE = "create table elsewhere (id bigint primary key, name text not null);"
ASIDE = ContractTable(Name("elsewhere"), "read", (Promise("id", None, unique=True), Promise("name", None)))


def _compare(visits: tuple[Visit, ...], contracts: list[Contract]) -> int:
    """How many breakages there are, the same in both ways."""
    held = [UnderContract(each, ()) for each in contracts]
    visits = opened(visits, held)
    judged, whole, count = Spans(visits), range(len(visits)), 0
    asked = [*((range(at, at + 1), at) for at in whole), *((whole, at) for at in whole if len(whole) > 1)]
    for span, at in asked:
        for each in directory(tuple(held)).concerned(visits[at] for at in span):
            before, after, change = visits[span.start].before, visits[span[-1]].after, visits[at].change
            slowly = breakages(each.contract, before, after, change)
            assert judged.breakages(each.contract, span, at) == slowly, (visits[at].step.statement.sql, each.contract)
            count += len(slowly)
    return count


def test_every_case_of_the_compatibility_table_is_judged_the_same_beside_another_table() -> None:
    count = 0
    for case in (*CASES, *VARIANTS):
        before = catalog(f"{ELSEWHERE} {spelled(case.setup)}")
        contracts = [
            replace(found, tables=(*found.tables, ASIDE))
            for access in case.accesses
            for through in case.through
            for found in [contract(case, access, through)]
        ]
        count += _compare(walk(run_of(spelled(case.change), before, in_transaction=True)), contracts)
    assert count > 250


@settings(max_examples=EXAMPLES, deadline=None, derandomize=not IS_LONG, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_revisions_are_judged_the_same(data: st.DataObject) -> None:
    runs = draw_runs(data, 5)
    catalogs: list[Catalog] = [run.after for run in runs]
    contracts = [draw_contract(data, catalogs, number) for number in range(4)]
    for run in runs:
        _compare(walk(run), contracts)


def test_what_promises_the_same_of_a_table_is_judged_once_wherever_it_stands_in_its_file() -> None:
    visits = walk(run_of("alter table t drop column b"))
    parts = [ContractTable(Name("t"), "read", (Promise("b", None, line=line),), line=line) for line in (3, 9)]
    contracts = [Contract(f"m{at}", f"m{at}", ("1",), (part,), "m", "0") for at, part in enumerate(parts)]
    judged = Spans(visits)

    found = [judged.breakages(each, range(1), 0) for each in contracts]

    assert found[0][0] is found[1][0]
