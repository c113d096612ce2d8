"""`schemaguard demo`: the whole story on real parts."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers running; needs --workdir.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the servers that --keep left.")] = False,
    workdir: Annotated[Path | None, typer.Option(help="Where everything goes (default: a temporary folder).")] = None,
) -> None:
    """Tell the whole story in about a minute: reject, expand, promote, roll back.

    All of it is real: a PostgreSQL, an MLflow registry, Alembic, and a model that is trained. Nothing is left behind.
    """
    from schemaguard.demo import run

    run.demo(keep=keep, stop=stop, workdir=workdir)
