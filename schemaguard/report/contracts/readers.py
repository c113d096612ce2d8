"""May it be dropped? The answer in the first line, then who uses it, then what isn't known."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.finding import Reader
from schemaguard.registry.listing import RETIRED, UNPUBLISHED, ListedContract, names
from schemaguard.registry.readership import Readership, SharedUse
from schemaguard.report.check.readers import until as until_when
from schemaguard.report.check.sentences import plural
from schemaguard.report.contracts import words
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_STYLES = {"yes": "bold green", "later": "bold yellow", "no": "bold red", "unproven": "bold yellow"}
_LABEL = 10
_SHOWN = 20
_VERBS = {"read": "reads", "write": "writes"}


def show(found: Readership, console: Console, source: str) -> None:
    """Print the answer, everybody who uses it, and what isn't known."""
    line(console, _answer(found), indent=2)
    origin = _row("from", Text(visible(f"{source}, as of {found.at:%Y-%m-%d}"), "dim"))
    shown = _SHOWN if console.is_terminal else None
    for text in (*_uses(found, shown), *_views(found), *_unknown(found), origin):
        line(console, text, indent=_LABEL + 2)


def _answer(found: Readership) -> Text:
    subject = visible(str(found.subject))
    word, why = _verdict(found)
    return Text.assemble((word, _STYLES[found.answer]), f"  {subject}: {visible(why)}")


def _verdict(found: Readership) -> tuple[str, str]:
    match found.answer:
        case "no":
            first = next(use for use in found.inside if use.until is None and use.usage.is_certain)
            return "NO", f"{_who(first)} {does(first, found)}, {held_until(first)}{_others(found, first)}"
        case "later":
            last, end = found.inside[0], found.until
            assert end is not None
            others = _others(found, last)
            return f"FROM {words.day_after(end)} ON", f"{_who(last)} {does(last, found)}, {held_until(last)}{others}"
        case "unproven":
            first = next(use for use in found.inside if not use.usage.is_certain)
            return "UNPROVEN", f"{_who(first)} may use it, {held_until(first)}{_others(found, first)}"
        case _:
            return "YES", f"no contract in its window names it{_soon(found)}"


def _soon(found: Readership) -> str:
    coming = {each.name: None for use in found.outside if use.role == UNPUBLISHED for each in use.versions}
    return f"; not released yet, but will use it: {', '.join(coming)}" if coming else ""


def _others(found: Readership, shown: SharedUse) -> str:
    told = {each.name for each in shown.versions}
    others = {each.name for use in found.inside for each in use.versions} - told
    return f"; and {plural(len(others), 'other')}" if others else ""


def _who(use: SharedUse) -> str:
    return f"{names(use.versions)} ({use.role})"


def does(use: SharedUse, found: Readership) -> str:
    """What its versions do with it: `reads it`, `writes it`, or both."""
    mine = [each for each in found.inside if each.versions == use.versions]
    verbs = {_VERBS[each.usage.access] for each in mine}
    return f"{' and '.join(sorted(verbs))} it"


def held_until(use: SharedUse) -> str:
    """Until when its contract holds, in words."""
    first = use.versions[0]
    last_day = words.day(use.until) if use.until is not None else None
    return until_when(Reader(first.contract.model, first.version, use.usage.access, use.role, last_day))


def _uses(found: Readership, shown: int | None) -> Iterator[Text]:
    """A line for all versions of a model that use it alike; on a terminal not more than one can overlook."""
    alike = _alike((*found.inside, *found.outside))
    label = ""
    for together in alike[:shown]:
        use = together[0]
        verb = _verb(use, found.at)
        yield _row("" if verb == label else verb, _use(together, found.at))
        label = verb
    if shown is not None and len(alike) > shown:
        yield _row("", Text(f"… and {len(alike) - shown} more: --format json shows them all", "dim"))


def _verb(use: SharedUse, at: datetime) -> str:
    if use.is_in_window(at):
        return _VERBS[use.usage.access] if use.usage.is_certain else "may use"
    return {UNPUBLISHED: "later", RETIRED: "retired"}.get(use.role, "over")


def _alike(uses: Sequence[SharedUse]) -> list[tuple[SharedUse, ...]]:
    """The uses of one model that differ in nothing but version and file, together; declared ones before others."""
    found: dict[tuple[object, ...], list[SharedUse]] = {}
    for use in sorted(uses, key=lambda each: not each.usage.is_declared):
        usage = use.usage
        way = (usage.access, usage.view, usage.is_declared, usage.is_certain, usage.contract.reads_through)
        found.setdefault((usage.contract.model, use.role, use.until, way), []).append(use)
    return [tuple(together) for together in found.values()]


def _use(alike: Sequence[SharedUse], at: datetime) -> Text:
    use, is_inside = alike[0], alike[0].is_in_window(at)
    style = "" if is_inside else "dim"
    text = Text.assemble((visible(names(one for each in alike for one in each.versions)), style or "bold magenta"))
    if is_inside:
        days = words.days_left(use.until, at)
        left = f" ({plural(days, 'day')} left)" if days is not None else ""
        text.append(f" ({visible(use.role)}), {held_until(use)}{left}")
    elif use.role == UNPUBLISHED:
        text.append(f" {_VERBS[use.usage.access]} it once it is released", style)
    elif use.until is not None:
        text.append(f" {_VERBS[use.usage.access]} it; its window was over on {words.day(use.until)}", style)
    places = list(dict.fromkeys(_place(each) for each in alike))
    more = f" and {plural(len(places) - 1, 'other')}" if len(places) > 1 else ""
    text.append(f" · {visible(way(use))} · {visible(places[0])}{more}", style)
    return text


def way(use: SharedUse) -> str:
    """How it gets at it, such as `through the table`."""
    usage, contract = use.usage, use.usage.contract
    if usage.view is not None:
        return f"through the view {usage.view}"
    if not usage.is_declared:
        return "its query names it, its contract doesn't" if usage.is_certain else "its query can't be followed"
    if contract.reads_through == "table":
        return "through the table"
    return "through a copy" if contract.reads_through == "copy" else "through its contract view"


def _place(use: SharedUse) -> str:
    contract, first = use.usage.contract, use.versions[0]
    if not use.usage.is_declared and contract.query_file:
        return str(PurePosixPath(contract.file).parent / contract.query_file)
    return f"{contract.file}:{use.usage.line}" if _has_lines(first) else contract.file


def _has_lines(first: ListedContract) -> bool:
    """Whether lines are those of the file: what is published is kept without them."""
    return first.is_in_folder and first.bound is None


def _views(found: Readership) -> Iterator[Text]:
    for number, (name, is_certain) in enumerate(found.views):
        text = Text.assemble(
            (visible(str(name)), "cyan"),
            " shows it: a DROP is refused, or takes the view with it" if is_certain else " may read it",
        )
        yield _row("" if number else "view", text)


def _unknown(found: Readership) -> Iterator[Text]:
    for number, sentence in enumerate(found.unknown):
        yield _row("" if number else "unknown", Text(visible(sentence), "yellow" if number else "dim"))


def _row(label: str, text: Text) -> Text:
    return Text.assemble("  ", (f"{label:<{_LABEL}}", "dim"), text)


def document(found: Readership, source: str) -> dict[str, Any]:
    """The same as one document: `answer` is yes, later (from `until` on), no, or unproven."""
    return {
        "version": 1,
        "source": source,
        "object": str(found.subject),
        "kind": "table" if found.subject.column is None else "column",
        "answer": found.answer,
        "until": found.until.isoformat() if found.until is not None else None,
        "uses": [_use_document(use, found.at) for use in found.uses],
        "views": [{"name": str(name), "certain": is_certain} for name, is_certain in found.views],
        "unknown": list(found.unknown),
    }


def _use_document(use: SharedUse, at: datetime) -> dict[str, Any]:
    usage, contract = use.usage, use.usage.contract
    return {
        "model": contract.model,
        "model_versions": [each.version for each in use.versions if each.version],
        "access": usage.access,
        "role": use.role,
        "in_window": use.is_in_window(at),
        "until": use.until.isoformat() if use.until is not None else None,
        "days_left": words.days_left(use.until, at),
        "reads_through": contract.reads_through,
        "view": str(usage.view) if usage.view is not None else None,
        "declared": usage.is_declared,
        "certain": usage.is_certain,
        "file": contract.file,
        "line": usage.line if _has_lines(use.versions[0]) else None,
    }
