"""The rows of the compatibility table: every cause has one, and every SQLSTATE its name."""

import re

import psycopg
import pytest

from schemaguard.contracts.compatibility.breakage import CAUSES
from schemaguard.contracts.compatibility.rows import ROWS, row
from schemaguard.contracts.compatibility.sqlstates import CONDITIONS


@pytest.mark.parametrize("cause", sorted({cause.code for cause in CAUSES.values()} | {"opaque"}))
def test_every_cause_has_a_row_of_its_own(cause: str) -> None:
    assert row(cause).causes[0] == cause


@pytest.mark.parametrize(
    ("cause", "hints", "change"),
    [
        ("type-approximated", (), "numeric → double precision"),
        ("type-approximated", ("double →", "→ real"), "double → real"),
        ("type-approximated", ("numeric →", "→ real"), "numeric → double precision"),
        ("default-changed", ("drop default",), "drop default of a column that the writer omits"),
        ("default-changed", (), "change default"),
        ("column-dropped", ("drop CHECK",), "drop column"),
    ],
)
def test_where_several_rows_have_a_cause_the_change_decides(cause: str, hints: tuple[str, ...], change: str) -> None:
    assert row(cause, *hints).change == change


def test_no_two_rows_are_of_the_same_change() -> None:
    assert len({each.change for each in ROWS}) == len(ROWS)


@pytest.mark.parametrize("sqlstate", sorted(CONDITIONS))
def test_an_sqlstate_has_the_name_that_the_driver_knows_it_by(sqlstate: str) -> None:
    known = psycopg.errors.lookup(sqlstate).__name__
    assert re.sub(r"(?<!^)(?=[A-Z])", "_", known).lower() == CONDITIONS[sqlstate]


def test_every_sqlstate_that_is_told_has_a_name() -> None:
    in_rows = set(re.findall(r"\b[0-9A-Z]{5}\b", " ".join(f"{each.reader} {each.writer}" for each in ROWS)))
    told = {cause.sqlstate for cause in CAUSES.values() if cause.sqlstate}
    assert in_rows - {"REVOKE"} <= CONDITIONS.keys()
    assert told | {"2BP01", "0A000"} <= CONDITIONS.keys()
