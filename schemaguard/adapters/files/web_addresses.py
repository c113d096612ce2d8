"""Requests to addresses that people wrote down: passwords go into a header, redirections aren't followed."""

import base64
import urllib.parse
import urllib.request
from typing import Any


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection would take what is sent, or the password, to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        """Nothing is sent anywhere else."""
        return


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """A URL without its user and password, and the header that they are sent in; see RFC 7617."""
    parts = urllib.parse.urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    said = urllib.parse.unquote_to_bytes(user)
    return parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {base64.b64encode(said).decode()}"}
