"""Who may read the pages, and what a browser may do with them.

Only GET and HEAD. At a loopback address the Host header must name one, or any page of the web could read the registry
through a name that resolves to it; at any other address a token must be sent.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any

from schemaguard.web.writers.html import POLICY

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
OPEN_TO_ALL = ("/healthz", "/readyz")
"""What tells nothing but whether it runs."""
_METHODS = ("GET", "HEAD")
_REALM = b'Basic realm="schemaguard", charset="UTF-8"'


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches the address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Gate:
    """Stands before the application: refuses what may not be asked, and puts headers on what is answered."""

    def __init__(self, app: App, *, token: str | None, local_only: bool) -> None:
        self._app = app
        self._token = token.encode() if token is not None else None
        self._is_local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            # Starting and stopping; a web socket is closed by refusing to accept it.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, with_headers)
            return
        status, text, headers = refusal
        body = f"{text}\n".encode()
        start = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            *headers,
        ]
        await with_headers({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _refusal(self, scope: Scope) -> tuple[int, str, list[tuple[bytes, bytes]]] | None:
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        if scope["method"] not in _METHODS:
            return 405, "the registry is read-only: GET and HEAD alone are answered", [(b"allow", b"GET, HEAD")]
        if self._is_local_only and not _names_loopback(headers.get(b"host", b"")):
            return 421, "this registry answers to 127.0.0.1 and localhost alone", []
        if self._token is None or scope["path"] in OPEN_TO_ALL:
            return None
        given = _token_of(headers.get(b"authorization", b""))
        if given is not None and hmac.compare_digest(given, self._token):
            return None
        return (
            401,
            "a token is needed: as a bearer token, or as the password of any user",
            [(b"www-authenticate", _REALM)],
        )


def _names_loopback(host: bytes) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    text = host.decode("latin-1")
    name = text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
    return is_loopback(name)


def _token_of(header: bytes) -> bytes | None:
    """The token of an Authorization header: a bearer's, or a password (RFC 6750 and 7617)."""
    scheme, _, value = header.strip().partition(b" ")
    match scheme.lower():
        case b"bearer":
            return value.strip()
        case b"basic":
            try:
                return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
            except binascii.Error:
                return None
        case _:
            return None
