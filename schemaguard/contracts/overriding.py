"""Writes an override into the text of its file: in its order, with every other line and comment as it is."""

import re
from collections.abc import Iterable, Sequence

import yaml

from schemaguard.contracts.overrides import KEYS, VERSION, Override, is_blank, parse
from schemaguard.errors import ContractError
from schemaguard.frozen import replace

_HEAD = f"""\
# Approved exceptions: schemaguard check accepts each finding on a contract until its date.
version: {VERSION}
overrides:
"""
_INDENT = "  "
_EMPTY_LIST = re.compile(r"^overrides:[ \t]*\[[ \t]*\][ \t]*$", re.MULTILINE)
_UNFOLDED = 1_000_000


def with_override(text: str | None, added: Override, file: str) -> str:
    """The file's text with the override in it, in place of an earlier one of the same rule, object and model version.

    ContractError where the file is malformed, or laid out in a way that can't be extended line by line.
    """
    is_first = text is None or is_blank(text)
    before = () if text is None else parse(text, file)
    made = _started(text or "", added) if is_first else _edited(text or "", before, added)
    if not _says(made, file, (*(each for each in before if each.key != added.key), added)):
        raise ContractError(
            "nothing can be added to the file: it must have each key on a line of its own",
            at=file,
            next="write each override as a list item, `- rule: …`, with its keys below",
        )
    return made


def _says(text: str, file: str, wanted: Iterable[Override]) -> bool:
    try:
        return {_fact(each) for each in parse(text, file)} == {_fact(each) for each in wanted}
    except ContractError:
        return False


def _fact(override: Override) -> Override:
    return replace(override, file="", line=1)


def _started(text: str, added: Override) -> str:
    end = "\n" if text and not text.endswith("\n") else ""
    return f"{text}{end}{_HEAD}{_entry(added, _INDENT)}"


def _edited(text: str, before: Sequence[Override], added: Override) -> str:
    lines = _EMPTY_LIST.sub("overrides:", text).splitlines()
    starts = [override.line - 1 for override in before]
    ends = [*(_above(lines, start) for start in starts[1:]), _end(lines)]
    indent = lines[starts[0]][: len(lines[starts[0]]) - len(lines[starts[0]].lstrip())] if starts else _INDENT
    entry = _entry(added, indent).splitlines()
    replaced = [number for number, override in enumerate(before) if override.key == added.key]
    if replaced:
        first, last = starts[replaced[0]], ends[replaced[0]]
        # What somebody noted between its keys isn't ours to throw away.
        entry = [*(line for line in lines[first:last] if line.lstrip().startswith("#")), *entry]
    else:
        later = [start for start, override in zip(starts, before, strict=True) if override.key > added.key]
        first = last = _above(lines, later[0]) if later else ends[-1]
    return "\n".join([*lines[:first], *entry, *lines[last:]]) + "\n"


def _above(lines: Sequence[str], start: int) -> int:
    """Where the comments begin that stand directly above a line."""
    while lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _end(lines: Sequence[str]) -> int:
    """Behind the last line that is neither empty nor a comment."""
    return max(number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")) + 1


def _entry(override: Override, indent: str) -> str:
    values = (
        override.rule, override.object, override.name, override.until, override.reason, override.approved_by,
        override.asked_by,
    )  # fmt: skip
    document = [dict(zip(KEYS, values, strict=True))]
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=_UNFOLDED)
    return "".join(f"{indent}{line}\n" for line in text.splitlines())
