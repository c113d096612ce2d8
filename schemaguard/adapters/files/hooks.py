"""Hooks as they are called: a request, or a program that reads what it is told from its standard input."""

import http.client
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress

from schemaguard.adapters.awaited import Awaited
from schemaguard.adapters.files.web_addresses import NoRedirect, without_password
from schemaguard.config import Hook
from schemaguard.errors import SchemaguardError
from schemaguard.releases.hooks import SIGNATURE, signature

_SECRETS = (
    "SCHEMAGUARD_DATABASE_URL", "SCHEMAGUARD_REGISTRY_URI", "SCHEMAGUARD_LEDGER_KEY", "MLFLOW_REGISTRY_URI",
    "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "PGPASSWORD",
)  # fmt: skip
"""What opens the database, the registry and the ledger: no program that is told of a switch needs it."""


class HookError(SchemaguardError):
    """A hook couldn't be called, or says that it failed."""


def call(hook: Hook, sent: bytes, environ: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
    """Call a hook once. HookError where it can't be reached in time or says no: a status beyond 299, an exit code.

    `secrets`: the variables that hold other hooks' keys, which no program of this one's sees.
    """
    key = _key(hook, environ)
    signed = signature(sent, key) if key is not None else None
    if hook.url is not None:
        _post_in_time(hook, hook.url, sent, signed)
    else:
        _run(hook, sent, _seen_by_a_program(environ, {*_SECRETS, *secrets, hook.secret}, signed))


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
    return key.encode("utf-8", "surrogateescape")  # the variable's own bytes


def _post_in_time(hook: Hook, url: str, sent: bytes, signed: str | None) -> None:
    """A receiver that drips its answer keeps within the timeout of every single read, so the whole call has one."""
    posting = Awaited(lambda: _post(hook, url, sent, signed))
    if not posting.within(hook.timeout):
        raise _failed(hook, f"took longer than {hook.timeout} s")
    posting.answer()


def _post(hook: Hook, url: str, sent: bytes, signed: str | None) -> None:
    headers = {"Content-Type": "application/json", **({SIGNATURE: signed} if signed else {})}
    try:
        plain, authorization = without_password(url)
        request = urllib.request.Request(plain, sent, headers | authorization, method="POST")  # noqa: S310 - http and https only, see config
        with urllib.request.build_opener(NoRedirect).open(request, timeout=hook.timeout):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise _failed(hook, f"answered {error.code}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        # A URL may hold a password, and so may the words of these errors.
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        kind = type(reason if isinstance(reason, Exception) else error).__name__
        raise _failed(hook, f"could not be reached ({kind})") from error


def _seen_by_a_program(environ: Mapping[str, str], hidden: set[str | None], signed: str | None) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in hidden}
    return kept | ({"SCHEMAGUARD_SIGNATURE": signed} if signed else {})


def _run(hook: Hook, sent: bytes, environ: Mapping[str, str]) -> None:
    """What a program has started ends with it where it takes too long: they are one group of processes."""
    try:
        started = subprocess.Popen(
            hook.command, env=environ, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise _failed(hook, f"could not be started ({type(error).__name__})") from error
    with started:
        try:
            started.communicate(sent, timeout=hook.timeout)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise _failed(hook, f"took longer than {hook.timeout} s") from error
            raise
    if started.returncode:
        raise _failed(hook, f"left with {started.returncode}")


def _failed(hook: Hook, how: str) -> HookError:
    return HookError(
        f"the hook {hook.name} {how}", at=f"hooks.{hook.name}", next="schemaguard reconcile tries it again"
    )
