"""What authors say to us in comments: `ignore`, `ignore-file`, `touches` and `waits-for`."""

import re
from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.finding import Place
from schemaguard.frozen import dataclass

_DIRECTIVE = re.compile(
    r"schemaguard:\s*(?P<word>ignore-file|ignore|touches|waits-for)\b[ \t:]*(?P<rest>[^\n]*)", re.IGNORECASE
)
_REASON = re.compile(r"\s+(?:--|—|–)\s*|\s*\*/\s*$")
_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_TOUCHED = re.compile(rf'({_PART}(?:\.{_PART})?)\s*(?:\(((?:"(?:[^"]|"")+"|[^)"])*)\))?')
_LISTED = re.compile(r'(?:"(?:[^"]|"")+"|[^,"])+')


@dataclass(frozen=True, slots=True)
class Ignore:
    """One `ignore` of some rules, with the reason that its author gave; empty where none was."""

    rules: tuple[str, ...]
    reason: str
    place: Place
    whole_file: bool = False


@dataclass(frozen=True, slots=True)
class Touches:
    """What a statement touches according to its author: (table, columns), columns empty for all of them."""

    objects: tuple[tuple[Name, tuple[str, ...]], ...]
    text: str

    def names(self, catalog: Catalog, table: Name, column: str) -> bool:
        """Whether that column is among what is touched."""
        wanted = catalog.resolve(table)
        return any(
            catalog.resolve(name) == wanted and (not columns or column in columns) for name, columns in self.objects
        )

    def names_table(self, catalog: Catalog, table: Name) -> bool:
        """Whether any column of that table is among what is touched."""
        return any(catalog.resolve(name) == catalog.resolve(table) for name, _ in self.objects)


def ignores(comments: Iterable[str], place: Place, *, whole_file: bool = False) -> tuple[Ignore, ...]:
    """The `ignore` directives in the comments of one statement, or the `ignore-file` ones of a file."""
    wanted = "ignore-file" if whole_file else "ignore"
    found = []
    for comment in comments:
        for match in _DIRECTIVE.finditer(comment):
            if match["word"].lower() == wanted:
                rules, reason = _split_reason(match["rest"])
                words = tuple(word for word in re.split(r"[\s,]+", rules) if word)
                found.append(Ignore(words, reason, place, whole_file))
    return tuple(found)


def touches(comments: Iterable[str]) -> Touches | None:
    """What the comments say that the statement touches; None where they say nothing."""
    return _named(comments, "touches")


def waits_for(comments: Iterable[str]) -> Touches | None:
    """What nobody may need any more before the revision runs, as `split` says it; None where it waits for nothing."""
    return _named(comments, "waits-for")


def _named(comments: Iterable[str], word: str) -> Touches | None:
    objects: list[tuple[Name, tuple[str, ...]]] = []
    texts = []
    for comment in comments:
        for match in _DIRECTIVE.finditer(comment):
            if match["word"].lower() == word:
                told, _ = _split_reason(match["rest"])
                texts.append(told.strip())
                objects.extend(_touched(told))
    return Touches(tuple(objects), ", ".join(texts)) if texts else None


def _touched(text: str) -> list[tuple[Name, tuple[str, ...]]]:
    if text.strip().lower() == "nothing":
        return []
    found = []
    for match in _TOUCHED.finditer(text):
        parts = [_unquoted(part) for part in re.findall(_PART, match[1])]
        columns = tuple(_unquoted(column.strip()) for column in _LISTED.findall(match[2] or "") if column.strip())
        found.append((Name(parts[-1], parts[0] if len(parts) > 1 else None), columns))
    return found


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _split_reason(rest: str) -> tuple[str, str]:
    parts = _REASON.split(rest.strip(), maxsplit=1)
    reason = parts[1] if len(parts) > 1 else ""
    return parts[0].strip(), reason.removesuffix("*/").strip()
