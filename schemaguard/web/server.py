"""The server: where it listens, who may come, and that it says so."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from schemaguard.commands.site import Site
from schemaguard.errors import SchemaguardError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.web.app import make_app
from schemaguard.web.security import is_loopback
from schemaguard.web.shelf import Shelf

TOKEN_VARIABLE = "SCHEMAGUARD_WEB_TOKEN"  # noqa: S105 - the name of a variable
_SHORTEST_TOKEN = 16
_QUEUE = 128


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, and the token that is asked for, if any."""

    host: str
    port: int
    token: str | None = None
    root: str = ""


def run(open_site: Callable[[], Site], wanted: Listening, say: Callable[[str], None]) -> None:
    """Serve until interrupted. UsageError where the address can't be used, or needs a token that isn't there."""
    check(wanted)
    listener = listen(wanted)
    host, port = listener.getsockname()[:2]
    shelf = Shelf(open_site)
    app = make_app(shelf, token=wanted.token, local_only=is_loopback(wanted.host), root=wanted.root)
    shown = f"[{host}]" if ":" in host else host
    threading.Thread(target=_warm, args=(shelf,), daemon=True).start()
    say(f"http://{shown}:{port}/")
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listener])


def _warm(shelf: Shelf) -> None:
    """Take the first snapshot before anybody asks; what can't be read is told to who does."""
    with suppress(SchemaguardError):
        shelf.snapshot()


def check(wanted: Listening) -> None:
    """UsageError where such an address would show the registry to whoever reaches it, or the token is too short."""
    if wanted.token is None and not is_loopback(wanted.host):
        raise UsageError(
            f"{wanted.host} can be reached by others, and no token is set",
            at="--host",
            next=f"export {TOKEN_VARIABLE}=…, or name a file with --token-file; or listen at 127.0.0.1",
        )
    if wanted.token is not None and len(wanted.token) < _SHORTEST_TOKEN:
        raise UsageError(
            f"the token has fewer than {_SHORTEST_TOKEN} characters",
            at=TOKEN_VARIABLE,
            next="openssl rand -hex 32",
        )


def listen(wanted: Listening) -> socket.socket:
    """A socket that listens there; UsageError where it can't."""
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    try:
        return socket.create_server((wanted.host.strip("[]"), wanted.port), family=family, backlog=_QUEUE)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise UsageError(
            f"cannot listen at {wanted.host}, port {wanted.port}: {reason}",
            next="name another port with --port, or stop what listens there",
        ) from error
