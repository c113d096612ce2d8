"""Files of tests: what a test says, and the line of what is wrong with one."""

import pytest

from schemaguard.policies.answer import PolicyAnswer, no_answer
from schemaguard.policies.policy import PolicyError, PolicyFile, shipped_tests
from schemaguard.policies.testing import failure_of, read_tests


def read(text: str) -> object:
    return read_tests(PolicyFile("policy/a.test.yaml", text))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("cases: []\n", 1, "one key, tests"),
        ("tests: []\n", 1, "one key, tests"),
        ("tests:\n  - 1\n", 2, "a mapping"),
        ("tests:\n  - name: a\n    alow: true\n", 3, "unknown key alow"),
        ("tests:\n  - name: a\n", 2, "either allow: true, or deny"),
        ("tests:\n  - name: a\n    allow: true\n    deny: x\n", 2, "either allow: true, or deny"),
        ("tests:\n  - name: a\n    allow: false\n", 2, "either allow: true, or deny"),
        ("tests:\n  - name: a\n    deny: 3\n", 3, "a text or a list of texts"),
        ("tests:\n  - allow: true\n", 2, "a test has a name"),
        ("tests:\n  - name: a\n    allow: true\n    input:\n      acton: promote\n", 5, "unknown field acton"),
        ("tests:\n  - name: a\n    allow: true\n    input:\n      action: dance\n", 5, "'dance' is none of promote"),
        ("tests:\n  - name: a\n    allow: true\n    input:\n      pointer: {frozen: 1}\n", 5, "isn't of type boolean"),
    ],
)
def test_a_broken_test_is_named_by_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(PolicyError) as raised:
        read(text)
    assert raised.value.at == f"policy/a.test.yaml:{line}"
    assert what in raised.value.what


def test_a_test_wants_an_answer_for_its_reasons() -> None:
    allowed, denied = read_tests(
        PolicyFile("a", "tests:\n  - {name: a, allow: true}\n  - {name: b, deny: [one, two]}\n")
    )
    assert failure_of(allowed, PolicyAnswer(allow=True)) == ""
    assert failure_of(allowed, PolicyAnswer(deny=("one",))) == "wanted allow, got deny 'one'"
    assert failure_of(allowed, no_answer("broken")) == "wanted allow, got no answer (broken)"
    assert failure_of(denied, PolicyAnswer(deny=("number one", "and two"))) == ""
    assert failure_of(denied, PolicyAnswer(deny=("one",))) == 'wanted deny "one" and "two", got deny \'one\''
    assert failure_of(denied, no_answer("broken")) == 'wanted deny "one" and "two", got no answer (broken)'
    assert failure_of(denied, PolicyAnswer(allow=True)) == 'wanted deny "one" and "two", got allow'


def test_the_shipped_tests_can_be_read() -> None:
    assert len({test.name for test in read_tests(shipped_tests())}) >= 25
