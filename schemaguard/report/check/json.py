"""A check as JSON: the document that doesn't change without a new version number."""

import json
from collections.abc import Iterable
from typing import Any

from schemaguard.finding import Explanation, Finding, Fix
from schemaguard.rules.judging.verdict import CheckResult

VERSION = 1


def render(result: CheckResult) -> str:
    """The document, indented; names are written as ASCII, so that no control character reaches a terminal."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: CheckResult) -> dict[str, Any]:
    """The document as plain values."""
    return {
        "version": VERSION,
        "window": {"source": result.window.source, "at": result.window.at, "age_days": result.window.age_days},
        "contracts": [
            {
                "model": contract.model,
                "model_versions": list(contract.model_versions),
                "file": contract.file,
                "until": contract.until,
            }
            for contract in result.contracts
        ],
        "revisions": [
            {
                "history": revision.history,
                "id": revision.id,
                "file": revision.file,
                "phase": revision.phase.value,
                "rollback": revision.rollback.value,
                "statements": revision.statements,
                "opaque": revision.opaque,
            }
            for revision in result.revisions
        ],
        "findings": [finding_document(finding) for finding in result.findings],
        "remarks": [*result.remarks, *result.unjudged],
        "summary": {
            "errors": result.errors,
            "warnings": result.warnings,
            "notes": result.notes,
            "seconds": round(result.seconds, 3),
        },
    }


def baseline_text(findings: Iterable[Finding]) -> str:
    """A baseline that accepts the findings: of each what it is known by, and no line, which would move."""
    keys = ("rule", "history", "revision", "object", "cause", "statement")
    accepted = [{key: value for key, value in finding_document(one).items() if key in keys} for one in findings]
    return json.dumps({"version": VERSION, "findings": accepted}, indent=2) + "\n"


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding as plain values."""
    return {
        "rule": finding.rule,
        "family": finding.family.value,
        "severity": finding.severity.value,
        "history": finding.history,
        "revision": finding.revision,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "direction": finding.direction,
        "statement": finding.statement,
        "object": finding.object,
        "message": finding.message,
        "effect": finding.effect,
        "instead": finding.instead,
        "cause": finding.cause,
        "readers": [
            {
                "model": reader.model,
                "model_version": reader.model_version,
                "access": reader.access,
                "role": reader.role,
                "until": reader.until,
            }
            for reader in finding.readers
        ],
        "also": list(finding.also),
        "headline": finding.headline,
        "suppressed": finding.suppressed,
        "explanation": _explanation(finding.explanation) if finding.explanation is not None else None,
        "override": str(finding.override) if finding.override is not None else None,
        "fix": _fix(finding.fix) if finding.fix is not None else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safe": fix.is_safe,
        "code": list(fix.code),
        "edits": [{"first": e.first, "last": e.last, "old": list(e.old), "new": list(e.new)} for e in fix.edits],
        "later": [
            {
                "title": later.title,
                "upgrade": list(later.upgrade),
                "downgrade": list(later.downgrade),
                "imports": list(later.imports),
                "outside_of_transactions": later.is_outside_of_transactions,
            }
            for later in fix.later
        ],
    }


def _explanation(why: Explanation) -> dict[str, Any]:
    return {
        "row": {"change": why.change, "reader": why.reader, "writer": why.writer, "cause": why.cause},
        "catalog": {"before": list(why.before), "after": list(why.after), "diff": list(why.diff)},
        "errors": [{"sqlstate": e.sqlstate, "condition": e.condition, "to": e.to} for e in why.errors],
    }
