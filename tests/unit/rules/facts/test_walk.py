from schemaguard.catalog.objects import Name
from schemaguard.rules.facts.walk import walk
from tests.unit.rules.runs import run_of

U = Name("u", "public")


def test_each_action_of_a_statement_meets_the_catalog_that_the_one_before_left() -> None:
    first, second = walk(run_of("ALTER TABLE t ADD COLUMN c text, DROP COLUMN b"))  # the server drops first

    between = first.after.table(Name("t"))
    assert between is not None
    assert between.column("b") is None
    assert between.column("c") is None
    assert second.before == first.after


def test_a_table_of_ones_own_is_followed_through_its_renames() -> None:
    visits = walk(run_of("CREATE TABLE s (id int); ALTER TABLE s RENAME TO u; DROP TABLE u; SELECT 1"))

    assert [visit.made.tables for visit in visits] == [set(), {Name("s", "public")}, {U}, set()]


def test_if_not_exists_makes_nothing_that_was_there() -> None:
    assert walk(run_of("CREATE TABLE IF NOT EXISTS t (id int); SELECT 1"))[1].made.tables == frozenset()


def test_a_column_of_ones_own_is_followed_through_its_renames() -> None:
    visits = walk(
        run_of("ALTER TABLE t ADD COLUMN c text; ALTER TABLE t RENAME c TO d; ALTER TABLE t RENAME TO u; SELECT 1")
    )

    assert visits[-1].made.columns == {(U, "d")}


def test_an_enum_of_ones_own_is_followed_through_its_moves_and_back_to_nothing() -> None:
    visits = walk(
        run_of(
            "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e RENAME TO f; CREATE SCHEMA s; ALTER TYPE f SET SCHEMA s;"
            "DROP TYPE s.f; SELECT 1"
        )
    )

    moved = [visit.made.enums for visit in visits]
    assert moved == [
        set(),
        {Name("e", "public")},
        {Name("f", "public")},
        {Name("f", "public")},
        {Name("f", "s")},
        set(),
    ]


def test_statements_of_one_transaction_share_a_commit_point() -> None:
    visits = walk(run_of("SELECT 1; BEGIN; SELECT 2; SELECT 3; COMMIT; SELECT 4"))

    assert [visit.commit for visit in visits] == [0, 1, 1, 1, 1, 2]
