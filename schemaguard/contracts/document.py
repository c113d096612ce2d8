"""YAML text to plain data with the place of every value; hostile files end in one clear error."""

from collections.abc import Iterator
from functools import lru_cache
from math import isfinite
from typing import Any

import yaml

from schemaguard.contracts.placed import Document, Path
from schemaguard.errors import ContractError, SchemaguardError
from schemaguard.frozen import dataclass

LARGEST_BYTES = 1_000_000
DEEPEST_LEVEL = 40
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_STRING = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_PLAIN = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
"""What JSON Schema and digests know, too."""


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """How errors speak of a file: what one and several are called, what to do next, and the class of the error."""

    one: str = "contract"
    several: str = "contracts"
    advice: str = "a contract names columns; leave data out of it"
    example: str = "schemaguard contracts show prints an example"
    error: type[SchemaguardError] = ContractError


CONTRACT = DocumentKind()


def read(text: str, file: str, kind: DocumentKind = CONTRACT) -> Document:
    """The document of a YAML text; the kind's error where it is none, too large, too deep, or uses anchors."""
    if len(text) > LARGEST_BYTES:
        raise kind.error(
            f"the file has {len(text):,} characters, more than {LARGEST_BYTES:,}", at=f"{file}:1:1", next=kind.advice
        )
    try:
        return _Reading(file, kind).document(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise _not_yaml(error, file, kind) from error
    except (ValueError, RecursionError) as error:
        raise kind.error(f"not valid YAML: {error}", at=f"{file}:1:1", next="correct the file") from error


class _Reading:
    """Events to data, in one pass: what isn't read is refused before anything is made of it."""

    def __init__(self, file: str, kind: DocumentKind) -> None:
        self._file = file
        self._kind = kind
        self._places: dict[Path, tuple[int, int]] = {}
        self._keys: dict[Path, tuple[int, int]] = {}

    def document(self, events: Iterator[Any]) -> Document:
        """The one document of the stream."""
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error(
                        "the file holds more than one document",
                        event,
                        f"put each {self._kind.one} into a file of its own",
                    )
                data = self._value(next(events), events, ())
        if data is None:
            raise self._kind.error("the file is empty", at=f"{self._file}:1:1", next=self._kind.example)
        return Document(data, self._places, self._file, self._keys)

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        self._refuse_anchor(event)
        if len(path) > DEEPEST_LEVEL:
            raise self._error(f"nested more than {DEEPEST_LEVEL} levels deep", event, "correct the file")
        self._places[path] = _position(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        return self._sequence(events, path)

    def _refuse_anchor(self, event: Any) -> None:
        # An alias has the name of its anchor.
        if event.anchor is not None:
            raise self._error(
                f"YAML anchors and aliases aren't supported in {self._kind.several}",
                event,
                "write the value out where it is used",
            )

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error("a key must be a word", event, "correct the file")
            self._refuse_anchor(event)
            key = event.value
            if key in made:
                raise self._error(f"{key!r} appears twice", event, "remove one of the two")
            self._keys[(*path, key)] = _position(event)
            made[key] = self._value(next(events), events, (*path, key))
        return made

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            made.append(self._value(event, events, (*path, len(made))))
        return made

    def _scalar(self, event: Any) -> Any:
        try:
            return _scalar(event.value, event.tag, event.implicit)
        except LookupError as error:
            raise self._error(f"the YAML tag {error.args[0]} isn't supported", event, "write plain values") from error
        except (yaml.YAMLError, ValueError) as error:
            raise self._error(f"{event.value!r} can't be read", event, "correct it") from error

    def _error(self, what: str, event: Any, hint: str) -> SchemaguardError:
        return self._kind.error(what, at=_mark(event.start_mark, self._file), next=hint)


@lru_cache(maxsize=16384)
def _scalar(text: str, tag: str | None, implicit: tuple[bool, bool]) -> Any:
    """The value of a scalar; LookupError with its tag where that isn't one that is read. The same words come often."""
    if tag is None or tag == "!":
        tag = _RESOLVER.resolve(yaml.ScalarNode, text, implicit)
    if tag in (_STRING, _TIMESTAMP):
        # A date stays the text that was written: JSON Schema and digests know no dates.
        return text
    if tag not in _PLAIN:
        raise LookupError(tag)
    value = yaml.constructor.SafeConstructor().construct_object(yaml.ScalarNode(tag, text))
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("JSON knows no such number")
    return value


def _not_yaml(error: yaml.YAMLError, file: str, kind: DocumentKind) -> SchemaguardError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return kind.error(
        f"not valid YAML: {problem}", at=_mark(mark, file) if mark else f"{file}:1:1", next="correct the file"
    )


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _mark(mark: Any, file: str) -> str:
    return f"{file}:{mark.line + 1}:{mark.column + 1}"
