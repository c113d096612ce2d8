"""A check as SARIF 2.1.0, for code scanning."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from schemaguard import __version__
from schemaguard.finding import Finding, Fix, LineEdit, Place, Severity
from schemaguard.report.check.sentences import grounds, paragraph
from schemaguard.report.visible import visible
from schemaguard.rules import RULES
from schemaguard.rules.judging.baseline import ACCEPTED
from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.rules.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def render(result: CheckResult) -> str:
    """One run with every finding; ignored ones are there as suppressed."""
    return document(result.findings, grounds(result), (*result.remarks, *result.unjudged))


def document(findings: Sequence[Finding], grounds: str, remarks: Sequence[str]) -> str:
    """The findings as one run, with the records of their rules; `grounds` says on what terms was judged."""
    used = {finding.rule for finding in findings}
    driver = {
        "name": "schemaguard",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES if rule.id in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "properties": {"grounds": visible(grounds), "remarks": [visible(remark) for remark in remarks]},
        "results": [_result(finding) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.when},
        "fullDescription": {"text": rule.effect},
        "help": {"text": rule.instead},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family.value]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    location = _location(finding.place)
    if finding.statement:
        location["physicalLocation"]["region"]["snippet"] = {"text": visible(finding.statement, keep_lines=True)}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(paragraph(finding), keep_lines=True)},
        "locations": [location],
    }
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding, finding.fix)]
    if finding.suppressed is not None:
        is_elsewhere = finding.suppressed == ACCEPTED or finding.override is not None
        result["suppressions"] = [
            {
                "kind": "external" if is_elsewhere else "inSource",
                "justification": visible(finding.suppressed),
                **({"location": _location(finding.override)} if finding.override is not None else {}),
            }
        ]
    return result


def _fix(finding: Finding, fix: Fix) -> dict[str, Any]:
    change = {
        "artifactLocation": {"uri": _uri(finding.place.file)},
        "replacements": [_replacement(edit) for edit in fix.edits],
    }
    return {"description": {"text": visible(fix.title)}, "artifactChanges": [change]}


def _replacement(edit: LineEdit) -> dict[str, Any]:
    """Whole lines, so that no column has to be counted in the reader's own units."""
    region = {"startLine": edit.first, "startColumn": 1, "endLine": edit.last + 1, "endColumn": 1}
    return {"deletedRegion": region, "insertedContent": {"text": "".join(f"{line}\n" for line in edit.new)}}


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    return quote(file)
