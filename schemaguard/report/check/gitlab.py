"""A check as a GitLab code quality report."""

import hashlib
import json
from typing import Any

from schemaguard.finding import Finding, Severity
from schemaguard.report.check.sentences import accepted, paragraph
from schemaguard.report.visible import visible
from schemaguard.rules.judging.verdict import CheckResult

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(result: CheckResult) -> str:
    """The headlines that count and what is overridden, as a JSON array."""
    counting = [f for f in result.findings if f.override is not None or (f.headline and f.suppressed is None)]
    seen: dict[str, int] = {}
    return json.dumps([_issue(finding, seen) for finding in counting], indent=2) + "\n"


def _issue(finding: Finding, seen: dict[str, int]) -> dict[str, Any]:
    return {
        "description": visible(_description(finding), keep_lines=True),
        "check_name": finding.rule,
        "fingerprint": _fingerprint(finding, seen),
        "severity": _SEVERITIES[finding.severity] if finding.override is None else "info",
        "location": {"path": finding.place.file, "lines": {"begin": finding.place.line}},
    }


def _description(finding: Finding) -> str:
    return paragraph(finding) if finding.override is None else accepted(finding)


def _fingerprint(finding: Finding, seen: dict[str, int]) -> str:
    """The same for the same finding after its line has moved; two equal findings have two."""
    parts = (finding.rule, finding.place.file, finding.object, finding.cause or "", finding.statement)
    key = "\0".join(parts)
    seen[key] = seen.get(key, 0) + 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
