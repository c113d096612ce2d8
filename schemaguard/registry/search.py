"""Finding contracts by words: in names, tables, columns, types, owners, descriptions and files; the best first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from schemaguard.frozen import dataclass
from schemaguard.registry.listing import Shared

_WEIGHTS = {
    "name": 7, "table": 6, "column": 5, "owner": 4, "type": 3, "value": 3, "description": 2, "file": 2, "role": 1,
}  # fmt: skip
"""What is looked through, and how much a hit there counts."""
_DESCRIBING = ("description", "purpose", "usage", "limitations", "businessName", "domain", "dataProduct")
_EXACT, _BEGINNING, _INSIDE = 4, 2, 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One text of a contract in which words were found; `spans` are (start, end) of each of them in it."""

    field: str
    text: str
    line: int | None
    """The line of the contract file, where that is known."""
    spans: tuple[tuple[int, int], ...]
    score: int


@dataclass(frozen=True, slots=True)
class FoundContract:
    """A contract that has every word somewhere, with where; the best hits first."""

    who: Shared
    hits: tuple[Hit, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Searchable:
    """A contract with everything that is looked through: (field, text, line) each."""

    who: Shared
    texts: tuple[tuple[str, str, int | None], ...]


def searchable(contracts: Iterable[Shared]) -> tuple[Searchable, ...]:
    """The contracts, ready to be searched again and again."""
    return tuple(Searchable(each, tuple(_texts(each))) for each in contracts)


def search(contracts: Iterable[Searchable], words: Sequence[str]) -> tuple[FoundContract, ...]:
    """The contracts that have every word, in whatever case; the best first."""
    wanted = [_Word(word.lower(), re.compile(re.escape(word), re.IGNORECASE)) for word in words]
    found = [one for each in contracts if (one := _in_contract(each, wanted)) is not None]
    return tuple(sorted(found, key=lambda each: (-each.score, each.who.name)))


def nearest(contracts: Iterable[Searchable], words: Sequence[str]) -> tuple[str, ...]:
    """Words of the contracts that look like those that weren't found."""
    texts = {text.lower() for each in contracts for _, text, _ in each.texts}
    vocabulary = {part for text in texts for part in re.findall(r"\w{3,}", text)}
    missing = [word.lower() for word in words if not any(word.lower() in text for text in texts)]
    near = (match for word in missing for match in get_close_matches(word, vocabulary, n=2))
    return tuple(dict.fromkeys(near))


@dataclass(frozen=True, slots=True)
class _Word:
    lower: str
    pattern: re.Pattern[str]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the text has it. Beyond ASCII only the pattern knows which letters are the same."""
        if self.lower.isascii() and text.isascii() and self.lower not in text.lower():
            return []
        return [match.span() for match in self.pattern.finditer(text)]


def _in_contract(contract: Searchable, wanted: Sequence[_Word]) -> FoundContract | None:
    best = [0] * len(wanted)
    hits: list[Hit] = []
    for field, text, line in contract.texts:
        spans: list[tuple[int, int]] = []
        score = 0
        for number, word in enumerate(wanted):
            matches = word.spans(text)
            if matches:
                worth = _WEIGHTS[field] * max(_closeness(text, span) for span in matches)
                best[number] = max(best[number], worth)
                score += worth
                spans += matches
        if spans:
            hits.append(Hit(field, text, line, tuple(sorted(set(spans))), score))
    if not all(best):
        return None
    hits.sort(key=lambda hit: -hit.score)
    return FoundContract(contract.who, tuple(hits), sum(best))


def _closeness(text: str, span: tuple[int, int]) -> int:
    """Whether it is a word, begins one, or stands inside of one."""
    start, end = span
    if start and (text[start - 1].isalnum() and text[start].isalnum()):
        return _INSIDE
    is_whole = end == len(text) or not (text[end].isalnum() or text[end] == "_")
    return _EXACT if is_whole and (not start or text[start - 1] != "_") else _BEGINNING


def _texts(who: Shared) -> Iterator[tuple[str, str, int | None]]:
    """(field, text, line) of everything that is looked through."""
    contract, first = who.contract, who.versions[0]
    has_lines = first.bound is None
    yield "name", who.name, None
    yield "file", contract.file, None
    yield "role", ", ".join(role for role, _ in who.roles), None
    if contract.owner:
        yield "owner", contract.owner, None
    for part in contract.tables:
        verb = "reads" if part.access == "read" else "writes"
        yield "table", f"{part.table} ({verb})", part.line if has_lines else None
        for promise in part.promises:
            line = promise.line if has_lines else None
            yield "column", f"{part.table}.{promise.column}", line
            if promise.type is not None:
                yield "type", f"{promise.type} ({part.table}.{promise.column})", line
            if promise.enum is not None:
                yield "value", f"{' | '.join(promise.enum)} ({part.table}.{promise.column})", line
    for text in dict.fromkeys(_described(first.document)):
        yield "description", text, None


def _described(value: Any) -> Iterator[str]:
    """What a document says in words, however deep."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key in _DESCRIBING and isinstance(below, str):
                yield " ".join(below.split())
            elif key == "tags" and isinstance(below, Sequence) and not isinstance(below, str):
                yield from (tag for tag in below if isinstance(tag, str))
            else:
                yield from _described(below)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for below in value:
            yield from _described(below)
