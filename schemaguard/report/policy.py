"""Policies: what is wrong with one, its tests, and what it would say. Text and JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.policies.answer import PolicyAnswer
from schemaguard.policies.policy import RegoPolicy
from schemaguard.policies.testing import PolicyTest
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_Asked = Sequence[tuple[Mapping[str, Any], PolicyAnswer]]


def show_checked(policy: RegoPolicy, problems: Sequence[PolicyAnswer], console: Console) -> None:
    """Print a line a problem, file:line first; or that there is none."""
    for each in problems:
        line(
            console, Text.assemble(visible(f"{each.at}: " if each.at else ""), (visible(each.problem), "red")), indent=2
        )
    if not problems:
        named = ", ".join(module.name for module in policy.modules)
        line(console, Text(visible(f"{named}: it can be evaluated (digest {policy.digest[:12]})")), indent=2)


def checked_json(policy: RegoPolicy, problems: Sequence[PolicyAnswer]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "modules": [module.name for module in policy.modules],
        "digest": policy.digest,
        "problems": [{"at": each.at, "problem": each.problem} for each in problems],
    }


def show_tested(tests: Sequence[tuple[PolicyTest, str]], console: Console) -> None:
    """Print a line a test that fails, and the count."""
    failed = [(test, why) for test, why in tests if why]
    for test, why in failed:
        line(console, Text.assemble(visible(f"{test.at}: {test.name}: "), (visible(why), "red")), indent=2)
    passed = len(tests) - len(failed)
    said = f"{passed} of {plural(len(tests), 'test')} passed" if failed else f"{plural(len(tests), 'test')} passed"
    line(console, Text(said, "red" if failed else "green"))


def tested_json(policy: RegoPolicy, tests: Sequence[tuple[PolicyTest, str]]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "digest": policy.digest,
        "tests": [{"name": test.name, "at": test.at, "passed": not why, "why": why or None} for test, why in tests],
    }


def show_explained(digest: str | None, asked: _Asked, console: Console) -> None:
    """Print what is answered, and what was asked."""
    for question, answer in asked:
        what = f"{question['action']} of {question['model']} {question.get('target') or ''}".rstrip()
        colour = {"allowed": "green", "denied": "red", "unavailable": "red"}[answer.outcome]
        head = Text.assemble(
            visible(f"{what}: "), (answer.outcome, colour), visible(f" (policy {(digest or '-')[:12]})")
        )
        line(console, head)
        for reason in answer.deny:
            line(console, Text(visible(f"  {reason}")), indent=4)
        if answer.outcome != "allowed" and not answer.deny:
            where = f"{answer.at}: " if answer.at else ""
            line(console, Text(visible(f"  {where}{answer.why}")), indent=4)
        line(console, Text("input:"))
        line(console, Text(json.dumps(question, indent=2, ensure_ascii=False)), indent=None)


def explained_json(digest: str | None, asked: _Asked) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "policy": digest,
        "asked": [
            {
                "outcome": answer.outcome,
                "deny": list(answer.deny),
                "problem": answer.problem or None,
                "at": answer.at or None,
                "input": dict(question),
            }
            for question, answer in asked
        ],
    }
