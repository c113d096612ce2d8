"""What contracts declare against what was seen: who reads undeclared, what nobody reads. Never a statement's text."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.observation import Observation, ObservedReading, Unread, UnreadableStatement
from schemaguard.report.check.sentences import plural
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible

_LABEL = 12
_SHOWN_IDS = 5
_SHOWN_LINES = 20
_NARROW = 100
_HEADINGS = (
    Heading("role", whole=True),
    Heading("table", whole=True),
    Heading("reads"),
    Heading("in no contract"),
    Heading("calls", whole=True, from_width=_NARROW),
    Heading("declared by"),
)


def show(seen: Observation, console: Console, source: str) -> None:
    """Print who reads the tables under contract, undeclared readers first, and the verdict last."""
    if seen.readings:
        table(console, _HEADINGS, [_row(reading) for reading in seen.readings])
    for text in (*_hints(seen), *_first(map(_of_unread, seen.unread)), *_first(map(_of_unreadable, seen.unreadable))):
        line(console, text, indent=_LABEL)
    line(console, Text(" · ".join(_facts(seen, source)), "dim"))
    line(console, _verdict(seen))


def document(seen: Observation, source: str) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "source": source,
        "since": seen.since.isoformat() if seen.since is not None else None,
        "statements": seen.statements,
        "evictions": seen.evictions,
        "functions_recorded": seen.is_nested,
        "readings": [
            {
                "role": reading.role,
                "table": str(reading.table),
                "columns": list(reading.columns),
                "declared_by": list(reading.contracts),
                "in_no_contract": list(reading.strangers),
                "calls": reading.calls,
                "queryids": list(reading.statements),
            }
            for reading in seen.readings
        ],
        "never_read": [
            {
                "contract": unread.contract,
                "table": str(unread.table),
                "columns": list(unread.columns),
                "whole_table": unread.is_whole,
                "certain": unread.is_certain,
            }
            for unread in seen.unread
        ],
        "unreadable": [
            {
                "queryid": each.id,
                "role": each.role,
                "names": list(each.tables),
                "reason": each.reason,
                "calls": each.calls,
            }
            for each in seen.unreadable
        ],
    }


def _row(reading: ObservedReading) -> list[Text]:
    declared = Text(visible(", ".join(reading.contracts)), "dim") if reading.contracts else Text("nobody", "bold red")
    return [
        Text(visible(reading.role), "bold"),
        Text(visible(str(reading.table)), "cyan"),
        Text(visible(", ".join(reading.columns)) or "only its rows"),
        Text(visible(", ".join(reading.strangers)), "red"),
        Text(f"{reading.calls:,}"),
        declared,
    ]


def _hints(seen: Observation) -> Iterator[Text]:
    if not seen.undeclared:
        return
    ids = sorted({number for reading in seen.undeclared for number in reading.statements})
    shown = ", ".join(map(str, ids[:_SHOWN_IDS])) + (", …" if len(ids) > _SHOWN_IDS else "")
    yield _labelled("next", "give each undeclared reader a contract; schemaguard contracts show prints an example")
    yield _labelled("", f"pg_stat_statements has what they ran: queryid {shown}")


def _first(texts: Iterable[Text]) -> Iterator[Text]:
    """The first of many, and how many more there are."""
    every = tuple(texts)
    yield from every[:_SHOWN_LINES]
    if len(every) > _SHOWN_LINES:
        yield _labelled("", f"and {len(every) - _SHOWN_LINES} more (--format json shows all)")


def _of_unread(unread: Unread) -> Text:
    names = ", ".join(f"{unread.table}.{column}" for column in unread.columns)
    what = str(unread.table) if unread.is_whole else names
    doubt = "" if unread.is_certain else ", unless by a statement that couldn't be read"
    return _labelled("NEVER READ", f"{what}, which {unread.contract} declares{doubt}", "bold yellow")


def _of_unreadable(each: UnreadableStatement) -> Text:
    names = ", ".join(each.tables) or "perhaps any table"
    words = f"{names} in a statement of {each.role}: {each.reason} (queryid {each.id}, {plural(each.calls, 'call')})"
    return _labelled("UNREADABLE", words, "bold yellow")


def _labelled(label: str, words: str, style: str = "dim") -> Text:
    return Text.assemble((f"{label:<{_LABEL}}", style), visible(words))


def _facts(seen: Observation, source: str) -> Iterator[str]:
    since = f" since {seen.since:%Y-%m-%d %H:%M}" if seen.since is not None else ""
    yield f"{plural(seen.statements, 'statement')}{since}"
    yield visible(source)
    if not seen.is_nested:
        yield "statements inside functions aren't recorded (pg_stat_statements.track is top)"
    if seen.evictions:
        yield "PostgreSQL dropped old entries, so rare statements may be missing (pg_stat_statements.max)"


def _verdict(seen: Observation) -> Text:
    parts = []
    if seen.unread:
        parts.append(f"{plural(len(seen.unread), 'declared read')} never seen")
    if seen.unreadable:
        parts.append(f"{plural(len(seen.unreadable), 'statement')} unreadable")
    more = f"  {' · '.join(parts)}" if parts else ""
    if not seen.undeclared:
        return Text.assemble(("DECLARED  ", "bold green"), "every reader seen is covered by a contract", more)
    roles = sorted({reading.role for reading in seen.undeclared})
    tables = sorted({str(reading.table) for reading in seen.undeclared})
    words = f"{visible(', '.join(tables))} read by {visible(', '.join(roles))}"
    return Text.assemble(("UNDECLARED  ", "bold red"), words, more)
