"""What a description means of a catalog: columns in another case, paths into them, columns that aren't there."""

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.importing.found import columns_meant, known_relation
from tests.unit.importing.catalogs import catalog_of


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ({"id", "amount"}, {"id", "amount"}),
        ({"ID", "channel"}, {"id", "Channel"}),
        ({'"Channel"'}, {"Channel"}),
        ({"payload.city", "payload->>'street'", "payload[0].x"}, {"payload"}),
        ({"id", "gone"}, None),
        (set(), set()),
    ],
)
def test_a_column_is_found_in_any_case_and_below_a_path(named: set[str], meant: set[str] | None) -> None:
    assert columns_meant(named, Name("orders", "public"), catalog_of()) == meant


def test_a_column_whose_name_has_a_dot_is_no_path() -> None:
    assert columns_meant({"x.y"}, Name("a.b", "sales"), catalog_of()) == {"x.y"}


def test_a_spelling_that_fits_two_columns_means_both_and_an_exact_one_means_itself() -> None:
    catalog = catalog_of('CREATE TABLE t (a int, "A" int)')
    assert columns_meant({"A"}, Name("t", "public"), catalog) == {"A"}
    catalog = catalog_of('CREATE TABLE t ("aB" int, "Ab" int)')
    assert columns_meant({"ab"}, Name("t", "public"), catalog) == {"aB", "Ab"}


def test_a_relation_that_the_catalog_does_not_have_is_none() -> None:
    assert known_relation(("db", "sales", "gone"), catalog_of()) is None
    assert known_relation(("db", "sales", "orders"), catalog_of()) == Name("orders", "sales")
