"""docs/contract.md is about the files that are really read."""

import re
from pathlib import Path

from schemaguard.contracts.example import EXAMPLE
from schemaguard.contracts.odcs import CONTRACT_KEYS, TABLE_KEYS, parse

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")


def test_its_example_is_the_one_that_is_printed_and_is_read() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert shown == EXAMPLE
    assert parse(shown, "contracts/fraud/7.odcs.yaml").model_versions == ("7",)


def test_its_keys_are_those_that_are_known() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (the contract|a table) \|", PAGE, re.MULTILINE)
    assert {key for key, of in rows if of == "the contract"} == CONTRACT_KEYS
    assert {key for key, of in rows if of == "a table"} == TABLE_KEYS


def test_every_key_of_a_promise_is_named() -> None:
    options = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "maxLength")
    for key in ("physicalType", "required", "unique", "primaryKey", "enum", "physicalName", *options):
        assert f"`{key}" in PAGE, key
