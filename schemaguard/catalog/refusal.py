"""What the modelled server answers where it would refuse."""

from collections.abc import Iterable


class Refusal(Exception):  # noqa: N818 - it is the modelled server's answer, not an error of ours
    """The server would refuse the change; `sqlstate` is what a client would get, `said` what a report says of it."""

    def __init__(self, message: str, sqlstate: str, said: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.said = said or message


def missing(kind: str, owner: str, name: str, others: Iterable[str]) -> str:
    """What a report says of something that isn't there, with the name that was meant perhaps."""
    # Slow to import, and needed for a mistake alone.
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(others), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"no such {kind} {owner}.{name}{meant}"
