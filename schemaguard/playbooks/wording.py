"""What a JSON Schema error says, in words that say what to write instead."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from schemaguard.playbooks.durations import duration
from schemaguard.playbooks.trip import trip

_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "object": "keys with values",
    "array": "a list",
    "boolean": "true or false",
}
_NAMED = "a name has lower-case letters, digits and hyphens, and begins with a letter"


def said(error: Any) -> str:
    """The error of one place in words of ours; unknown keys are said one by one, see `unknown_keys`."""
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "type":
            is_length = "duration" in error.absolute_schema_path or error.schema.get("pattern", "").endswith("[smhd]$")
            return _wrong_kind(value, _KINDS[wanted], "s" if is_length else "")
        case "required":
            missing = [key for key in wanted if key not in value]
            return f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        case "enum" if not isinstance(value, str):
            return _wrong_kind(value, "a text")
        case "enum":
            return f"{value!r} isn't one of {', '.join(wanted)}{nearest(str(value), wanted)}"
        case "const":
            return f"has to be {wanted!r}, not {value!r}"
        case "pattern":
            return _misspelled(error.schema_path, value)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return _out_of_bounds(value, error.schema)
        case "minLength":
            return "is empty"
        case "minItems" | "minProperties":
            return "is empty; it needs at least one"
        case "oneOf":
            return "write all, or a list of names"
        case _:
            return str(error.message)[:200]


def unknown_keys(error: Any) -> list[str]:
    """The keys that an error of `additionalProperties` is about, as they stand in the file."""
    return [key for key in error.instance if key not in error.schema.get("properties", {})]


def unknown(key: str, known: Iterable[str]) -> str:
    """What is said of a key that isn't known."""
    choices = sorted(known)
    return "unknown key" + (nearest(key, choices) or f"; one of {', '.join(choices)}")


def nearest(word: str, known: Sequence[str]) -> str:
    """A question after the word that was probably meant, empty where none is near."""
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _wrong_kind(value: object, wanted: str, unit: str = "") -> str:
    if wanted == "a text" and isinstance(value, bool):
        return f"is YAML's {str(value).lower()}; put it into quotes to mean the word"
    if wanted == "a text" and isinstance(value, int | float):
        return f"{value} is a number; write " + (f"{value}{unit}" if unit else f'"{value}"')
    if value is None:
        return f"has no value; it has to be {wanted}"
    return f"has to be {wanted}, not {_kind_of(value)}"


def _kind_of(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case str():
            return f"the text {value[:40]!r}"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "keys with values"


def _misspelled(schema_path: Iterable[str | int], value: str) -> str:
    path = list(schema_path)
    if "propertyNames" in path or "name" in path:
        return f"{value!r}: {_NAMED}"
    reading = trip if "trip" in path else duration
    try:
        reading(value)
    except ValueError as error:
        return str(error)
    return f"{value!r} can't be read"


def _out_of_bounds(value: object, schema: Any) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high = schema.get("maximum")
    words = [f"at least {low}"] if low is not None else [f"more than {above}"] if above is not None else []
    words += [f"at most {high}"] if high is not None else []
    return f"{value} has to be {' and '.join(words)}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
