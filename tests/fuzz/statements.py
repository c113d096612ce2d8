"""Random SQL: odd texts, words of PostgreSQL's commands in any order, and commands that were damaged."""

from random import Random

from tests.postgresql_commands import ACTIONS, COMMANDS

EXAMPLES = tuple(command.example for command in (*COMMANDS, *ACTIONS))
WORDS = tuple(sorted({word for example in EXAMPLES for word in example.split()}))
ODD = (
    "'", '"', "$$", "$a$", "/*", "*/", "--", ";", "(", ")", "E'\\", "U&'", "\\", "\n", "::", ",", "%(a)s", "\x00", "ß",
    "\ud800", "\ufeff", "\u2028", "\r", "\\.", "\\copy", ":a", "$1", "[", "]", "1e400", "0x", "'a' 'b'", "99999999999",
)  # fmt: skip
_NAMES = ("t", "u", "p", "v", "a", "b", "x", "id", "mood", "d", "i", "s", "f", "g", "public.t", '"t"', "missing")


def text(draw: Random) -> str:
    """Any text, from noise to a command that is nearly right."""
    kind = draw.random()
    if kind < 0.15:
        return "".join(
            chr(draw.choice((draw.randrange(128), draw.randrange(0x3000)))) for _ in range(draw.randint(0, 60))
        )
    if kind < 0.4:
        return " ".join(draw.choices(WORDS + ODD + _NAMES, k=draw.randint(0, 25)))
    if kind < 0.5:
        return "".join(draw.choices(ODD, k=draw.randint(0, 25)))
    return damaged(draw)


def damaged(draw: Random) -> str:
    """A command with some of its words gone, others put in, or a piece of another command in their place."""
    words = draw.choice(EXAMPLES).split()
    at, much = draw.randint(0, len(words)), draw.choice((0, 0, 1, 1, 2, 3))
    if draw.random() < 0.3:
        other = draw.choice(EXAMPLES).split()
        start = draw.randint(0, len(other))
        put = other[start : start + draw.randint(1, 6)]
    else:
        put = draw.choices(_NAMES if draw.random() < 0.5 else WORDS + ODD, k=draw.randint(0, 3))
    return " ".join([*words[:at], *put, *words[at + much :]])


def script(draw: Random) -> list[str]:
    """Some statements one after the other, about tables that are mostly there."""
    return [_one_of_a_script(draw) for _ in range(draw.randint(1, 4))]


def _one_of_a_script(draw: Random) -> str:
    kind = draw.random()
    if kind < 0.1:
        return text(draw)
    return _about_known(draw, draw.choice(EXAMPLES) if kind < 0.75 else damaged(draw))


def _about_known(draw: Random, statement: str) -> str:
    """The statement with some of its lower-case words replaced by names that the catalog knows."""
    words = [draw.choice(_NAMES) if word.islower() and draw.random() < 0.4 else word for word in statement.split()]
    return " ".join(words)
