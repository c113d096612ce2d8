"""What data was found to break, table by table."""

from collections.abc import Iterator, Sequence
from typing import Any, assert_never

from rich.console import Console
from rich.text import Text

from schemaguard.errors import ExitCode
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible
from schemaguard.verification.checks import FRACTIONS, AskedCheck, Bound, Check, Distinct, NoLonger, OneOf, Required
from schemaguard.verification.outcome import Rows, TableVerdict, UnrunQuery, Verification

_VERDICTS = {
    ExitCode.OK: ("HOLDS", "bold green"),
    ExitCode.FINDINGS: ("VIOLATED", "bold red"),
    ExitCode.NO_VERDICT: ("UNPROVEN", "bold yellow"),
}
_USES = {"read": "read", "write": "written"}
_HEADINGS = (Heading("table"), Heading("column"), Heading("promise"), Heading("found"))


def show(found: Verification, console: Console) -> None:
    """Print the verdict, a row a broken or unjudged promise, and a line a table."""
    word, style = _VERDICTS[found.exit_code]
    line(
        console,
        Text.assemble((f"{word}  ", style), (visible(found.contract), "bold"), f"  {visible(found.place)}"),
        indent=len(word) + 2,
    )
    rows = [row for each in found.tables for row in _rows(each)]
    if rows:
        console.print()
        table(console, _HEADINGS, rows)
    for each in found.tables:
        for check, examples in each.examples.items():
            _show_examples(each, check, examples, console)
    console.print()
    for each in found.tables:
        line(console, _summary(each), indent=2)
    for words in _limits(found):
        line(console, Text(words, "dim"))


def _rows(each: TableVerdict) -> Iterator[tuple[Text, ...]]:
    name = Text(_name(each), "bold cyan")
    for drift in each.checks.drifts:
        found = Text.assemble((visible(drift.found), "red"), (f" ({drift.sqlstate or drift.cause})", "dim"))
        yield name, Text(visible(drift.column or "")), Text(visible(drift.promised)), found
    for asked, count in each.violations:
        yield (
            name,
            Text(visible(asked.check.column)),
            Text(visible(asked.check.words)),
            Text(_breaks(asked, count), "red"),
        )
    for unjudged in each.checks.unjudged:
        yield (
            name, Text(visible(unjudged.check.column)), Text(visible(unjudged.check.words)),
            Text(f"not judged: {unjudged.why}", "yellow"),
        )  # fmt: skip


def _breaks(asked: AskedCheck, count: int) -> str:
    rows = f"{count:,} {'row' if count == 1 else 'rows'}"
    check = asked.check
    match check:
        case Required():
            return f"{'NULL or NaN' if asked.kind in FRACTIONS else 'NULL'} in {rows}"
        case Distinct():
            return f"{rows} {'repeats' if count == 1 else 'repeat'} a value"
        case OneOf():
            return f"another value in {rows}"
        case NoLonger():
            return f"longer in {rows}"
        case Bound():
            return f"{'below' if check.sign in ('≥', '>') else 'above'} in {rows}"
        case _ as unknown:
            assert_never(unknown)


def _show_examples(each: TableVerdict, check: Check, examples: Rows, console: Console) -> None:
    names, rows = examples
    console.print()
    line(console, Text.assemble((f"{_name(each)}.{visible(check.column)}", "bold cyan"), f"  {visible(check.words)}"))
    table(console, [Heading(visible(name)) for name in names], [[Text(visible(v)) for v in row] for row in rows])


def _summary(each: TableVerdict) -> Text:
    uses = " and ".join(dict.fromkeys(_USES[access] for access in each.checks.accesses))
    view = f" through view {visible(each.shown_as)}" if each.shown_as else ""
    if any(drift.column is None for drift in each.checks.drifts):
        return Text.assemble((_name(each), "bold cyan"), f"  {uses}{view}: not there")
    facts = [f"{each.rows:,} {'row' if each.rows == 1 else 'rows'}", f"{plural(each.kept, 'promise')} kept"]
    if each.checks.proven:
        by = ", ".join(sorted(set(each.checks.proven.values())))
        facts.append(f"unique by {visible(by)}")
    return Text.assemble(
        (_name(each), "bold cyan"), f"  {uses}{view}: {' · '.join(facts)}", (f" · {each.seconds:.2f} s", "dim")
    )


def _limits(found: Verification) -> Iterator[str]:
    yield from found.notes
    for each in found.tables:
        if found.is_unseen(each):
            yield f"{_name(each)} has no row to check, so nothing is proven"
    if found.narrowed:
        yield f"only rows with {visible(' and '.join(found.narrowed))}"
    if found.sample is not None:
        yield f"a sample: about {found.sample:g} % of the pages"
    if found.is_partial and any(
        isinstance(asked.check, Distinct) for each in found.tables for asked in each.checks.asked
    ):
        yield "uniqueness was checked among these rows only: there may be more duplicates"


def _name(each: TableVerdict) -> str:
    return visible(str(each.checks.table))


def document(found: Verification) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "contract": found.contract,
        "place": found.place,
        "verdict": _VERDICTS[found.exit_code][0].lower(),
        "where": list(found.narrowed),
        "sample_percent": found.sample,
        "notes": list(found.notes),
        "tables": [_table_json(each, found) for each in found.tables],
    }


def _table_json(each: TableVerdict, found: Verification) -> dict[str, Any]:
    counted = zip(each.checks.asked, each.counts, strict=False)
    return {
        "table": _name(each),
        "access": list(each.checks.accesses),
        "view_schema": each.shown_as,
        "rows": each.rows,
        "seconds": round(each.seconds, 3),
        "drift": [
            {
                "column": drift.column,
                "cause": drift.cause,
                "sqlstate": drift.sqlstate,
                "promised": drift.promised,
                "found": drift.found,
            }
            for drift in each.checks.drifts
        ],
        "checks": [
            *(
                {**_check_json(asked.check), "violations": count, "is_lower_bound": not found.proves(asked.check)}
                | ({"examples": _examples_json(each.examples[asked.check])} if asked.check in each.examples else {})
                for asked, count in counted
            ),
            *({**_check_json(check), "violations": 0, "kept_by": by} for check, by in each.checks.proven.items()),
            *(
                {**_check_json(unjudged.check), "violations": None, "not_judged": unjudged.why}
                for unjudged in each.checks.unjudged
            ),
        ],
    }


def _check_json(check: Check) -> dict[str, Any]:
    kinds = {Required: "required", Bound: "bound", OneOf: "enum", NoLonger: "max_length", Distinct: "unique"}
    return {"column": check.column, "kind": kinds[type(check)], "promise": check.words}


def _examples_json(examples: Rows) -> list[dict[str, str]]:
    names, rows = examples
    return [dict(zip(names, row, strict=True)) for row in rows]


def show_unrun(found: Sequence[UnrunQuery], server: str, console: Console) -> None:
    """Print the queries of a server that wasn't asked, and that nothing is known of its data."""
    line(console, Text.assemble(("NOT RUN  ", "bold yellow"), f"queries for {server}: nothing is known of the data"))
    for each in found:
        console.print()
        line(console, Text(visible(f"-- {each.table}: {', '.join(each.columns)}"), "dim"), indent=3)
        console.print(Text(visible(f"{each.query};")), soft_wrap=True)


def unrun_document(found: Sequence[UnrunQuery], server: str) -> dict[str, Any]:
    """The queries of a server that wasn't asked."""
    return {
        "version": 1,
        "verdict": "not run",
        "server": server,
        "queries": [{"table": str(each.table), "columns": list(each.columns), "query": each.query} for each in found],
    }
