"""The pen's SQL reads back as the change that it was written for, whatever the names are."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Column, Function, Grant, Name, Trigger
from schemaguard.catalog.types import Type
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import qualified, written
from schemaguard.sql.writing.statements import render, shown
from tests.unit.sql.writing.every_change import HOSTILE, every_change, told_by_their_statement

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=63).filter(
    lambda name: len(name.encode()) <= 63
)


def _reads_back(change: c.Change) -> None:
    statement = render(change, written)
    assert statement is not None, change
    assert translate(statement) == (change,), statement


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_written_reads_back_as_the_same_change(name: str) -> None:
    for change in every_change(name, "plain", name):
        _reads_back(change)
    for change in every_change("plain", name, "a"):
        _reads_back(change)


@settings(max_examples=25, deadline=None)
@given(NAMES, NAMES, st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20))
def test_any_name_reads_back(first: str, second: str, text: str) -> None:
    if first == second:
        return
    for change in every_change(first, second, text):
        _reads_back(change)


def test_every_kind_of_change_is_tried() -> None:
    tried = {type(change) for change in (*every_change("a", "b", "d"), *told_by_their_statement("a", "b"))}
    assert tried == set(get_args(c.Change))


@pytest.mark.parametrize("change", told_by_their_statement("a", "b"), ids=lambda change: type(change).__name__)
def test_what_a_change_does_not_hold_whole_is_not_written_nearly_right(change: c.Change) -> None:
    assert render(change) is None
    assert shown(change, "the author's own;\n") == "the author's own;"


def test_what_is_carried_out_names_the_schema_and_what_is_shown_only_the_authors() -> None:
    change = c.DropColumn(Name("Order"), "userName")
    assert render(change) == render(change, qualified) == 'ALTER TABLE public."Order" DROP COLUMN "userName"'
    assert render(change, written) == 'ALTER TABLE "Order" DROP COLUMN "userName"'
    assert shown(change, "whatever") == 'ALTER TABLE "Order" DROP COLUMN "userName";'


def test_what_the_server_spelled_is_written_as_it_spelled_it() -> None:
    function = Function(Name("f"), definition="CREATE OR REPLACE FUNCTION public.f() …")
    assert render(c.CreateFunction(function)) == "CREATE OR REPLACE FUNCTION public.f() …"
    trigger = Trigger("g", Name("f"), "BEFORE", ("INSERT",), definition="CREATE TRIGGER g BEFORE INSERT …")
    assert render(c.CreateTrigger(Name("t"), trigger)) == "CREATE TRIGGER g BEFORE INSERT …"
    again = render(c.CreateTrigger(Name("t"), trigger, or_replace=True))
    assert again == "CREATE OR REPLACE TRIGGER g BEFORE INSERT …"


def test_roles_that_get_different_privileges_get_a_statement_each() -> None:
    change = c.GrantAccess("table", Name("t"), (Grant("a", "SELECT"), Grant("b", "INSERT")))
    assert render(change, written) == "GRANT SELECT ON TABLE t TO a;\nGRANT INSERT ON TABLE t TO b"


@pytest.mark.parametrize(
    ("type_", "spelled"),
    [
        (Type("timestamp with time zone", None, (3,), 1), "timestamp(3) with time zone[]"),
        (Type("Mood", "public"), 'public."Mood"'),
        (Type("geometry", None, (4326,), words=("Point",)), "geometry(Point, 4326)"),
        (Type("t", None, (), words=("it's",)), "t('it''s')"),
        (Type('"char"'), '"char"'),
        (Type("serial"), '"serial"'),
        (Type("Full Name"), '"Full Name"'),
    ],
)
def test_types_are_spelled_so_that_they_are_meant(type_: Type, spelled: str) -> None:
    change = c.AddColumn(Name("t"), Column("c", type_))
    assert render(change, written) == f"ALTER TABLE t ADD COLUMN c {spelled}"


def test_a_collation_that_a_server_names_is_quoted() -> None:
    change = c.RetypeColumn(Name("t"), "c", Type("text"), collation="en_US.utf8")
    assert render(change, written) == 'ALTER TABLE t ALTER COLUMN c TYPE text COLLATE "en_US.utf8"'
