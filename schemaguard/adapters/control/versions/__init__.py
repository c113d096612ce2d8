"""The control schema's own migrations, in order, and what they say."""

import re
from functools import cache
from importlib.resources import files


@cache
def numbered() -> tuple[tuple[int, str], ...]:
    """(number, text) of each."""
    return tuple(
        sorted(
            (int(match[1]), file.read_text(encoding="utf-8"))
            for file in files(__package__).iterdir()
            if (match := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))
        )
    )


@cache
def function_body(name: str) -> str | None:
    """The body of a function as the newest migration has it, None where none makes it."""
    found = function_bodies(name)
    return found[-1] if found else None


@cache
def function_bodies(name: str) -> tuple[str, ...]:
    """The bodies of all functions of that name, oldest first."""
    pattern = rf"create (?:or replace )?function schemaguard\.{re.escape(name)}\(.*?as \$\$(.*?)\$\$"
    return tuple(match[1] for _, text in numbered() for match in re.finditer(pattern, text, re.DOTALL))
