"""The verdict on edits of contracts: for the eye as a check looks, as one document, and for code hosts."""

from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.finding import Severity
from schemaguard.registry.edits import EditVerdict
from schemaguard.report.check.github import annotation
from schemaguard.report.check.json import finding_document
from schemaguard.report.check.sarif import document as sarif_document
from schemaguard.report.check.sentences import plural, source_in_words
from schemaguard.report.check.text import show_finding
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_OF_REVISIONS = ("history", "revision", "direction", "statement")
_SHOWN_OF_COMMIT = 8


def show(found: EditVerdict, console: Console) -> None:
    """Print every finding, and the verdict."""
    for finding in found.findings:
        show_finding([finding], console)
    for remark in found.remarks:
        line(console, Text.assemble(("remark: ", "yellow"), visible(remark)))
    word = _word(found)
    style = "bold white on red" if word == "BREAKING" else "bold white on green"
    compared = f"{found.changed} of {plural(found.compared, 'contract')} changed since {_base(found)}"
    line(
        console,
        Text.assemble((word, style), visible(f"  {_counts(found)} · {compared} · {found.seconds:.2f} s")),
        indent=len(word) + 2,
    )
    line(console, Text(f"{'':<{len(word) + 2}}{visible(_windows(found))}", "dim"), indent=len(word) + 2)


def document(found: EditVerdict) -> dict[str, Any]:
    """The same as one document; its findings are those of a check without what belongs to revisions."""
    findings = [finding_document(finding) for finding in found.findings]
    return {
        "version": 1,
        "base": {"ref": found.base.ref, "commit": found.base.commit},
        "window": {"source": found.window.source, "at": found.window.at.isoformat(timespec="seconds")},
        "findings": [{key: value for key, value in one.items() if key not in _OF_REVISIONS} for one in findings],
        "remarks": list(found.remarks),
        "summary": {
            "errors": found.count(Severity.ERROR),
            "warnings": found.count(Severity.WARNING),
            "compared": found.compared,
            "changed": found.changed,
            "seconds": round(found.seconds, 3),
        },
    }


def github(found: EditVerdict) -> str:
    """One annotation a finding, then the verdict as a line of the log."""
    return "\n".join([*(annotation(finding) for finding in found.findings), f"{_word(found)} {_counts(found)}"]) + "\n"


def sarif(found: EditVerdict) -> str:
    """The findings as SARIF 2.1.0, for code scanning."""
    return sarif_document(found.findings, _windows(found), found.remarks)


def _windows(found: EditVerdict) -> str:
    return f"windows from {source_in_words(found.window.source)}, judged on {found.window.at:%Y-%m-%d}"


def _word(found: EditVerdict) -> str:
    return "BREAKING" if found.count(Severity.ERROR) else "PASSED"


def _counts(found: EditVerdict) -> str:
    return f"{plural(found.count(Severity.ERROR), 'error')}, {plural(found.count(Severity.WARNING), 'warning')}"


def _base(found: EditVerdict) -> str:
    return f"{found.base.ref} ({found.base.commit[:_SHOWN_OF_COMMIT]})"
