"""No text makes splitting, translating, folding or judging raise.

`SCHEMAGUARD_FUZZ_EXAMPLES` makes the run longer (`make fuzz`).
"""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemaguard.catalog.inverse import inverse
from schemaguard.catalog.locks import locks
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.retirability import retirability
from schemaguard.history.folding import fold
from schemaguard.releases.rendering import render
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


def _catalog() -> Catalog:
    script = """create table t (a int primary key, b text unique, c int references t, x int check (x > 0));
        create table u (id serial, t_id int references t on delete cascade, e mood) partition by range (id);
        create table p partition of u for values from (1) to (9); create view v as select a, b from t;
        create type mood as enum ('a'); create domain d as int check (value > 0); create index i on t (b, lower(b));
        create sequence s owned by t.a; create function f() returns trigger language plpgsql as 'x';
        create trigger g before insert on t for each row execute function f(); create policy p on t using (a > 0)"""
    catalog = Catalog()
    for statement in split(script, "s.sql"):
        _, catalog = fold(translate(statement.sql), catalog)
    assert not catalog.opaque
    return catalog


CATALOG = _catalog()


@fuzzed
@given(st.lists(st.one_of(mutilated(), texts), max_size=4))
def test_no_statement_makes_folding_or_judging_raise(statements: list[str]) -> None:
    catalog = CATALOG
    for text in statements:
        changes, after = fold(translate(text), catalog)
        for change in changes:
            locks(change, catalog)
            retirability(change, catalog)
            for with_guard in (True, False):
                for back in inverse(change, catalog, with_guard=with_guard).changes:
                    render(back)
        catalog = after
