"""What a policy is asked, as a document that has every field: a missing one makes rules undefined that should deny."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from schemaguard.policies.policy import PolicyError

SCHEMA = "question.schema.json"
WAYS_BACK = frozenset({"rollback", "abort"})
"""Acts that no policy that fails can keep back."""
ACTIONS = ("promote", "canary", "advance", "abort", "rollback", "approve", "publish", "override")


def example() -> dict[str, Any]:
    """A question whose every field is there, and that nothing speaks against: where tests begin."""
    return {
        "version": 1,
        "action": "promote",
        "reason": "passed the review of the release",
        "actor": {"name": "ana", "role": "ana", "roles": ["ml_oncall"]},
        "model": "fraud",
        "target": "8",
        "now": "2026-11-29T14:00:00+00:00",
        "plan": {"hash": "plan-1", "class": "none", "reversals": [], "leftovers": [], "models": ["fraud"]},
        "pointer": {
            "epoch": 3, "active": "7", "canary": None, "canary_percent": 0, "fallback": None, "previous": "6",
            "frozen": False,
        },
        "playbook": None,
        "approvals": [],
        "destructive": [],
        "decision": None,
        "drill": None,
    }  # fmt: skip


def require_whole(question: Mapping[str, Any]) -> None:
    """PolicyError where a question isn't what its schema says."""
    for path, what in wrong_in(question):
        raise PolicyError(
            f"what the policy would be asked is wrong: {what}",
            at=".".join(map(str, path)) or "the whole of it",
            next="schemaguard policy explain shows it",
        )


def wrong_in(question: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What doesn't fit the schema of a question: the path, and what is wrong in words."""
    try:
        found = sorted(
            _validator().iter_errors(question), key=lambda error: [str(part) for part in error.absolute_path]
        )
    except RecursionError:
        yield (), "it is nested too deeply"
        return
    for error in found:
        path = tuple(error.absolute_path)
        match error.validator:
            case "additionalProperties":
                known = error.schema.get("properties", {})
                for key in error.instance:
                    if key not in known:
                        yield (*path, key), f"unknown field {key}; there are {', '.join(sorted(known))}"
            case "required":
                for key in error.validator_value:
                    if key not in error.instance:
                        yield path, f"{key} is missing"
            case "enum":
                yield path, f"{error.instance!r} is none of {', '.join(map(str, error.validator_value))}"
            case "type":
                wanted = error.validator_value
                kinds = " or ".join(wanted) if isinstance(wanted, list) else wanted
                yield path, f"{_shortly(error.instance)} isn't of type {kinds}"
            case _:
                yield path, f"{_shortly(error.instance)} doesn't fit {error.validator} {error.validator_value}"


def digest_of(question: Mapping[str, Any]) -> str:
    """SHA-256 of a question without its time, in hexadecimal."""
    timeless = {key: value for key, value in question.items() if key != "now"}
    return hashlib.sha256(json.dumps(timeless, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _shortly(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    text = (files("schemaguard.policies") / SCHEMA).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
