"""No text makes splitting or translating raise; `SCHEMAGUARD_FUZZ_EXAMPLES` makes the run longer."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.sql.commands import ACTIONS, COMMANDS
from schemaguard.sql.expressions import columns_of
from schemaguard.sql.mentions import mentions
from schemaguard.sql.statements import comments, split
from schemaguard.sql.translate import translate

EXAMPLES = int(os.environ.get("SCHEMAGUARD_FUZZ_EXAMPLES", "400"))
WORDS = sorted({word for command in [*COMMANDS, *ACTIONS] for word in command.example.split()})
ODD = [
    "'",
    '"',
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    ";",
    "(",
    ")",
    "E'\\",
    "U&'",
    "\\",
    "\n",
    "::",
    ",",
    "%(a)s",
    "\x00",
    "ß",
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS + ODD), max_size=25).map(" ".join),
    st.lists(st.sampled_from(ODD), max_size=25).map("".join),
)


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    words = draw(st.sampled_from([*COMMANDS, *ACTIONS])).example.split()
    at = draw(st.integers(0, len(words)))
    much = draw(st.integers(0, 3))
    return " ".join([*words[:at], *draw(st.lists(st.sampled_from(WORDS + ODD), max_size=3)), *words[at + much :]])


fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@fuzzed
@given(st.one_of(texts, mutilated()))
def test_no_text_makes_translate_raise_or_say_nothing(text: str) -> None:
    assert translate(text)


@fuzzed
@given(st.one_of(texts, mutilated()))
def test_statements_are_pieces_of_the_text_in_their_order_at_their_place(text: str) -> None:
    starts = [0]
    for found in split(text, "f.sql"):
        lines = text.replace("\r\n", " \n").replace("\r", "\n").split("\n")
        start = sum(len(line) + 1 for line in lines[: found.place.line - 1]) + found.place.column - 1
        assert text[start : start + len(found.sql)] == found.sql
        assert start >= starts[-1]
        starts.append(start + 1)
    comments(text, "f.sql")


@fuzzed
@given(st.one_of(texts, mutilated()))
def test_no_text_makes_the_scanning_of_names_raise(text: str) -> None:
    mentions(text)
    columns_of(text)
