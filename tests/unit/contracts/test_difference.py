"""How two contract documents differ."""

from typing import Any

from schemaguard.contracts.difference import difference

OLD: dict[str, Any] = {
    "version": "1.0.0",
    "schema": [
        {"name": "t", "properties": [{"name": "a", "required": True}, {"name": "b", "enum": [{"value": "x"}]}]},
    ],
}


def test_equal_documents_differ_in_nothing() -> None:
    assert difference(OLD, {**OLD}) == ()


def test_a_column_in_the_middle_is_one_difference() -> None:
    table = OLD["schema"][0]
    new = {**OLD, "schema": [{**table, "properties": [table["properties"][0], {"name": "n"}, table["properties"][1]]}]}
    assert difference(OLD, new) == ('+ schema.t.properties.n: {"name": "n"}',)


def test_what_changed_and_what_is_gone_is_named_by_its_place() -> None:
    new = {"version": "1.1.0", "schema": [{"name": "t", "properties": [{"name": "b", "enum": [{"value": "y"}]}]}]}
    assert difference(OLD, new) == (
        '~ version: "1.0.0" → "1.1.0"',
        '+ schema.t.properties.b.enum.y: {"value": "y"}',
        '- schema.t.properties.b.enum.x: {"value": "x"}',
        '- schema.t.properties.a: {"name": "a", "required": true}',
    )


def test_two_entries_of_the_same_name_are_both_compared() -> None:
    old = [{"name": "t", "access": "read"}, {"name": "t", "access": "write"}]
    assert difference(old, [old[0], {"name": "t", "access": "read"}]) == ('~ t#1.access: "write" → "read"',)


def test_a_plain_value_in_the_place_of_an_object_is_one_difference() -> None:
    assert difference({"team": {"name": "x"}}, {"team": "x"}) == ('~ team: {"name": "x"} → "x"',)
