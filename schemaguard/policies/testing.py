"""Tests of a policy: files `*.test.yaml` that say what it is asked, and what it has to answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemaguard.contracts.document import DocumentKind, read
from schemaguard.contracts.placed import Document, Path
from schemaguard.frozen import dataclass
from schemaguard.policies.answer import PolicyAnswer
from schemaguard.policies.policy import PolicyError, PolicyFile
from schemaguard.policies.question import example, wrong_in

_KIND = DocumentKind(
    one="policy test",
    several="policy tests",
    advice="a test names a few fields of the question",
    example="docs/policy.md has one",
    error=PolicyError,
)
_KEYS = frozenset({"name", "input", "allow", "deny"})


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One question, and the answer that is wanted: allowed, or denied for reasons that have these texts in them."""

    name: str
    at: str
    question: Mapping[str, Any]
    allow: bool
    deny: tuple[str, ...] = ()


def read_tests(file: PolicyFile) -> tuple[PolicyTest, ...]:
    """The tests of a file. PolicyError with file:line where one can't be used."""
    document = read(file.text, file.name, _KIND)
    listed = document.data.get("tests") if isinstance(document.data, dict) else None
    if not isinstance(listed, list) or not listed or set(document.data) != {"tests"}:
        raise PolicyError("a file of tests has one key, tests, with a list", at=f"{file.name}:1", next=_KIND.example)
    return tuple(_test(document, number, each) for number, each in enumerate(listed))


def _test(document: Document, number: int, said: Any) -> PolicyTest:
    path: Path = ("tests", number)
    if not isinstance(said, dict):
        raise _wrong(document, path, "a test has to be a mapping")
    for key in said:
        if key not in _KEYS:
            raise _wrong(document, (*path, key), f"unknown key {key}; there are {', '.join(sorted(_KEYS))}")
    allow, deny, asked = said.get("allow"), said.get("deny"), said.get("input", {})
    if (allow is None) == (deny is None) or allow is False:
        raise _wrong(document, path, "a test says either allow: true, or deny: with what the reasons say")
    reasons = [deny] if isinstance(deny, str) else deny or []
    if not isinstance(reasons, list) or not all(isinstance(each, str) for each in reasons):
        raise _wrong(document, (*path, "deny"), "deny has to be a text or a list of texts")
    if not isinstance(asked, dict):
        raise _wrong(document, (*path, "input"), "input has to be a mapping")
    question = _merged(example(), asked)
    for inside, what in wrong_in(question):
        raise _wrong(document, (*path, "input", *inside), what)
    name = said.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _wrong(document, path, "a test has a name")
    return PolicyTest(name, _at(document, path), question, allow is True, tuple(reasons))


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A question with what a test says of it; mappings go into each other, all else takes the other's place."""
    merged = dict(base)
    for key, value in over.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def failure_of(test: PolicyTest, answer: PolicyAnswer) -> str:
    """What is wrong with an answer, in words; empty where it is the one that is wanted."""
    got = "allow" if answer.allow else f"no answer ({answer.problem})" if answer.problem else f"deny {answer.why!r}"
    if test.allow:
        return "" if answer.allow else f"wanted allow, got {got}"
    wanted = " and ".join(f'"{each}"' for each in test.deny)
    if answer.outcome != "denied":
        return f"wanted deny {wanted}".rstrip() + f", got {got}"
    missing = [each for each in test.deny if not any(each in reason for reason in answer.deny)]
    return f"wanted deny {wanted}, got {got}" if missing else ""


def failures(tests: Sequence[PolicyTest], answers: Sequence[PolicyAnswer]) -> Iterator[tuple[PolicyTest, str]]:
    """The tests that fail, each with why."""
    for test, answer in zip(tests, answers, strict=True):
        why = failure_of(test, answer)
        if why:
            yield test, why


def _wrong(document: Document, path: Path, what: str) -> PolicyError:
    return PolicyError(what, at=_at(document, path), next=_KIND.example)


def _at(document: Document, path: Path) -> str:
    line = document.keys[path][0] if path in document.keys else document.place(path)[0]
    return f"{document.file}:{line}"
