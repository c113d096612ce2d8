"""`schemaguard serve`: the contract registry in the browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Folder
from schemaguard.cli.operating import AliasName, DatabaseUrl, RegistryUri

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemaguard.commands.site import Site


def serve(
    host: Annotated[str, typer.Option(metavar="HOST", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="The port; 0 takes a free one.")] = 8765,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with the token (or SCHEMAGUARD_WEB_TOKEN).")
    ] = None,
    root_path: Annotated[
        str, typer.Option(metavar="PATH", help="What a proxy has before every address, such as /registry.")
    ] = "",
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    alias: AliasName = None,
) -> None:
    """Show the contract registry in a browser: who reads what, until when, and what happened.

    Read-only. Without a database it shows the contracts and migrations of this folder. An address other than
    127.0.0.1 needs a token.
    """
    require_web()
    from schemaguard.cli.reading import collect_seldom
    from schemaguard.web.server import Listening, run

    collect_seldom()
    wanted = Listening(host, port, _token(token_file), root_path)
    run(opener(contracts, database_url, registry_uri, alias), wanted, _say)


def require_web() -> None:
    """UsageError where what the pages are made with isn't installed."""
    from importlib.util import find_spec

    from schemaguard.errors import UsageError

    missing = [each for each in ("fastapi", "jinja2", "uvicorn") if find_spec(each) is None]
    if missing:
        raise UsageError(f"the registry's pages need {', '.join(missing)}", next="pip install 'schemaguard-ml[web]'")


def opener(
    contracts: str | None, database_url: str | None, registry_uri: str | None, alias: str | None
) -> "Callable[[], Site]":
    """Opens the site that the options name, anew each time, to be read only."""
    from schemaguard.commands.site import Site

    return lambda: Site(
        database_url=database_url, registry_uri=registry_uri, alias=alias, contracts=contracts, read_only=True
    )


def _token(file: Path | None) -> str | None:
    """The token of the file, else of the environment. UsageError where the file can't be read."""
    import os

    from schemaguard.errors import UsageError
    from schemaguard.web.server import TOKEN_VARIABLE

    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the token can't be read from {file}", at="--token-file", next="name a readable file"
        ) from error


def _say(address: str) -> None:
    typer.echo(f"The contract registry is at {address} (Ctrl+C ends it)")
