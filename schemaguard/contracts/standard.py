"""Validation against the standard's own JSON Schema (ODCS 3.2, https://bitol-io.github.io/open-data-contract-standard/)."""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from schemaguard.contracts.placed import Document, Path
from schemaguard.errors import ContractError


def validate(document: Document) -> None:
    """ContractError at the first place (by line) where the document isn't an ODCS data contract."""
    if _holds(document.data):
        return
    errors = sorted(_validator().iter_errors(document.data), key=lambda error: document.place(_path(error)))
    if not errors:
        return
    error = _most_specific(errors[0])
    path = _path(error)
    if error.validator == "required" and "properties" in path and "logicalType" not in error.instance:
        # Without it every "if logicalType is …" of the standard's schema holds, and each asks for something else.
        raise ContractError(
            f"{error.instance.get('name', 'a property')} has no logicalType",
            at=document.at(path),
            next="add logicalType: string, integer, number, boolean, date, timestamp, time, object or array",
        )
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        raise _unknown_key(error, document, path)
    where = ".".join(str(part) for part in path) or "the document"
    raise ContractError(f"{where}: {error.message[:300]}", at=document.at(path), next=_expected(error))


def unknown_key(key: str, known: Iterable[str], at: str) -> ContractError:
    """The error for a key that isn't known, with the nearest one that is."""
    choices = sorted(known)
    near = get_close_matches(key, choices, n=1)
    few = f"one of: {', '.join(choices)}" if len(choices) <= 30 else "see the Open Data Contract Standard 3.2"
    hint = f"did you mean {near[0]!r}?" if near else few
    return ContractError(f"unknown key {key!r}", at=at, next=hint)


def _holds(data: Any) -> bool:
    """Whether the compiled schema, hundreds of times faster, finds the document right.

    Where it doesn't, the validator that can say where and why has the last word.
    """
    try:
        return bool(_compiled().is_valid(data))
    except (ValueError, OverflowError):
        # A number that it can't hold.
        return False


@cache
def _compiled() -> Any:
    from jsonschema_rs import Draft201909Validator

    return Draft201909Validator(_schema())


@cache
def _validator() -> Any:
    from jsonschema import Draft201909Validator

    return Draft201909Validator(_schema())


def _schema() -> Any:
    return json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))


def _most_specific(error: Any) -> Any:
    """anyOf and oneOf hide what is wrong below them: the deepest of the errors there says it."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _path(error: Any) -> Path:
    return tuple(error.absolute_path)


def _unknown_key(error: Any, document: Document, path: Path) -> ContractError:
    # The schema composes objects of several parts: only the message tells which key none of them knows.
    extra = [key for key in re.findall(r"'([^']*)'", error.message) if key in error.instance]
    key = extra[0] if extra else "?"
    known = set(error.schema.get("properties", {})) or _every_key()
    return unknown_key(key, known, document.at((*path, key)))


@cache
def _every_key() -> frozenset[str]:
    """The names of all properties that the standard knows anywhere."""
    found: set[str] = set()
    todo = [_validator().schema]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            properties = part.get("properties")
            found |= set(properties) if isinstance(properties, dict) else set()
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)
    return frozenset(found)


def _expected(error: Any) -> str:
    match error.validator:
        case "enum":
            return f"one of: {', '.join(map(str, error.validator_value))}"
        case "type":
            return f"expected {error.validator_value}"
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            return f"add {', '.join(missing)}"
        case _:
            return "see the Open Data Contract Standard 3.2"
