"""Values on the command line that are what they should be already are taken as they are.

Typer reads each value, defaults too, through pydantic, and importing pydantic takes longer than judging a history that
is remembered. Whatever isn't evidently right is still read, and refused, by Typer.
"""

import inspect
import re
from collections.abc import Callable
from enum import Enum
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup


class Verb(TyperCommand):
    """A command whose plain values need no conversion, and whose help is as wide as the terminal."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Typer keeps the line breaks of a docstring, below its first paragraph.
        self.help = re.sub(r"(?<!\n)\n(?!\n|Exit code:)", " ", inspect.cleandoc(self.help or ""))

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options and arguments, `--help` included."""
        return [_as_it_is(parameter) for parameter in super().get_params(ctx)]


class Verbs(TyperGroup):
    """A group of them, whose own options need no conversion either."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options, `--help` included."""
        return [_as_it_is(parameter) for parameter in super().get_params(ctx)]


def _as_it_is(parameter: Any) -> Any:
    # Releases of Typer that convert without pydantic have no such method, and need nothing of this.
    build = getattr(parameter, "get_runtime_param", None)
    if build is not None and not isinstance(getattr(build, "__self__", None), _Taken):
        parameter.get_runtime_param = _Taken(build).get
    return parameter


class _Taken:
    """Stands before what Typer would build to convert a value."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build

    def get(self) -> "_Taken":
        """What Typer asks for the conversion."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the verb takes it."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        annotation = param.type_descriptor.annotation
        if _is_right(value, annotation):
            return value
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            found = next((member for member in annotation if member.value == value), None)
            if found is not None:
                return found
        return self._build().coerce(value, param=param, ctx=ctx)


def _is_right(value: Any, annotation: Any) -> bool:
    """Whether a value is of its kind: a text, a member of an enumeration, or texts where there may be several."""
    if get_origin(annotation) is list:
        return isinstance(value, list | tuple) and all(_is_right(one, get_args(annotation)[0]) for one in value)
    return isinstance(annotation, type) and issubclass(annotation, str | Enum) and isinstance(value, annotation)
