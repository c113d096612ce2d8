"""The matrix, made in one pass of the history, is what holding each contract against each catalog says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.contracts.compatibility.fitness import fitness
from schemaguard.contracts.contract import Contract
from schemaguard.registry.listing import ListedContract, Shared
from schemaguard.registry.matrix import matrix
from tests.unit.rules.random_histories import EXAMPLES, IS_LONG, draw_contract, draw_runs


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
