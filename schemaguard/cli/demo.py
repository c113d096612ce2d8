"""`schemaguard demo`: the whole story on real parts."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers running; needs --workdir.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the servers that --keep left.")] = False,
    workdir: Annotated[Path | None, typer.Option(help="Where everything goes (default: a temporary folder).")] = None,
) -> None:
    """Tell the whole story on a real PostgreSQL, registry and model: reject, expand, promote, roll back."""
    from schemaguard.demo import run

    run.demo(keep=keep, stop=stop, workdir=workdir)
