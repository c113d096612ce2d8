"""What fix mends: each repair in a sentence, then the files as a diff, then what is left."""

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

    from schemaguard.rules.judging.mended import Mended

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show(mended: "Mended", console: "Console", *, is_written: bool) -> None:
    """Print the repairs, the diff and a summary."""
    for repair in mended.repairs:
        fix = repair.finding.fix
        title = fix.title if fix is not None else ""
        text = Text.assemble((visible(f"{repair.finding.place}"), "bold"), f"  {repair.finding.rule}: {visible(title)}")
        line(console, text, indent=2)
    for path, (before, after) in mended.texts.items():
        console.print()
        for row in unified(path, before, after):
            style = "bold" if row.startswith(("--- ", "+++ ")) else _STYLES.get(row[:1], "")
            line(console, Text(visible(row), style), indent=None)
    if mended.repairs:
        console.print()
    for refused in mended.refused:
        place = visible(str(refused.finding.place))
        line(console, Text(f"{place}  {refused.finding.rule} is left: {visible(refused.why)}", "yellow"), indent=2)
    line(console, Text(summary(mended, is_written=is_written), "bold"))
    for command in mended.splits:
        line(console, Text(f"then: {visible(command)}"), indent=2)


def unified(path: str, before: str | None, after: str) -> Iterator[str]:
    """The difference of a file, as `git apply` and `patch` take it."""
    old = _rows(before) if before is not None else []
    source = f"a/{path}" if before is not None else "/dev/null"
    return difflib.unified_diff(old, _rows(after), source, f"b/{path}", lineterm="")


def _rows(text: str) -> list[str]:
    """The lines; the end of the last one begins no other."""
    return text.removesuffix("\n").split("\n")


def summary(mended: "Mended", *, is_written: bool) -> str:
    """How many repairs in how many files, and what is left for whom."""
    new = sum(before is None for before, _ in mended.texts.values())
    parts = []
    if mended.repairs:
        files = plural(len(mended.texts) - new, "file")
        added = f" and {plural(new, 'new revision')}" if new else ""
        word = "mended" if is_written else "would be mended"
        parts.append(f"{plural(len(mended.repairs), 'finding')} {word} in {files}{added}")
    else:
        parts.append("nothing to mend mechanically")
    if mended.unsafe:
        parts.append(f"{mended.unsafe} more with --unsafe")
    if mended.refused:
        parts.append(f"{len(mended.refused)} that can't be put in")
    if mended.by_hand:
        parts.append(f"{mended.by_hand} to be changed by hand: schemaguard check")
    return " · ".join(parts)


def document(mended: "Mended", *, is_written: bool) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "written": is_written,
        "repairs": [
            {
                "rule": repair.finding.rule,
                "revision": repair.finding.revision,
                "file": repair.finding.place.file,
                "line": repair.finding.place.line,
                "title": repair.finding.fix.title if repair.finding.fix is not None else "",
                "safe": repair.finding.fix is not None and repair.finding.fix.is_safe,
                "new_files": list(repair.new_files),
            }
            for repair in mended.repairs
        ],
        "files": [
            {"path": path, "new": before is None, "diff": "\n".join(unified(path, before, after))}
            for path, (before, after) in mended.texts.items()
        ],
        "refused": [
            {"rule": one.finding.rule, "file": one.finding.place.file, "line": one.finding.place.line, "why": one.why}
            for one in mended.refused
        ],
        "unsafe": mended.unsafe,
        "by_hand": mended.by_hand,
        "splits": list(mended.splits),
        "errors_left": mended.left.errors,
        "warnings_left": mended.left.warnings,
    }
