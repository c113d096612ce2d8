"""`schemaguard policy` as a shell calls it, and policies that do their worst: nothing is read, and each is stopped."""

import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.adapters.policy.asking import PolicyLimits, ask_policy
from schemaguard.cli.main import app
from schemaguard.errors import SchemaguardError
from schemaguard.policies.answer import PolicyAnswer
from schemaguard.policies.policy import PolicyFile, RegoPolicy, shipped_policy, shipped_tests
from schemaguard.policies.question import example
from schemaguard.policies.testing import failures, read_tests

HEAD = "package schemaguard.policy\n\nimport rego.v1\n\ndeny := []\n"
LIMITS = PolicyLimits(wall_s=120, cpu_s=1, memory_mb=80, answer_bytes=20_000)
"""The clock is generous: other tests run at the same time. CPU and memory are what stops them."""
HOSTILE = {
    # What it tries: its rules, and what is said of it.
    "an endless comprehension": (
        "allow if count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); a * b == 0]) > 0",
        "it was stopped",
    ),
    "memory": ("allow := count(numbers.range(1, 50000000)) > 0", "more than 80 MB of memory"),
    "a giant output": (
        'also := [sprintf("%d %d", [i, i]) | some i in numbers.range(1, 3000)]\nallow := true',
        "answered more than 20,000 bytes",
    ),
    "recursion of a rule": ("allow if other\nother if allow", "Recursion detected"),
    "recursion of a function": ("f(x) := f(x + 1)\nallow if f(1)", "Recursion detected"),
    "the network": (
        'allow if http.send({"method": "get", "url": "http://127.0.0.1:PORT/"}).status_code == 200',
        "allow is undefined",
    ),
    "the environment": ("allow if opa.runtime().env.SECRET", "allow is undefined"),
    "a file": ('allow if io.read_file("/etc/passwd") != ""', "Function not found: io.read_file"),
    "data from outside": ("import data.secrets\nallow if secrets.password", ""),
    "a text for an answer": ('allow := "yes"', "allow is neither true nor false"),
    "nothing for an answer": ("allow if input.nothing == 1", "allow is undefined"),
    "a number of denials": ("allow := true\ndeny_all := deny\n", ""),
    "broken syntax": ("allow if {", "this is unclosed"),
    "two values": ("allow := true\nallow := false", ""),
    "deep nesting": (f"x := {'[' * 4000}{']' * 4000}\nallow := true", ""),
    "another package's rules": ("allow if data.system.authz", "allow is undefined"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "schemaguard.toml").write_text('policy = "policy"\n')
    return tmp_path


def said(*words: str) -> tuple[int, str]:
    """(exit code, output); an error is its text."""
    done = CliRunner().invoke(app, ["policy", *words])
    if isinstance(done.exception, SchemaguardError):
        return done.exception.exit_code, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def port() -> Iterator[tuple[int, list[str]]]:
    """A port that somebody listens at, and who has called."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                callers.append(str(address))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def answers(port: tuple[int, list[str]]) -> dict[str, PolicyAnswer]:
    """What each hostile policy came to; all at once, since each has a process of its own."""
    os.environ["SECRET"] = "swordfish"

    def ask(rules: str) -> PolicyAnswer:
        head = HEAD if "deny :=" not in rules and "deny_all" not in rules else HEAD.replace("deny := []", "deny := 3")
        text = head + rules.replace("PORT", str(port[0]))
        return ask_policy(RegoPolicy((PolicyFile("policy/a.rego", text),)), [example()], LIMITS)[0]

    try:
        with ThreadPoolExecutor(3) as pool:
            return dict(zip(HOSTILE, pool.map(ask, [rules for rules, _ in HOSTILE.values()]), strict=True))
    finally:
        del os.environ["SECRET"]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_policy_allows_nothing_and_is_said_to_be_what_it_is(
    what: str, answers: dict[str, PolicyAnswer]
) -> None:
    answer = answers[what]
    assert not answer.allow
    assert answer.outcome == "unavailable"
    assert HOSTILE[what][1] in answer.problem
    assert "swordfish" not in repr(answer)
    assert "root:" not in repr(answer)


def test_nothing_was_called(answers: dict[str, PolicyAnswer], port: tuple[int, list[str]]) -> None:
    assert answers
    assert port[1] == []


def test_what_a_question_says_is_no_part_of_the_answer() -> None:
    rules = 'allow := false\ndeny contains sprintf("no: %s", [input.reason])\n'
    policy = RegoPolicy((PolicyFile("a.rego", HEAD.replace("deny := []\n", "") + rules),))
    reasons = ['"], "allow":true, "deny":["', "a\nb", "back\\slash\\", 'quote"', "é\u2028\U0001f600", "\x1b[2J"]
    found = ask_policy(policy, [{**example(), "reason": reason} for reason in reasons], PolicyLimits(wall_s=120))
    assert [each.outcome for each in found] == ["denied"] * len(reasons)
    assert found[0].deny == ('no: "], "allow":true, "deny":["',)
    assert found[3].deny == ('no: quote"',)


def test_what_waits_is_stopped_by_the_clock() -> None:
    policy = RegoPolicy((PolicyFile("a.rego", HEAD + HOSTILE["an endless comprehension"][0]),))
    (answer,) = ask_policy(policy, [example()], PolicyLimits(wall_s=0.05))
    assert answer.problem == "it was stopped after 0.05 s"


def _without(rule: int) -> RegoPolicy:
    """The shipped policy without one of its denials."""
    text = shipped_policy().modules[0].text
    starts = [found.start() for found in re.finditer(r"(?m)^deny contains", text)]
    end = text.index("\n}\n", starts[rule]) + 3
    return RegoPolicy((PolicyFile("default.rego", text[: starts[rule]] + text[end:]),))


RULES = shipped_policy().modules[0].text.count("\ndeny contains")
EVERY = 1 if "SCHEMAGUARD_TEST_POLICIES" in os.environ else 4
"""`make policies` takes every rule away in turn, `make test` the first and the last one."""


def test_the_shipped_tests_pass_and_fail_without_any_of_its_rules() -> None:
    tests = read_tests(shipped_tests())
    questions = [test.question for test in tests]
    policies = [shipped_policy(), *(_without(rule) for rule in range(0, RULES, EVERY))]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda policy: ask_policy(policy, questions, PolicyLimits(wall_s=120)), policies))
    failed = [len(list(failures(tests, each))) for each in found]
    assert failed[0] == 0
    assert all(failed[1:])
    assert len(failed) > RULES / 2


def test_check_names_file_and_line(folder: Path) -> None:
    code, told = said("check")
    assert (code, "there is no policy" in told) == (2, True)
    (folder / "policy/release.rego").write_text(HEAD + "allow if {\n", encoding="utf-8")
    code, told = said("check")
    assert code == 1
    assert told.splitlines()[0] == "policy/release.rego:6: this is unclosed"
    assert json.loads(said("check", "--format", "json")[1])["problems"][0]["at"] == "policy/release.rego:6"
    assert said("show", "default")[1] == shipped_policy().modules[0].text


def test_a_test_that_fails_is_named(folder: Path) -> None:
    (folder / "policy/release.rego").write_text(HEAD + "allow := true\n", encoding="utf-8")
    code, told = said("test")
    assert (code, "the policy has no tests" in told) == (2, True)
    tests = "tests:\n  - {name: all may, allow: true}\n  - name: nobody may\n    deny: never\n"
    (folder / "policy/release.test.yaml").write_text(tests, encoding="utf-8")
    code, told = said("test")
    assert code == 1
    assert told.splitlines() == [
        'policy/release.test.yaml:3: nobody may: wanted deny "never", got allow',
        "1 of 2 tests passed",
    ]
    (folder / "policy/release.rego").write_text(HEAD + "allow if {\n", encoding="utf-8")
    code, told = said("test")
    assert (code, told.splitlines()[:2]) == (
        2,
        ["the policy can't be evaluated: this is unclosed", "at: policy/release.rego:6"],
    )


def test_without_a_setting_it_is_said_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = said("check")
    assert code == 2
    assert 'policy = "default"' in told
