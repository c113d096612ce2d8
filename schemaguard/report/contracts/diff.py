"""Two contracts, each difference with its grade and what a reader and a writer feel of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.comparison import ContractDifference, Grade
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.terms import Term
from schemaguard.finding import Severity
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_STYLES = {Grade.BOTH: "bold red", Grade.LOOSENS: "bold magenta", Grade.TIGHTENS: "bold yellow", Grade.NEITHER: "green"}
_LABEL = 10


def show(
    pair: tuple[str, str], differences: Sequence[ContractDifference], terms: Sequence[Term], console: Console
) -> None:
    """Print every difference, and whether the second gives what the first was promised."""
    first, second = map(visible, pair)
    line(console, Text(f"{first} → {second}", "bold"))
    for difference in differences:
        for text in _lines(difference):
            line(console, text, indent=_LABEL + 2)
    for term in terms:
        said = Text.assemble(f"  {'term':<{_LABEL}}", (visible(term.key), "bold"), f"  {visible(term.what)}")
        said.append(f" · {term.means}" if term.means else "", "dim")
        line(console, said, indent=_LABEL + 2)
    verdict = _verdict(first, second, differences)
    line(console, verdict, indent=verdict.plain.index("  ") + 2)


def _lines(difference: ContractDifference) -> Iterator[Text]:
    grade, use = difference.grade, "read" if difference.access == "read" else "written"
    yield Text.assemble(
        "  ", (f"{grade.value:<{_LABEL}}", _STYLES[grade]), (visible(difference.object), "bold"),
        f" ({use})  {visible(difference.what)}",
    )  # fmt: skip
    for label, found in (("reader", difference.felt("read")), ("writer", difference.felt("write"))):
        for number, each in enumerate(found):
            is_own = label.startswith(difference.access)
            yield Text.assemble("  ", (f"{'' if number else label:<{_LABEL}}", "dim"), _feels(each, is_own=is_own))


def _feels(each: Breakage, *, is_own: bool) -> Text:
    """What is felt; dim for the side on which the contracts don't stand."""
    is_error = each.severity is Severity.ERROR
    fails = f"fails with {each.sqlstate}: " if is_error and each.sqlstate is not None else "nothing fails: "
    text = Text.assemble((fails, "red" if is_error else "yellow"), visible(each.message), (f"  {each.cause}", "dim"))
    return text if is_own else Text(text.plain, "dim")


def _verdict(first: str, second: str, differences: Sequence[ContractDifference]) -> Text:
    counted = Counter(each.grade for each in differences)
    counts = " · ".join(f"{counted[grade]} {grade.value}" for grade in Grade if counted[grade])
    lost = dict.fromkeys(each.object for each in differences if each.is_withdrawn)
    if not lost:
        return Text.assemble(
            ("KEPT", "bold white on green"), f"  {counts or 'no difference in tables and columns'} · ",
            f"whatever satisfies {second} also satisfies {first}",
        )  # fmt: skip
    return Text.assemble(
        ("NOT KEPT", "bold white on red"), f"  {counts} · what satisfies {second} may not satisfy {first}: ",
        visible(", ".join(lost)),
    )  # fmt: skip


def document(pair: tuple[str, str], differences: Sequence[ContractDifference], terms: Sequence[Term]) -> dict[str, Any]:
    """The same as one document; `kept`: what satisfies the second satisfies the first, too."""
    return {
        "version": 1,
        "first": pair[0],
        "second": pair[1],
        "kept": not any(each.is_withdrawn for each in differences),
        "differences": [
            {
                "table": str(each.table),
                "column": each.column,
                "access": each.access,
                "what": each.what,
                "grade": each.grade.value,
                "withdrawn": each.is_withdrawn,
                "reader": [_document(one) for one in each.felt("read")],
                "writer": [_document(one) for one in each.felt("write")],
            }
            for each in differences
        ],
        "terms": [{"key": term.key, "what": term.what, "means": term.means} for term in terms],
    }


def _document(found: Breakage) -> dict[str, Any]:
    return {
        "cause": found.cause,
        "severity": found.severity.value,
        "sqlstate": found.sqlstate,
        "message": found.message,
    }
