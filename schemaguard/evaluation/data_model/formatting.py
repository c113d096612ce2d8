"""Texts that are put together: f-strings, `%`, `str.format` and `format()`, none of them by Python's own formatter.

Python's formatter walks attributes (`"{0.__class__}"`), calls methods of what it formats and pads to any width.
"""

import ast
import re
from collections.abc import Callable

from schemaguard.evaluation.data_model.subscripts import get_item
from schemaguard.evaluation.host import allowed, objects
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.holes import has_hole
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Instance, Modelled, Native, Raised, Unknown, Value
from schemaguard.evaluation.values.scope import Scope

_SPEC = re.compile(r"(?:(.)?[<>=^])?[+\- ]?z?#?0?(\d*)[_,]?(?:\.(\d+))?([bcdeEfFgGnosxX%]?)", re.DOTALL)
_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[#0\- +]*)(?P<width>\d*)(?:\.(?P<precision>\d+))?(?P<kind>[diouxXeEfFgGcrsa%])"
)
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}")
_PART = re.compile(r"\.([^.\[\]]+)|\[([^\]]+)\]")
_WIDEST = 1_000
_PLAIN = (str, int, float, bool, type(None), bytes)


def joined(interpreter: Interpreter, node: ast.JoinedStr, scope: Scope) -> Value:
    """An f-string; a part that isn't known becomes a hole in it."""
    text = "".join(str(interpreter.evaluate(part, scope)) for part in node.values)
    interpreter.budget.text(len(text))
    return text


def formatted(interpreter: Interpreter, node: ast.FormattedValue, scope: Scope) -> Value:
    """One part of an f-string."""
    value = interpreter.evaluate(node.value, scope)
    spec = "" if node.format_spec is None else interpreter.evaluate(node.format_spec, scope)
    return format_value(
        interpreter, _converted(interpreter, value, chr(node.conversion) if node.conversion > 0 else ""), spec
    )


def text_of(interpreter: Interpreter, value: Value) -> str:
    """`str(value)`; a hole where the value isn't known, or its text would depend on the process."""
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        return interpreter.holes.text(value)
    if isinstance(value, Instance):
        for name in ("__str__", "__repr__"):
            method = value.cls.find(name)
            if method is not NOTHING:
                return text_of(interpreter, interpreter.call_with(method, value))
        return interpreter.holes.text(Unknown(f"how a {value.cls.name} is written isn't known"))
    if isinstance(value, Modelled):
        method = value.find(interpreter, "__str__")
        if isinstance(method, Native):
            return text_of(interpreter, interpreter.call(method, Arguments()))
    text = objects.text_of(value)
    if text is None:
        return interpreter.holes.text(Unknown(f"how a {type(value).__name__} is written isn't known"))
    interpreter.budget.text(len(text))
    return text


def representation(interpreter: Interpreter, value: Value) -> str:
    """`repr(value)`."""
    if has_hole(value) or isinstance(value, Unknown):
        return f"'{text_of(interpreter, value)}'" if isinstance(value, str) else text_of(interpreter, value)
    if isinstance(value, _PLAIN):
        interpreter.budget.text(len(value) * 4 if isinstance(value, str | bytes) else 64)
        return repr(value)
    if isinstance(value, list | tuple):
        inside = ", ".join(representation(interpreter, one) for one in interpreter.budget.items(value))
        interpreter.budget.text(len(inside))
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, dict):
        pairs = (
            f"{representation(interpreter, key)}: {representation(interpreter, held)}"
            for key, held in interpreter.budget.items(value.items())
        )
        text = "{" + ", ".join(pairs) + "}"
        interpreter.budget.text(len(text))
        return text
    return text_of(interpreter, value)


def _converted(interpreter: Interpreter, value: Value, conversion: str) -> Value:
    if conversion in ("r", "a"):
        return representation(interpreter, value)
    return text_of(interpreter, value) if conversion == "s" else value


def format_value(interpreter: Interpreter, value: Value, spec: Value) -> str:
    """`format(value, spec)`."""
    if not isinstance(spec, str) or has_hole(spec) or isinstance(value, Unknown) or has_hole(value):
        return text_of(interpreter, value)
    if not spec:
        return text_of(interpreter, value)
    if not isinstance(value, _PLAIN):
        return _formatted_plain(interpreter, value, spec)
    match = _SPEC.fullmatch(spec)
    if match is None or any(int(number) > _WIDEST for number in match.group(2, 3) if number):
        return interpreter.holes.text(Unknown(f"the format {spec[:20]!r} isn't modelled"))
    try:
        return format(value, spec)
    except (ValueError, TypeError, OverflowError) as error:
        raise Raised(error) from error


def _formatted_plain(interpreter: Interpreter, value: Value, spec: str) -> str:
    if allowed.is_plain(value) and len(spec) < _WIDEST:
        return str(interpreter.recorder.guarded(lambda: format(value, spec)))
    return text_of(interpreter, value)


def percent(interpreter: Interpreter, template: str, values: Value) -> Value:
    """`template % values`."""
    positional = list(values) if isinstance(values, tuple) else [values]
    used = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal used
        if match["kind"] == "%":
            return "%"
        if any(int(number) > _WIDEST for number in match.group("width", "precision") if number):
            return interpreter.holes.text(Unknown("the width of a format isn't modelled"))
        if match["key"] is not None:
            value = get_item(interpreter, values, match["key"])
        else:
            if used >= len(positional):
                raise Raised(TypeError("not enough arguments for format string"))
            value = positional[used]
            used += 1
        return _percent_one(interpreter, match, value)

    text = _PERCENT.sub(fill, template)
    interpreter.budget.text(len(text))
    return text


def _percent_one(interpreter: Interpreter, match: re.Match[str], value: Value) -> str:
    if match["kind"] in "rsa":
        value = representation(interpreter, value) if match["kind"] != "s" else text_of(interpreter, value)
    if isinstance(value, Unknown) or not isinstance(value, _PLAIN) or has_hole(value):
        return text_of(interpreter, value)
    precision = f".{match['precision']}" if match["precision"] is not None else ""
    try:
        return f"%{match['flags']}{match['width']}{precision}{match['kind']}" % (value,)
    except (ValueError, TypeError, OverflowError) as error:
        raise Raised(error) from error


def format_text(interpreter: Interpreter, template: str, positional: list[Value], keywords: dict[str, Value]) -> Value:
    """`template.format(*positional, **keywords)`."""
    count = iter(range(len(positional)))

    def fill(match: re.Match[str]) -> str:
        interpreter.budget.spend()
        if match[0] in ("{{", "}}"):
            return match[0][0]
        value = _field(interpreter, match[1], positional, keywords, lambda: next(count, len(positional)))
        spec = _FIELD.sub(fill, match[3]) if match[3] else ""
        return format_value(interpreter, _converted(interpreter, value, match[2] or ""), spec)

    text = _FIELD.sub(fill, template)
    interpreter.budget.text(len(text))
    return text


def _field(
    interpreter: Interpreter,
    name: str,
    positional: list[Value],
    keywords: dict[str, Value],
    following: Callable[[], int],
) -> Value:
    """The value that a replacement field names; attributes are those that code could read, too."""
    first = re.match(r"[^.\[]*", name)
    head = first[0] if first else ""
    if head == "" or head.isdigit():
        index = following() if head == "" else int(head[:9])
        if index >= len(positional):
            raise Raised(IndexError("Replacement index out of range"))
        value = positional[index]
    elif head in keywords:
        value = keywords[head]
    else:
        raise Raised(KeyError(head))
    for attribute, key in _PART.findall(name[len(head) :]):
        if attribute:
            value = interpreter.attribute(value, attribute)
        else:
            value = get_item(interpreter, value, int(key[:9]) if key.isdigit() else key)
    return value
