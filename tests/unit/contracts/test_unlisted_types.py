"""Types that no statement of the history made: what a change of one says is judged all the same."""

import pytest

from tests.postgres.compatibility import verdict
from tests.postgres.compatibility.case import Case, column

TABLE = "create table t (id bigint primary key, a pct)"
PROMISES = (column("id", "bigint", required=True), column("a", "pct", required=True, maximum=100))


@pytest.mark.parametrize("setup", ["select 1", TABLE], ids=["an unknown table", "a known table"])
@pytest.mark.parametrize(
    ("change", "reader", "writer"),
    [
        ("alter domain pct add constraint positive check (value > 0)", None, "check-added"),
        ("alter domain pct add constraint small check (value <= 100)", None, None),
        ("alter domain public.pct set not null", None, None),
        ("alter domain pct drop constraint at_most_100", "check-dropped", None),
        ("alter domain pct rename constraint at_most_100 to small", None, None),
        ("alter domain other add check (value > 1)", None, None),
        ("alter domain app.pct add check (value > 1)", None, None),
        ("alter type pct add attribute x int", "attribute-added", "attribute-added"),
        ("alter type pct drop attribute x", "attribute-dropped", "attribute-dropped"),
        ("alter type pct rename attribute x to y", "attribute-renamed", None),
        ("drop type pct cascade", "column-dropped", "column-dropped"),
        ("drop domain if exists public.pct cascade", "column-dropped", "column-dropped"),
        ("drop domain other cascade", None, None),
    ],
)
def test_a_change_of_an_unlisted_type_is_judged_by_what_it_says(
    setup: str, change: str, reader: str | None, writer: str | None
) -> None:
    case = Case("", "", setup, change, PROMISES)
    for access, cause in (("read", reader), ("write", writer)):
        causes, _ = verdict.judged(case, access, "table")  # type: ignore[arg-type]  # a literal of two
        assert causes == {cause} - {None}


def test_a_domain_that_may_be_null_is_felt_where_only_the_contract_knows_the_column() -> None:
    for setup, cause in (("select 1", {"null-possible"}), (f"{TABLE[:-1]} not null)", set())):
        case = Case("", "", setup, "alter domain pct drop not null", PROMISES)
        assert verdict.judged(case, "read", "table")[0] == cause


def test_an_extension_takes_the_columns_that_only_the_contract_knows() -> None:
    promises = (column("id", "bigint"), column("a", "vector(3)"))
    case = Case("", "", "select 1", "drop extension vector cascade", promises)
    assert verdict.judged(case, "read", "table")[0] == {"column-dropped"}
