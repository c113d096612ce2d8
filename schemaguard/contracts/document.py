"""YAML text to plain data with the place of every value; hostile files end in one clear error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from schemaguard.errors import ContractError

LARGEST_BYTES = 1_000_000
DEEPEST_LEVEL = 40
Path = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data, and (line, column) of each value by its path, counted from 1."""

    data: Any
    places: Mapping[Path, tuple[int, int]]
    file: str

    def at(self, path: Path) -> str:
        """file:line:column of a value, or of the nearest one that holds it."""
        line, column = self.place(path)
        return f"{self.file}:{line}:{column}"

    def place(self, path: Path) -> tuple[int, int]:
        """(line, column) of a value, or of the nearest one that holds it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read(text: str, file: str) -> Document:
    """The document of a YAML text; ContractError where it is none, too large, too deep, or uses anchors."""
    if len(text) > LARGEST_BYTES:
        raise ContractError(
            f"the file has {len(text):,} characters, more than {LARGEST_BYTES:,}",
            at=f"{file}:1:1",
            next="a contract names columns; leave data out of it",
        )
    try:
        _refuse_anchors(text, file)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _not_yaml(error, file) from error
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not valid YAML: {error}", at=f"{file}:1:1", next="mend the file") from error
    if node is None:
        raise ContractError("the file is empty", at=f"{file}:1:1", next="schemaguard contracts show prints an example")
    places: dict[Path, tuple[int, int]] = {}
    return Document(_plain(node, (), places, file), places, file)


def _refuse_anchors(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise ContractError(
                "anchors and aliases aren't read in contracts",
                at=_mark(event.start_mark, file),
                next="write the value out where it is used",
            )
        depth += isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent)
        depth -= isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent)
        if depth > DEEPEST_LEVEL:
            raise ContractError(
                f"nested more than {DEEPEST_LEVEL} levels deep", at=_mark(event.start_mark, file), next="mend the file"
            )


def _plain(node: Any, path: Path, places: dict[Path, tuple[int, int]], file: str) -> Any:
    places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    match node:
        case yaml.MappingNode():
            return dict(_pairs(node, path, places, file))
        case yaml.SequenceNode():
            return [_plain(item, (*path, number), places, file) for number, item in enumerate(node.value)]
        case _:
            return _scalar(node, file)


def _pairs(node: Any, path: Path, places: dict[Path, tuple[int, int]], file: str) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ContractError("a key is a word", at=_mark(key.start_mark, file), next="mend the file")
        if key.value in seen:
            raise ContractError(
                f"{key.value!r} is there twice", at=_mark(key.start_mark, file), next="leave one of them"
            )
        seen.add(key.value)
        yield key.value, _plain(value, (*path, key.value), places, file)


def _scalar(node: Any, file: str) -> Any:
    if node.tag in (_STRING, _TIMESTAMP):
        # A date stays the text that was written: JSON Schema and digests know no dates.
        return node.value
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise ContractError(
            f"the tag {node.tag} isn't read", at=_mark(node.start_mark, file), next="write plain values"
        )
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ContractError(f"{node.value!r} can't be read", at=_mark(node.start_mark, file), next="mend it") from error


def _not_yaml(error: yaml.YAMLError, file: str) -> ContractError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return ContractError(
        f"not valid YAML: {problem}", at=_mark(mark, file) if mark else f"{file}:1:1", next="mend the file"
    )


def _mark(mark: Any, file: str) -> str:
    return f"{file}:{mark.line + 1}:{mark.column + 1}"
