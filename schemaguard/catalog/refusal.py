"""What the modelled server answers where it would refuse."""


class Refusal(Exception):  # noqa: N818 - it is the modelled server's answer, not an error of ours
    """The server would refuse the change; `sqlstate` is what a client would get."""

    def __init__(self, message: str, sqlstate: str) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
