"""What an upgrade leaves of the way back, as text, Markdown and JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.catalog.locks import MODES
from schemaguard.report.lines import line
from schemaguard.report.visible import visible
from schemaguard.rules.judging.upgrade import HistoryUpgrade, UpgradeStep

_DOWNGRADE_FAILS = "its downgrade is missing, loses values or leaves something else"


def verdict(package: str, old: str, new: str, histories: Sequence[HistoryUpgrade]) -> str:
    """The answer in one sentence."""
    if not any(each.steps for each in histories):
        return f"yes: {package} {new} changes nothing in the database that {old} made"
    works = all(each.old_works for each in histories)
    undone = all(each.is_undone for each in histories)
    if works:
        return f"yes: {package} {old} finds all that it needs in the database of {new}"
    if any(step.unknown for each in histories for step in each.steps) and not any(
        step.met for each in histories for step in each.steps
    ):
        return f"unknown: some statements can't be read, so it isn't sure what {package} {old} would meet"
    if undone:
        return f"only after a downgrade, which loses nothing: {package} {old} doesn't run on the database of {new}"
    return f"no: {package} {old} doesn't run on the database of {new}, and {_DOWNGRADE_FAILS}"


def show_upgrade(
    package: str, old: str, new: str, histories: Sequence[HistoryUpgrade], remarks: Sequence[str], console: Console
) -> None:
    """Print each new revision with its class and locks, and what the old version would meet."""
    for each in histories:
        line(console, Text(f"{visible(each.path)}: {len(each.steps)} new revisions", "bold"))
        for step in each.steps:
            line(console, Text(f"  {visible(step.id)}  {visible(step.message)}"), indent=4)
            line(console, Text(f"    {_facts(step)}", "dim"), indent=4)
            for one in step.met:
                code = f" ({one.sqlstate})" if one.sqlstate else ""
                words = f"    {old} {'reads' if one.access == 'read' else 'writes'}: {visible(one.message)}{code}"
                line(console, Text(words, "red"), indent=6)
            for left in step.left:
                line(console, Text(f"    downgrade(): {visible(left)}", "yellow"), indent=6)
            for unknown in step.unknown:
                line(console, Text(f"    not known: {visible(unknown)}", "yellow"), indent=6)
        for gone in each.vanished:
            line(console, Text(f"  {visible(gone)} of {old} is not in {new}", "yellow"))
    for remark in remarks:
        line(console, Text(f"note: {visible(remark)}", "yellow"))
    line(console, Text(f"can I go back? {verdict(package, old, new, histories)}", "bold"))
    line(console, Text(_LIMITS, "dim"))


_LIMITS = "judged by the shape of the tables: whether a program minds values or revisions that it doesn't know isn't"


def _facts(step: UpgradeStep) -> str:
    way = step.rollback.value if step.has_downgrade else f"{step.rollback.value}, no downgrade()"
    work = {"metadata": "", "scan": ", reads all rows", "rewrite": ", rewrites the table"}[step.work]
    return f"way back: {way}; {visible(_lock(step) or 'no locks on what was there')}{work}"


def _lock(step: UpgradeStep) -> str:
    """The strongest lock; what isn't known may take a stronger one. Empty where none is taken."""
    taken = f"{step.lock} on {', '.join(step.locked)}" if step.lock is not None else ""
    if not step.unknown or step.lock == MODES[-1]:
        return taken
    return f"at least {taken}" if taken else "locks not known"


def upgrade_markdown(
    package: str, old: str, new: str, histories: Sequence[HistoryUpgrade], remarks: Sequence[str]
) -> str:
    """The same as Markdown."""
    return "\n".join(_markdown(package, old, new, histories, remarks)) + "\n"


def _markdown(
    package: str, old: str, new: str, histories: Sequence[HistoryUpgrade], remarks: Sequence[str]
) -> Iterator[str]:
    yield f"## {package} {old} → {new}"
    yield ""
    yield f"**Can I go back?** {_cell(verdict(package, old, new, histories))}"
    for each in histories:
        yield ""
        yield f"### `{_cell(each.path)}`"
        yield ""
        if not each.steps:
            yield "no new revisions"
            continue
        yield f"| revision | way back | lock | work | what {old} would meet |"
        yield "|---|---|---|---|---|"
        for step in each.steps:
            met = "<br>".join(f"{one.access}: {one.message}" for one in step.met)
            other = "<br>".join(
                (*(f"not known: {one}" for one in step.unknown), *(f"`downgrade()`: {one}" for one in step.left))
            )
            way = step.rollback.value + ("" if step.has_downgrade else ", no `downgrade()`")
            work = step.work if not step.unknown or step.work == "rewrite" else f"at least {step.work}"
            cells = (f"`{step.id}` {step.message}", way, _lock(step), work, "<br>".join(filter(None, (met, other))))
            yield f"| {' | '.join(map(_cell, cells))} |"
    if remarks:
        yield ""
        yield from (f"- {_cell(remark)}" for remark in remarks)
    yield ""
    yield f"_{_LIMITS}_"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("\n", " ")


def upgrade_json(
    package: str, old: str, new: str, histories: Sequence[HistoryUpgrade], remarks: Sequence[str]
) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "package": package,
        "old": old,
        "new": new,
        "old_works": all(each.old_works for each in histories),
        "downgrade_keeps_all": all(each.is_undone for each in histories),
        "verdict": verdict(package, old, new, histories),
        "histories": [
            {
                "path": each.path,
                "old_heads": list(each.old_heads),
                "new_heads": list(each.new_heads),
                "vanished": list(each.vanished),
                "revisions": [_step_json(step) for step in each.steps],
            }
            for each in histories
        ],
        "remarks": list(remarks),
    }


def _step_json(step: UpgradeStep) -> dict[str, Any]:
    return {
        "id": step.id,
        "file": step.file,
        "message": step.message,
        "rollback": step.rollback.value,
        "has_downgrade": step.has_downgrade,
        "lock": step.lock,
        "locked": list(step.locked),
        "work": step.work,
        "meets": [
            {
                "access": one.access, "message": one.message, "effect": one.effect, "sqlstate": one.sqlstate,
                "place": one.place,
            }
            for one in step.met
        ],
        "unknown": list(step.unknown),
        "downgrade_leaves": list(step.left),
    }  # fmt: skip
