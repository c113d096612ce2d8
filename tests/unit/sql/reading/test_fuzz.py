"""No text makes splitting, translating, folding or judging raise. `make fuzz` tries far more of the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import properties
from tests.fuzz.kinds import start
from tests.fuzz.statements import ODD, WORDS, script, text

draws = st.randoms(use_true_random=False)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS + ODD), max_size=25).map(" ".join),
    st.lists(st.sampled_from(ODD), max_size=25).map("".join),
    draws.map(text),
)
fuzzed = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@fuzzed
@given(texts)
def test_no_text_makes_translate_raise_or_say_nothing(given: str) -> None:
    properties.becomes_changes(given)


@fuzzed
@given(texts)
def test_statements_are_pieces_of_the_text_in_their_order_at_their_place(given: str) -> None:
    properties.is_split_in_order(given)


@fuzzed
@given(texts)
def test_no_text_makes_the_scanning_of_names_raise(given: str) -> None:
    properties.is_scanned(given)


@fuzzed
@given(st.one_of(draws.map(script), st.lists(texts, max_size=4)))
def test_no_statement_makes_folding_or_judging_raise(given: list[str]) -> None:
    assert not start().opaque
    properties.is_judged(given, start())
