"""Members that look alike stand together, and the others are told with what they have otherwise."""

from schemaguard.fleet.drift import Looks, groups
from tests.unit.catalog.folding import folded

TABLE = "create table t (a int, b text)"


def looks(*statements: str, on: str = "0007") -> Looks:
    return Looks(folded(";\n".join(statements)), (on,))


def test_members_of_one_shape_stand_together_and_the_largest_group_comes_first() -> None:
    found = groups({
        "odd": looks(TABLE, "alter table t add column c int"),
        "x": looks(TABLE), "y": looks(TABLE), "late": looks(TABLE, on="0006"),
    })  # fmt: skip
    assert [(one.members, one.differences) for one in found] == [
        (("x", "y"), ()),
        (("late",), ("~ revision: 0007 → 0006",)),
        (
            ("odd",),
            (
                "+ column t.c not null false",
                "+ column t.c type integer",
                "~ table t columns: a, b → a, b, c",
            ),
        ),
    ]


def test_what_is_retired_and_our_own_schemas_make_no_difference() -> None:
    found = groups({
        "x": looks(TABLE),
        "y": looks(
            TABLE, "alter table t add column __retired_3_c int", "create schema schemaguard_retired_4",
            "create table schemaguard_retired_4.old (a int)",
        ),
    })  # fmt: skip
    assert [one.members for one in found] == [("x", "y")]


def test_an_order_of_columns_that_differs_is_said() -> None:
    found = groups({"x": looks("create table t (a int, b int)"), "y": looks("create table t (b int, a int)")})
    assert found[1].differences == ("~ table t columns: a, b → b, a",)


def test_a_fleet_without_members_that_could_be_asked_has_no_groups() -> None:
    assert groups({}) == ()
