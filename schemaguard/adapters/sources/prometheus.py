"""Looks from a Prometheus: its raw samples, never what it says of a rise; it is asked over HTTP, within a time.

See https://prometheus.io/docs/prometheus/2.42/querying/api/. What can't be had is missing, with the reason: an answer
that is no answer, a clock that is off, a process that isn't heard.
"""

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemaguard.adapters.awaited import Awaited
from schemaguard.adapters.files.web_addresses import NoRedirect, without_password
from schemaguard.playbooks.counters import CountersError, Series, counted
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Look, MissingLook
from schemaguard.playbooks.playbook import Measure, MeasurementSource

_PATIENCE_S = 3.0
_LARGEST = 32_000_000
_CLOCK_OFF_S = 5.0
_LOOKBACK = timedelta(minutes=5)
"""How far back a counter's last sample before a look may lie; what Prometheus itself looks back."""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WHOSE = ("job", "instance")


class SourceError(Exception):
    """Why a source can't be relied on, in words."""


def looks(
    source: MeasurementSource, measure: Measure, due: DueSpans, now: datetime, environ: Mapping[str, str]
) -> tuple[Look | MissingLook, ...]:
    """What the counters rose by in each look; `now` is the database's clock."""
    assert measure.failed is not None
    assert measure.total is not None
    assert measure.version_label is not None
    try:
        base = _address(source, environ)
        _require_clock(_asked(base, "time()", None), now)
        since, until = due.spans[0][0] - _LOOKBACK, due.spans[-1][1]
        window = f"[{max(1, round((until - since).total_seconds()))}s]"
        total = _series(_asked(base, measure.total + window, until), measure.version_label)
        if not total:
            return due.missing(f"no series of {measure.total} with a label {measure.version_label}")
        failed = _series(_asked(base, measure.failed + window, until), measure.version_label)
        return due.looks(counted(failed, total, due), "no samples")
    except (SourceError, CountersError) as error:
        return due.missing(str(error))


def _address(source: MeasurementSource, environ: Mapping[str, str]) -> str:
    assert source.url is not None

    def value(found: re.Match[str]) -> str:
        if not environ.get(found[1]):
            raise SourceError(f"the environment variable {found[1]} isn't set")
        return environ[found[1]]

    return _VARIABLE.sub(value, source.url).rstrip("/")


def _require_clock(answer: Any, now: datetime) -> None:
    try:
        theirs = float(answer["result"][0])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SourceError("what answers doesn't know the time: no Prometheus?") from error
    off = theirs - now.timestamp()
    if abs(off) > _CLOCK_OFF_S:
        raise SourceError(f"clock: the source's is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}")


def _asked(base: str, query: str, at: datetime | None) -> Any:
    """The data of an answer. SourceError where there is none within the time, whatever drips or hangs."""
    values = {"query": query, **({"time": f"{at.timestamp():.3f}"} if at is not None else {})}
    asked = Awaited(lambda: _answer(f"{base}/api/v1/query", urllib.parse.urlencode(values).encode()))
    if not asked.within(_PATIENCE_S):
        raise SourceError(f"not answered within {_PATIENCE_S:g} s")
    try:
        return asked.answer()
    except SourceError:
        raise
    except Exception as error:
        # The words of these errors may hold an address with a password.
        raise SourceError(f"could not be reached ({type(error).__name__})") from error


def _answer(url: str, sent: bytes) -> Any:
    plain, authorization = without_password(url)
    request = urllib.request.Request(plain, sent, authorization, method="POST")  # noqa: S310 - http and https only, see the cross-checks
    if not plain.startswith(("http://", "https://")):
        raise SourceError("its address isn't one of http or https")
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=_PATIENCE_S) as there:
            text = there.read(_LARGEST + 1)
    except urllib.error.HTTPError as error:
        text = error.read(10_000)
        error.close()
        if error.code not in (400, 422):
            raise SourceError(f"answered {error.code}") from error
    except urllib.error.URLError as error:
        raise SourceError(f"could not be reached ({type(error.reason).__name__})") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SourceError(f"could not be reached ({type(error).__name__})") from error
    if len(text) > _LARGEST:
        raise SourceError("its answer is too large: name fewer series")
    return _data(text)


def _data(text: bytes) -> Any:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError("its answer can't be read: no Prometheus?") from error
    if not isinstance(document, dict) or document.get("status") != "success" or "data" not in document:
        said = document.get("error") if isinstance(document, dict) else None
        raise SourceError(f"it refuses the query: {str(said)[:120]}" if said else "its answer can't be read")
    return document["data"]


def _series(data: Any, label: str) -> tuple[Series, ...]:
    try:
        if data["resultType"] != "matrix":
            raise SourceError("no counter's name and labels: the samples themselves are asked for")
        return tuple(_one(each, label) for each in data["result"] if label in each["metric"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SourceError("its answer can't be read: no Prometheus?") from error


def _one(data: Any, label: str) -> Series:
    labels = data["metric"]
    version = str(labels[label])
    samples = tuple((datetime.fromtimestamp(float(at), UTC), float(value)) for at, value in data["values"])
    # NaN compares with nothing.
    if any(not value >= 0 for _, value in samples):
        raise ValueError("a counter is never negative")
    return Series(version, (version, *(str(labels.get(name)) for name in _WHOSE)), samples)
