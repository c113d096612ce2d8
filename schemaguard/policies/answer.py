"""What a policy's answer means: allowed only where `allow` is true, `deny` is an empty list, and nothing went wrong."""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from schemaguard.frozen import dataclass
from schemaguard.policies.policy import PACKAGE, PolicyFile, RegoPolicy

PolicyOutcome = Literal["allowed", "denied", "unavailable"]
_PLACED = re.compile(r"\(error (\d+):")
_MESSAGE = re.compile(r"\(errormsg (\d+):")
_OFFSET = re.compile(r"\|(\d+)\|\d+")
_MOST_REASONS, _LONGEST_REASON = 20, 300


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What a policy said; `problem` says why there is no answer, and `at` where, as file:line."""

    allow: bool = False
    deny: tuple[str, ...] = ()
    problem: str = ""
    at: str = ""

    @property
    def outcome(self) -> PolicyOutcome:
        """Whether the act may be carried out, or nobody knows."""
        if self.problem:
            return "unavailable"
        return "allowed" if self.allow else "denied"

    @property
    def why(self) -> str:
        """Why it isn't allowed, in words; empty where it is."""
        if self.problem or self.allow:
            return self.problem
        return "; ".join(self.deny) or "no rule allows it"


def no_answer(problem: str, at: str = "") -> PolicyAnswer:
    """Nothing was answered."""
    return PolicyAnswer(problem=problem, at=at)


def answer_of(policy: RegoPolicy, said: str) -> PolicyAnswer:
    """The answer in what the interpreter printed for a query of the package; whatever else it prints is a problem."""
    try:
        document = json.loads(said, object_pairs_hook=_without_repetition)
        (value,) = document["expressions"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return error_of(policy, said)
    if not isinstance(value, dict) or not ({"allow", "deny"} & set(value)):
        return no_answer(f"no module defines allow and deny in package {PACKAGE}", _first(policy))
    allow, deny = value.get("allow"), value.get("deny")
    if not isinstance(allow, bool):
        said_of_it = "undefined" if allow is None else "neither true nor false"
        return no_answer(f"allow is {said_of_it}", _where(policy, "allow"))
    if not isinstance(deny, list) or not all(isinstance(each, str) for each in deny):
        said_of_it = "undefined" if deny is None else "not a set of texts"
        return no_answer(f"deny is {said_of_it}", _where(policy, "deny"))
    reasons = tuple(_short(each) for each in sorted(deny)[:_MOST_REASONS])
    return PolicyAnswer(allow and not reasons, reasons)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """ValueError where a key is there twice: of two answers neither is one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def error_of(policy: RegoPolicy, said: str) -> PolicyAnswer:
    """The problem in an error of the interpreter, with its line where it names one."""
    message = _counted(_MESSAGE, said)
    if message is None:
        return no_answer("it has no value: rules contradict each other, or the interpreter failed", _first(policy))
    named = _counted(_PLACED, said)
    offset = _OFFSET.search(said)
    module = next((each for each in policy.modules if each.name == named), None)
    if module is not None and offset is not None:
        return no_answer(_short(message), f"{module.name}:{_line(module, int(offset[1]))}")
    name = message.rsplit(" ", 1)[-1]
    return no_answer(_short(message), _where(policy, name, name.rsplit(".", 1)[-1]))


def _counted(pattern: re.Pattern[str], said: str) -> str | None:
    """A text that is written with its length before it."""
    found = pattern.search(said)
    return said[found.end() : found.end() + int(found[1])] if found else None


def _line(module: PolicyFile, offset: int) -> int:
    return module.text.encode()[:offset].count(b"\n") + 1


def _where(policy: RegoPolicy, *words: str) -> str:
    """The first line of code that has a word, the first of these that any line has."""
    for word in words:
        wanted = re.compile(rf"(?<![\w.]){re.escape(word)}(?!\w)")
        for module in policy.modules:
            for number, line in enumerate(module.text.splitlines(), 1):
                if wanted.search(line.split("#", 1)[0]):
                    return f"{module.name}:{number}"
    return _first(policy)


def _first(policy: RegoPolicy) -> str:
    return policy.modules[0].name if policy.modules else ""


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _LONGEST_REASON else f"{one_line[: _LONGEST_REASON - 1]}…"


def outcomes(answers: Sequence[PolicyAnswer]) -> dict[str, Any]:
    """How many of each outcome."""
    return {each: sum(one.outcome == each for one in answers) for each in ("allowed", "denied", "unavailable")}
