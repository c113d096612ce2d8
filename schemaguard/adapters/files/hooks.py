"""Hooks as they are called: a request, or a program that reads what it is told from its standard input."""

import http.client
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from schemaguard.config import Hook
from schemaguard.errors import SchemaguardError
from schemaguard.releases.hooks import SIGNATURE, signature

_SECRETS = ("SCHEMAGUARD_DATABASE_URL", "SCHEMAGUARD_REGISTRY_URI")


class HookError(SchemaguardError):
    """A hook couldn't be called, or says that it failed."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection would take what is signed to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def call(hook: Hook, sent: bytes, environ: Mapping[str, str]) -> None:
    """Call a hook once. HookError where it can't be reached in time or says no: a status beyond 299, an exit code."""
    key = _key(hook, environ)
    signed = signature(sent, key) if key is not None else None
    if hook.url is not None:
        _post(hook, hook.url, sent, signed)
    else:
        _run(hook, sent, signed, environ)


def _key(hook: Hook, environ: Mapping[str, str]) -> bytes | None:
    if hook.secret is None:
        return None
    key = environ.get(hook.secret)
    if not key:
        raise HookError(
            f"the hook {hook.name} is signed with what {hook.secret} holds, and it isn't set",
            at=f"hooks.{hook.name}",
            next=f"export {hook.secret}=…, then: schemaguard reconcile",
        )
    return key.encode()


def _post(hook: Hook, url: str, sent: bytes, signed: str | None) -> None:
    headers = {"Content-Type": "application/json", **({SIGNATURE: signed} if signed else {})}
    try:
        request = urllib.request.Request(url, sent, headers, method="POST")  # noqa: S310 - http and https only, see config
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=hook.timeout):
            return
    except urllib.error.HTTPError as error:
        raise _failed(hook, f"answered {error.code}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        # A URL may hold a password, and so may the words of these errors.
        raise _failed(hook, f"could not be reached ({type(error).__name__})") from error


def _run(hook: Hook, sent: bytes, signed: str | None, environ: Mapping[str, str]) -> None:
    kept = {name: value for name, value in environ.items() if name not in (*_SECRETS, hook.secret)}
    if signed:
        kept["SCHEMAGUARD_SIGNATURE"] = signed
    try:
        done = subprocess.run(
            hook.command, input=sent, env=kept, timeout=hook.timeout, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failed(hook, f"took longer than {hook.timeout} s") from error
    except (OSError, ValueError) as error:
        raise _failed(hook, f"could not be started ({type(error).__name__})") from error
    if done.returncode:
        raise _failed(hook, f"left with {done.returncode}")


def _failed(hook: Hook, how: str) -> HookError:
    return HookError(
        f"the hook {hook.name} {how}", at=f"hooks.{hook.name}", next="schemaguard reconcile tries it again"
    )
