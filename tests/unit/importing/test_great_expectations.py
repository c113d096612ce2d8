"""Great Expectations' suites: the project in fixtures/great_expectations was made by its version 1.24."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemaguard.errors import ContractError
from schemaguard.importing.found import FoundReaders
from schemaguard.importing.great_expectations import GxProject, read_project, read_suite, suite_readers
from tests.unit.importing.catalogs import catalog_of, in_words, right_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
GX = FIXTURES / "great_expectations" / "gx"
TABLES = (FIXTURES / "feast" / "shop" / "tables.sql").read_text()
BY_HAND = {
    "gx-payments.warning": {"sales.payments": "amount currency customer payment_id"},
    "gx-profiles": {"Profiles": "ageBand city"},
    "gx-recent-trips": {"driver_stats": "driver_id seen_at trips"},
    "gx-untouched": {"untouched": "id label"},
}


def recorded() -> FoundReaders:
    definitions = [(file.read_text(), file.name) for file in sorted((GX / "validation_definitions").rglob("*.json"))]
    project = read_project((GX / "great_expectations.yml").read_text(), "great_expectations.yml", definitions)
    suites = [read_suite(file.read_text(), file.name) for file in sorted((GX / "expectations").rglob("*.json"))]
    return suite_readers(suites, project, catalog_of(TABLES))


def suite(*expectations: dict[str, Any], name: str = "untouched", **more: Any) -> FoundReaders:
    listed = [{"type": "expect_something", "kwargs": said} for said in expectations]
    made = read_suite(json.dumps({"name": name, "expectations": listed}), "suite.json")
    return suite_readers((made,), more.get("project", GxProject()), catalog_of(TABLES))


def test_the_columns_are_those_that_a_person_would_list() -> None:
    made = recorded()
    right, total = right_of(made, BY_HAND)
    print(f"Great Expectations: {right} of {total} columns are right")  # noqa: T201 - a figure that is asked for
    assert (right, total) == (11, 11)
    assert made.left_out == ("nothing says which table of the migrations the suite nowhere is held against",)
    assert [one.notes for one in made.readers][-1] == (
        "nothing says what the suite is held against: untouched is the table of its name",
    )


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ({"column": "label"}, "label"),
        ({"column_A": "id", "column_B": "LABEL"}, "id label"),
        ({"column_set": ["id"]}, "id"),
        ({"row_condition": "label == 'x' and foo > 1", "column": "id"}, "id label"),
        ({"row_condition": {"conditions": [{"column": {"name": "label"}}], "type": "and"}}, "label"),
        ({"min_value": 1}, ""),
        ({"unexpected_rows_query": "selec label from {batch}"}, "id label"),
    ],
)
def test_every_way_in_which_an_expectation_names_columns_counts(said: dict[str, Any], columns: str) -> None:
    assert in_words(suite(said).readers[0].reads) == {"untouched": columns}


def test_a_suite_with_columns_that_the_table_of_its_name_does_not_have_is_of_something_else() -> None:
    assert suite({"column": "elsewhere"}).readers == ()


@pytest.mark.parametrize("name", ["untouched.warning", "public.untouched", "UNTOUCHED"])
def test_a_suite_is_of_the_table_of_its_name_where_nothing_says_otherwise(name: str) -> None:
    assert in_words(suite({"column": "id"}, name=name).readers[0].reads) == {"untouched": "id"}


def test_checkpoints_before_1_0_say_what_a_suite_is_held_against() -> None:
    checkpoint = """\
validations:
  - batch_request: {datasource_name: warehouse, data_asset_name: sales.customers}
    expectation_suite_name: nightly
  - {batch_request: {}, expectation_suite_name: other}
"""
    project = read_project("config_version: 3\n", "great_expectations.yml", (), [(checkpoint, "c.yml")])
    assert in_words(suite({"column": "segment"}, name="nightly", project=project).readers[0].reads) == {
        "sales.customers": "segment"
    }


def test_what_divides_the_data_into_batches_is_read_and_a_wrong_column_means_every_one() -> None:
    config = """\
fluent_datasources:
  w:
    assets:
      a:
        type: table
        table_name: customers
        schema_name: sales
        batch_definitions: {by: {partitioner: {column_name: memo}}}
"""
    held = json.dumps({"suite": {"name": "s"}, "data": {"datasource": {"name": "w"}, "asset": {"name": "a"}}})
    project = read_project(config, "great_expectations.yml", [(held, "v.json")])
    made = suite({"column": "id"}, name="s", project=project)
    assert in_words(made.readers[0].reads) == {"sales.customers": "id memo"}
    made = suite({"column": "gone"}, name="s", project=project)
    assert in_words(made.readers[0].reads) == {"sales.customers": "id memo segment"}
    assert made.readers[0].notes == (
        "it names columns that sales.customers doesn't have: every column is taken as read",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "this isn't a suite"),
        ('{"expectations": {}}', "this isn't a suite"),
        ('{"expectations": []}', "damaged"),
        ('{"name": "a", "expectations": [7]}', "damaged"),
        ('{"name": "a", "expectations": [{"kwargs": 7}]}', "damaged"),
        ('{"name": "a", "expectations": [{"kwargs": {"column_list": 7}}]}', "damaged"),
    ],
    ids=range(8),
)
def test_what_is_no_suite_is_one_clear_error(text: str, words: str) -> None:
    with pytest.raises(ContractError, match=words) as raised:
        read_suite(text, "suite.json")
    assert (raised.value.at, bool(raised.value.next)) == ("suite.json", True)


@pytest.mark.parametrize(
    ("config", "definition", "at"),
    [
        ("a: [", "{}", "g.yml:2"),
        ("a: &x 1\nb: *x\n", "{}", "g.yml:1"),
        ("fluent_datasources: [1]\n", "{}", "g.yml"),
        ("fluent_datasources: {a: {assets: {b: 7}}}\n", "{}", "g.yml"),
        ("a: 1\n", "{}", "v.json"),
        ("a: 1\n", "[", "v.json"),
        ("a: 1\n", '{"suite": 7}', "v.json"),
    ],
)
def test_a_damaged_project_is_told_with_its_file(config: str, definition: str, at: str) -> None:
    with pytest.raises(ContractError) as raised:
        read_project(config, "g.yml", [(definition, "v.json")])
    assert raised.value.at.startswith(at)
    assert raised.value.next
