"""The matrix, made in one pass of the history, is what holding each contract against each catalog says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.catalog.objects import Name
from schemaguard.contracts.compatibility.fitness import fitness
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.registry.matrix import matrix
from tests.unit.rules.random_histories import EXAMPLES, IS_LONG, draw_contract, draw_runs
from tests.unit.rules.runs import catalog, run_of


def _shared(contract: Contract) -> Shared:
    return Shared((ListedContract(contract, {}, "1", "active"),))


@settings(max_examples=EXAMPLES, deadline=None, derandomize=not IS_LONG, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_matrix_of_a_random_history_says_what_each_pair_says_by_itself(data: st.DataObject) -> None:
    catalogs = [(run.revision.id, run.after) for run in draw_runs(data, 8)]
    contracts = [draw_contract(data, [catalog for _, catalog in catalogs], number) for number in range(4)]

    made = matrix("migrations", [_shared(each) for each in contracts], catalogs)

    for contract, row in zip(contracts, made.rows, strict=True):
        assert [(fit, name) for fit, name in zip(row.fits, made.revisions, strict=True)] == [
            (fitness(contract, catalog), name) for name, catalog in catalogs
        ], contract


def test_a_view_is_judged_again_where_what_it_reads_has_changed() -> None:
    made = catalog("create table t (id int not null); create view v as select id from t;")
    loosened = run_of("alter table t alter column id drop not null", made).after
    part = ContractTable(Name("v"), "read", (Promise("id", None, required=True),))
    contract = Contract("m", "m", ("1",), (part,), "m", "0")

    (row,) = matrix("sql", [_shared(contract)], [("1", made), ("2", loosened)]).rows

    assert [fit.verdict for fit in row.fits] == [fitness(contract, each).verdict for each in (made, loosened)]
    assert row.fits[0].verdict != row.fits[1].verdict
