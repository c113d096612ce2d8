import pytest

from schemaguard.errors import ConfigError, UsageError
from schemaguard.finding import Severity
from schemaguard.rules import RULES
from schemaguard.rules.contract import breaks_reader
from schemaguard.rules.destructive import drop_column, drop_table
from schemaguard.rules.judging.choice import Choice


def test_without_a_choice_every_rule_that_is_not_opt_in_is_on() -> None:
    assert [rule.id for rule in RULES if not Choice().is_on(rule)] == [rule.id for rule in RULES if rule.opt_in]


def test_select_leaves_only_what_it_names_and_the_contract_family() -> None:
    choice = Choice(select=("drop-table",))

    assert choice.is_on(drop_table.RULE)
    assert not choice.is_on(drop_column.RULE)
    assert choice.is_on(breaks_reader.RULE)


@pytest.mark.parametrize("word", ["drop-column", "destructive", "ban-drop-column", "squawk/ban-drop-column"])
def test_a_rule_is_ignored_by_its_id_its_family_or_its_name_elsewhere(word: str) -> None:
    assert not Choice(ignore=(word,)).is_on(drop_column.RULE)


@pytest.mark.parametrize("word", ["contract", "breaks-reader", "unproven", "expired-override"])
def test_whoever_chooses_a_rule_of_the_contract_family_is_refused_with_a_reason(word: str) -> None:
    for choice in (Choice(select=(word,)), Choice(ignore=("drop-column", word))):
        with pytest.raises(UsageError, match=f"{word} belongs to the contract family") as refused:
            choice.checked(RULES)
        assert "schemaguard override" in refused.value.next
    for severity in ("off", "warning", "error"):
        with pytest.raises(ConfigError, match="belongs to the contract family") as configured:
            Choice(severities={word: severity}).checked(RULES, "schemaguard.toml")
        assert configured.value.at == f"schemaguard.toml: [rules] {word}"


def test_nothing_turns_the_contract_family_off_or_down() -> None:
    choice = Choice(select=("drop-table",), ignore=("contract",), severities={"breaks-reader": "off"}, adopt=True)

    assert choice.is_on(breaks_reader.RULE)
    assert choice.severity(breaks_reader.RULE, Severity.ERROR) is Severity.ERROR


def test_a_configured_severity_replaces_the_rules_own() -> None:
    choice = Choice(severities={"drop-column": "note", "drop-table": "off"})

    assert choice.severity(drop_column.RULE, Severity.ERROR) is Severity.NOTE
    assert not choice.is_on(drop_table.RULE)


def test_adopting_makes_errors_warnings() -> None:
    assert Choice(adopt=True).severity(drop_column.RULE, Severity.ERROR) is Severity.WARNING
    assert Choice(adopt=True).severity(drop_column.RULE, Severity.NOTE) is Severity.NOTE


def test_a_rule_that_does_not_exist_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        Choice(select=("drop-colum",)).checked(RULES)
    assert error.value.next == "did you mean drop-column?"


def test_a_severity_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ConfigError) as error:
        Choice(severities={"drop-column": "fatal"}).checked(RULES, "pyproject.toml")
    assert error.value.at == "pyproject.toml: [rules] drop-column"
