from schemaguard.finding import Family, Severity
from schemaguard.rules.judging.headline import by_statement, count, headed
from tests.unit.rules.findings import FRAUD_7, FRAUD_8, finding


def test_the_contract_family_heads_the_statement() -> None:
    found = headed([finding("drop-column"), finding("breaks-reader", readers=(FRAUD_7,))])

    assert [(f.rule, f.headline, f.also) for f in found] == [
        ("breaks-reader", True, ("drop-column",)),
        ("drop-column", False, ()),
    ]


def test_a_contract_warning_heads_an_error_of_another_family() -> None:
    shift = finding("shifts-meaning", family=Family.CONTRACT, severity=Severity.WARNING)

    assert headed([finding("retype-column"), shift])[0].rule == "shifts-meaning"


def test_a_note_heads_nothing_that_is_more() -> None:
    note = finding("shifts-meaning", family=Family.CONTRACT, severity=Severity.NOTE)

    assert headed([note, finding("drop-index", severity=Severity.WARNING)])[0].rule == "drop-index"


def test_the_headline_has_the_readers_of_the_whole_statement() -> None:
    found = headed([finding("breaks-reader", readers=(FRAUD_7,)), finding("breaks-writer", readers=(FRAUD_8, FRAUD_7))])

    assert found[0].readers == (FRAUD_7, FRAUD_8)


def test_what_was_ignored_neither_heads_nor_is_listed() -> None:
    found = headed([finding("drop-column", suppressed="fine"), finding("no-lock-timeout", severity=Severity.WARNING)])

    assert (found[0].rule, found[0].also) == ("no-lock-timeout", ())


def test_a_statement_counts_once_as_its_worst() -> None:
    shift = finding("shifts-meaning", family=Family.CONTRACT, severity=Severity.WARNING)
    findings = (*headed([shift, finding("retype-column")]), *headed([finding(severity=Severity.WARNING)]))

    assert len(list(by_statement(findings))) == 2
    assert count(findings) == {Severity.ERROR: 1, Severity.WARNING: 1, Severity.NOTE: 0}


def test_what_was_ignored_does_not_count() -> None:
    assert count(headed([finding(suppressed="fine")]))[Severity.ERROR] == 0
