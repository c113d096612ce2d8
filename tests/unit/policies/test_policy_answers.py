"""Only a true `allow` with an empty `deny` allows; everything else says no, or that nobody knows, and where."""

import pytest

from schemaguard.policies.answer import PolicyAnswer, answer_of, error_of
from schemaguard.policies.policy import PolicyFile, RegoPolicy
from schemaguard.policies.question import ACTIONS, digest_of, example, wrong_in

TEXT = "package schemaguard.policy\n\ndefault allow := false\n# deny nothing\ndeny contains x if foo(1)\n"
POLICY = RegoPolicy((PolicyFile("policy/a.rego", TEXT),))


@pytest.mark.parametrize(
    ("said", "outcome", "why", "at"),
    [
        ('{"allow":true, "deny":[]}', "allowed", "", ""),
        ('{"allow":true, "deny":["b", "a"]}', "denied", "a; b", ""),
        ('{"allow":false, "deny":[]}', "denied", "no rule allows it", ""),
        ('{"allow":"yes", "deny":[]}', "unavailable", "allow is neither true nor false", "policy/a.rego:3"),
        ('{"allow":1, "deny":[]}', "unavailable", "allow is neither true nor false", "policy/a.rego:3"),
        ('{"deny":[]}', "unavailable", "allow is undefined", "policy/a.rego:3"),
        ('{"allow":true}', "unavailable", "deny is undefined", "policy/a.rego:5"),
        ('{"allow":true, "deny":{}}', "unavailable", "deny is not a set of texts", "policy/a.rego:5"),
        ('{"allow":true, "deny":[1]}', "unavailable", "deny is not a set of texts", "policy/a.rego:5"),
        ("{}", "unavailable", "no module defines allow and deny in package schemaguard.policy", "policy/a.rego"),
        ("true", "unavailable", "no module defines allow and deny in package schemaguard.policy", "policy/a.rego"),
    ],
)
def test_an_answer_means_one_thing(said: str, outcome: str, why: str, at: str) -> None:
    answer = answer_of(POLICY, f'{{"expressions":[{said}]}}')
    assert (answer.outcome, answer.why, answer.at) == (outcome, why, at)


@pytest.mark.parametrize(
    "said",
    [
        '{"expressions":[{"allow":false, "deny":["a"], "allow":true, "deny":[]}]}',
        "",
        "<error>",
        "[]",
        '{"expressions":[]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_answer_is_a_problem(said: str) -> None:
    assert answer_of(POLICY, said).outcome == "unavailable"


def test_an_error_names_the_line_that_it_is_about() -> None:
    placed = f"(rego-errorseq\n  (error 13:policy/a.rego|{TEXT.index('default')}|7\n    (errormsg 16:this is unclosed)"
    assert error_of(POLICY, placed) == PolicyAnswer(problem="this is unclosed", at="policy/a.rego:3")
    unplaced = "(error\n  (errormsg 23:Function not found: foo)\n"
    dotted = RegoPolicy((PolicyFile("b.rego", "# io.read()\nallow if io.read(1)"),))
    assert error_of(dotted, "(errormsg 27:Function not found: io.read)").at == "b.rego:2"
    assert error_of(POLICY, unplaced) == PolicyAnswer(problem="Function not found: foo", at="policy/a.rego:5")


def test_reasons_are_kept_short() -> None:
    answer = answer_of(POLICY, '{"expressions":[{"allow":false, "deny":["' + "a" * 10_000 + '", "x\\u001b[2J\\ny"]}]}')
    assert [len(each) for each in answer.deny] == [300, 7]
    assert "\n" not in answer.why


def test_every_field_of_a_question_has_to_be_there_and_to_be_what_it_is() -> None:
    assert not list(wrong_in(example()))
    assert all(not list(wrong_in({**example(), "action": action})) for action in ACTIONS)
    for field in example():
        less = {key: value for key, value in example().items() if key != field}
        assert [what for _, what in wrong_in(less)] == [f"{field} is missing"]
        (wrong,) = {path for path, _ in wrong_in({**example(), field: [1]})} or {()}
        assert wrong[:1] == (field,)
    ((_, what),) = wrong_in({**example(), "action": "dance"})
    assert what.startswith("'dance' is none of promote")
    deep: list[object] = []
    for _ in range(50_000):
        deep = [deep]
    assert list(wrong_in({**example(), "target": deep}))


def test_two_questions_that_differ_in_time_alone_are_one() -> None:
    later = {**example(), "now": "2027-01-01T00:00:00+00:00"}
    assert digest_of(later) == digest_of(example()) != digest_of({**example(), "reason": "another"})
