"""Puts the edits of fixes into a text."""

from collections.abc import Iterable, Sequence

from schemaguard.finding import LineEdit


def without_overlap(groups: Iterable[Sequence[LineEdit]]) -> tuple[int, ...]:
    """The positions of the groups of edits that can be made in one go: those that share no line with an earlier one."""
    taken: set[int] = set()
    chosen = []
    for position, edits in enumerate(groups):
        lines = {line for edit in edits for line in range(edit.first, edit.last + 1)}
        if taken.isdisjoint(lines):
            taken |= lines
            chosen.append(position)
    return tuple(chosen)


def edited(text: str, edits: Iterable[LineEdit]) -> str | None:
    """The text with the edits made; None where it isn't the text that they were made for."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda one: one.first, reverse=True):
        if tuple(lines[edit.first - 1 : edit.last]) != edit.old:
            return None
        lines[edit.first - 1 : edit.last] = edit.new
    return "\n".join(lines)
