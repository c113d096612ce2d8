"""The baseline: today's findings, accepted so that only what is new fails. It is the JSON of an earlier check."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from schemaguard.errors import UsageError
from schemaguard.finding import Family, Finding
from schemaguard.frozen import replace

ACCEPTED = "in the baseline"
_KEYS = ("rule", "history", "revision", "object", "cause")


def read(text: str, file: str) -> Counter[str]:
    """The findings that a baseline accepts, each as often as it says. Raises UsageError where it is not a baseline."""
    try:
        return Counter(_fingerprint(finding) for finding in json.loads(text)["findings"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        next_ = "write one with: schemaguard check --format json > FILE"
        raise UsageError("this is not a baseline: not the JSON of an earlier check", at=file, next=next_) from error


def accepted(finding: Finding, left: Counter[str]) -> Finding:
    """The finding, marked where the baseline accepts it, which uses that entry up; never one of the contract family."""
    if finding.family is Family.CONTRACT or finding.suppressed is not None:
        return finding
    key = _fingerprint({"statement": finding.statement} | {name: getattr(finding, name) for name in _KEYS})
    if left[key] <= 0:
        return finding
    left[key] -= 1
    return replace(finding, suppressed=ACCEPTED)


def _fingerprint(finding: Mapping[str, Any]) -> str:
    # Not its line, which moves when something is written above it.
    statement = " ".join(str(finding["statement"]).split())
    return json.dumps([*(finding[key] for key in _KEYS), statement])
