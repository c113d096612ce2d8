"""A playbook's text to its value, or everything that is wrong with it, each with the line it stands in."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from schemaguard.contracts.document import DocumentKind, read
from schemaguard.contracts.placed import Document, Path
from schemaguard.errors import PlaybookError
from schemaguard.frozen import dataclass
from schemaguard.playbooks.crosschecks import crosschecked
from schemaguard.playbooks.durations import duration
from schemaguard.playbooks.making import made
from schemaguard.playbooks.playbook import Playbook
from schemaguard.playbooks.trip import trip
from schemaguard.playbooks.wording import said, unknown, unknown_keys

SCHEMA = "playbook.schema.json"
_KIND = DocumentKind(
    one="playbook",
    several="playbooks",
    advice="a playbook names triggers and steps; leave data out of it",
    example="docs/playbook.md has one",
    error=PlaybookError,
)


@dataclass(frozen=True, slots=True)
class PlaybookProblem:
    """One thing that is wrong with a playbook: an error, or a warning of what probably isn't meant."""

    line: int
    path: str
    what: str
    is_error: bool = True


def schema_text() -> str:
    """The JSON Schema (2020-12) of a playbook, as a text that ends with a new line."""
    return (files("schemaguard.playbooks") / SCHEMA).read_text(encoding="utf-8")


def problems(text: str, file: str) -> tuple[Playbook | None, tuple[PlaybookProblem, ...]]:
    """The playbook of a text where it has no error, and what is wrong with it, by line.

    Raises PlaybookError where the text isn't one YAML document.
    """
    document = read(text, file, _KIND)
    found = [*_against_schema(document)]
    if isinstance(document.data, dict) and not any(problem.path == "playbook" for problem in found):
        found += _unreadable(document)
        broken = {re.split(r"[.\[]", problem.path)[0] for problem in found}
        found += [
            PlaybookProblem(_line(document, path, is_key=False), _shown(path), what, is_error)
            for path, what, is_error in crosschecked(document.data, broken)
        ]
    ordered = tuple(sorted(set(found), key=lambda problem: (problem.line, problem.path, problem.what)))
    is_usable = not any(problem.is_error for problem in ordered)
    return (made(document.data) if is_usable else None), ordered


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema_text()))


def _against_schema(document: Document) -> Iterator[PlaybookProblem]:
    for error in _validator().iter_errors(document.data):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema.get("properties", {})
            for key in unknown_keys(error):
                where = (*path, key)
                yield PlaybookProblem(_line(document, where, is_key=True), _shown(where), unknown(key, known))
            continue
        is_key = "propertyNames" in error.absolute_schema_path
        where = (*path, error.instance) if is_key else path
        yield PlaybookProblem(_line(document, where, is_key=is_key), _shown(where), said(error))


def _unreadable(document: Document) -> Iterator[PlaybookProblem]:
    """Lines and durations that look right and mean nothing, such as a share of 0 %."""
    for path, text in _texts(document.data, ()):
        yield from _refused(document, path, trip if path[-1] == "trip" else duration, text)


_LENGTHS = frozenset(
    {"settle", "every", "hold", "freeze", "cooldown", "within", "timeout", "artifacts", "audit", "looks"}
    | {"false_alarm_every"}
)


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every line and duration, with its place."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        if (key in _LENGTHS or key == "trip") and isinstance(value, str):
            yield (*path, key), value
        else:
            yield from _texts(value, (*path, key))


def _refused(document: Document, path: Path, reading: Any, text: str) -> Iterator[PlaybookProblem]:
    try:
        reading(text)
    except ValueError as error:
        yield PlaybookProblem(_line(document, path, is_key=False), _shown(path), str(error))


def _line(document: Document, path: Path, *, is_key: bool) -> int:
    if is_key and path in document.keys:
        return document.keys[path][0]
    while path and path not in document.places:
        path = path[:-1]
    # What is missing in a part is said where the part begins, at its key.
    return document.keys.get(path, document.place(path))[0]


def _shown(path: Path) -> str:
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words or "playbook"
