"""Random settings files: known and unknown keys with right and wrong values, and bytes that aren't TOML."""

from random import Random

VALUES = (
    "5", "15", "-1", "1.5", "true", "'x'", "''", "[]", "['a']", "[1]", "{}", "{a = 'b'}", "{a = {b = 'c'}}",
    "{a = {alias = 'c'}}", "nan", "1979-05-27", "[[]]", "'\\u0000'", '"\\u0000"', "['a', ['b']]",
    "99999999999999999999",
)  # fmt: skip
KEYS = (
    "migrations", "contracts", "postgresql", "applied_by", "base", "adopt", "rules", "baseline", "initial",
    "environment", "environments", "near_release_hours", "sources", "odd", "'a b'", "tool.schemaguard.migrations",
)  # fmt: skip
NAMES = ("schemaguard.toml", "pyproject.toml")


def settings_file(draw: Random) -> tuple[str, bytes]:
    """(name, content) of a settings file."""
    name = draw.choice(NAMES)
    head = "[tool.schemaguard]\n" if name == "pyproject.toml" and draw.random() < 0.8 else ""
    lines = head + "\n".join(f"{key} = {draw.choice(VALUES)}" for key in draw.sample(KEYS, k=draw.randint(0, 5)))
    content = lines.encode()
    kind = draw.random()
    if kind < 0.2:
        at = draw.randint(0, len(content))
        content = content[:at] + draw.randbytes(draw.randint(0, 6)) + content[at + draw.randint(0, 4) :]
    elif kind < 0.3:
        content = draw.randbytes(draw.randint(0, 40))
    return name, content
