"""The fixes of a check as one review of a GitHub pull request, each a suggestion that can be committed with a click.

The document is the body of "create a review for a pull request":
https://docs.github.com/en/rest/pulls/reviews#create-a-review-for-a-pull-request
"""

import json
from typing import Any

from schemaguard.finding import Finding, LineEdit
from schemaguard.report.check.fixes import diff_blocks
from schemaguard.report.check.markdown import fenced, prose
from schemaguard.report.check.sentences import counts
from schemaguard.report.visible import visible
from schemaguard.rules.judging.verdict import CheckResult


def render(result: CheckResult) -> str:
    """The review: one comment a finding that has a fix with a place in its file."""
    comments = [
        _comment(finding, edit)
        for finding in result.findings
        if finding.fix is not None and finding.suppressed is None
        for edit in finding.fix.edits
    ]
    verdict = "REJECTED" if result.errors else "PASSED"
    document = {"event": "COMMENT", "body": f"schemaguard: {verdict}, {counts(result)}", "comments": comments}
    return json.dumps(document, indent=2) + "\n"


def _comment(finding: Finding, edit: LineEdit) -> dict[str, Any]:
    first = {"start_line": edit.first, "start_side": "RIGHT"} if edit.last > edit.first else {}
    body = "\n".join(_body(finding, edit))
    return {"path": visible(finding.place.file), **first, "line": edit.last, "side": "RIGHT", "body": body}


def _body(finding: Finding, edit: LineEdit) -> list[str]:
    lines = [f"**{finding.rule}**: {prose(finding.message)}. {prose(finding.effect)}.", ""]
    lines += fenced("\n".join(edit.new), "suggestion")
    for block in diff_blocks(finding)[1:]:
        added = "\n".join(line.removeprefix("+ ") for line in block.lines)
        lines += [
            "",
            prose(block.heading),
            "",
            *fenced(added, "python" if finding.place.file.endswith(".py") else "sql"),
        ]
    return lines
