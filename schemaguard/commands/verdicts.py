"""Keeps a verdict with all that it depends on: the words, the files, what git says, our code, and the day."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from schemaguard.adapters.files import said
from schemaguard.adapters.files.watching import Unwatchable
from schemaguard.commands.check import CheckOptions, contracts_folder
from schemaguard.commands.reading import Reading
from schemaguard.frozen import dataclass, replace
from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.sealing import digest_of

_SECONDS = 98765432.109
"""A run that nobody waits for: stands for the seconds while the text is made that is kept."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A check that is about to be made, and how the files stand that it reads past `Reading.files`."""

    key: str
    root: str
    trees: tuple[str, ...]
    state: str
    began: datetime


def watch(words: Sequence[str], options: CheckOptions, reading: Reading) -> Watch | None:
    """What `keep` needs to know of the moment before; None where nothing is to be kept.

    Windows that a database was asked for are never kept: nothing here would tell that they are others by now.
    """
    if reading.store is None or options.window == "live" or not said.is_plain_output():
        return None
    root, folder = said.current_root(), contracts_folder(options, reading)
    if root != str(reading.files.root):
        return None
    trees = (str(folder),)
    try:
        state = digest_of(said.of_whereabouts(root, trees))
        return Watch(said.key_of(words, root, os.environ), root, trees, state, datetime.now(UTC))
    except (OSError, ValueError, Unwatchable):
        return None


def keep(
    watched: Watch,
    options: CheckOptions,
    reading: Reading,
    result: CheckResult,
    form: str,
    text: str,
    render: Callable[[CheckResult], str],
) -> None:
    """Keep the text of a check in a format, unless something that it read has changed while it was made.

    `render` makes the text that another result would have.
    """
    files = reading.files
    texts, folders, probes = files.looked_at()
    try:
        before = tuple(said.of_whereabouts(watched.root, watched.trees))
        state = digest_of((*before, *files.parts()))
    except (OSError, ValueError, Unwatchable):
        return
    if digest_of(before) != watched.state:
        return
    kept = said.SaidText(
        made=int(watched.began.timestamp()),
        until=int(_until(watched.began, options, result).timestamp()),
        code=int(result.exit_code),
        form=form,
        state=state,
        template=_template(options, result, form, render),
        texts=texts,
        folders=folders,
        probes=probes,
        trees=watched.trees,
        bases=[word for comparison in files.comparisons for word in comparison[:2]],
    )
    moment = datetime.fromisoformat(result.window.at).timestamp() if _is_of_now(options, result) else 0
    if kept.said(moment, result.seconds) == text:
        said.keep(watched.key, kept, os.environ)


def _until(began: datetime, options: CheckOptions, result: CheckResult) -> datetime:
    """The next moment at which the same files may be judged otherwise: windows and overrides end with a day."""
    midnight = datetime(began.year, began.month, began.day, tzinfo=UTC) + timedelta(days=1)
    if result.window.near_until is not None:
        midnight = min(midnight, datetime.fromisoformat(result.window.near_until))
    if result.window.age_days is None or options.at is not None:
        return midnight
    # How many days old a lock file is counts from the hour at which it was written.
    written = datetime.fromisoformat(result.window.at)
    return min(midnight, written + timedelta(days=result.window.age_days + 1))


def _is_of_now(options: CheckOptions, result: CheckResult) -> bool:
    """Whether the moment that was judged is that of the run."""
    return options.at is None and result.window.source == "dates"


def _template(options: CheckOptions, result: CheckResult, form: str, render: Callable[[CheckResult], str]) -> str:
    """What is said, with marks where the run's own moment and seconds stand."""
    day = result.window.at[:10]
    window = replace(result.window, at=day + said.TIME) if _is_of_now(options, result) else result.window
    text = render(replace(result, window=window, seconds=_SECONDS))
    if shown := said.seconds_as(form, _SECONDS):
        text = text.replace(shown, said.SECONDS)
    # JSON escapes what no text may have.
    for mark in (said.TIME, said.SECONDS):
        text = text.replace(mark.replace("\x01", "\\u0001"), mark)
    return text.replace(day + said.TIME, said.TIME)
