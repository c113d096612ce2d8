"""The corrected migration as a compiler shows it: the lines that go with `-`, those that come with `+`."""

from collections.abc import Iterator
from itertools import takewhile

from schemaguard.finding import Finding, Fix, LaterRevision, LineEdit
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """A few lines of a diff, each with `- ` or `+ ` in front, and a sentence above it; empty where none is needed."""

    heading: str
    lines: tuple[str, ...]


def diff_blocks(finding: Finding) -> tuple[DiffBlock, ...]:
    """What becomes of the statement, then each revision that has to follow."""
    fix = finding.fix
    return () if fix is None else tuple(_blocks(finding, fix))


def _blocks(finding: Finding, fix: Fix) -> Iterator[DiffBlock]:
    edited = tuple(line for edit in fix.edits for line in _edited(edit))
    yield DiffBlock("", _flush(edited) if edited else tuple(_spelled(finding, fix)))
    for later in fix.later:
        yield DiffBlock(_following(later), tuple(f"+ {line}" for line in _lines(later.upgrade)))


def _following(later: LaterRevision) -> str:
    where = ", outside of a transaction" * later.is_outside_of_transactions
    return f"then, in a revision of its own{where}" + f": {later.title}" * bool(later.title)


def _edited(edit: LineEdit) -> Iterator[str]:
    """The lines that differ: those that both have at the beginning and at the end are left out."""
    head = _common(edit.old, edit.new)
    old, new = edit.old[head:], edit.new[head:]
    tail = _common(old[::-1], new[::-1])
    yield from (f"- {line}" for line in old[: len(old) - tail])
    yield from (f"+ {line}" for line in new[: len(new) - tail])


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many lines both begin with."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in same)


def _spelled(finding: Finding, fix: Fix) -> Iterator[str]:
    """What a statement becomes that can't be replaced where it stands: its own lines aren't all of it."""
    if fix.whole is not None:
        yield from (f"- {line}" for line in _flush(tuple(finding.statement.splitlines())))
    yield from (f"+ {line}" for line in _lines(fix.code))


def _lines(code: tuple[str, ...]) -> Iterator[str]:
    for piece in code:
        yield from piece.split("\n")


def _flush(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines without the indentation that all of them have behind their sign."""
    signs = [line[:2] if line[:2] in ("- ", "+ ") else "" for line in lines]
    texts = [line[len(sign) :] for line, sign in zip(lines, signs, strict=True)]
    depths = [len(text) - len(text.lstrip(" ")) for text in texts if text.strip()]
    depth = min(depths, default=0)
    return tuple(sign + text[depth:] for sign, text in zip(signs, texts, strict=True))


def fix_lines(finding: Finding) -> Iterator[str]:
    """The fix as lines of plain text, for reports that take a text."""
    for block in diff_blocks(finding):
        if block.heading:
            yield block.heading
        yield from block.lines
