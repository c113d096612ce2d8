"""No revision makes the evaluator raise, hang, or find a fault of its own. `make fuzz` tries far more of the same."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.kinds import KINDS

KIND = {kind.name: kind for kind in KINDS}
fuzzed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
draws = st.randoms(use_true_random=False)


@fuzzed
@given(draws)
def test_random_revisions_are_evaluated(draw: Random) -> None:
    kind = KIND["revisions from a grammar"]
    kind.holds(kind.make(draw))


@fuzzed
@given(draws)
def test_mutated_real_revisions_are_evaluated(draw: Random) -> None:
    kind = KIND["real revisions, mutated"]
    kind.holds(kind.make(draw))
