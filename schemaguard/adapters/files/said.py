"""What was said to a command line, kept with what it depends on: files of one text each, in the cache's folder.

All of it is light: a run that has nothing to find out must be over before another would have imported what it needs.
"""

import os
import sys

from schemaguard.adapters.files.asking_git import of_comparison
from schemaguard.adapters.files.stamps import all_code, cache_path
from schemaguard.adapters.files.watching import (
    of_folders,
    of_probes,
    of_settings,
    of_texts,
    of_tree,
    read_kinds,
    read_text,
)
from schemaguard.sealing import digest_of, sealed, unsealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SETTINGS = ("schemaguard.toml", "pyproject.toml")
TIME, SECONDS = "\x01time\x01", "\x01seconds\x01"
"""Stand in a kept text for the moment of the run and for how long it took; no report has such characters."""
_VARIABLES = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
_PREFIXES = ("SCHEMAGUARD_", "GIT_")
_MOST = 200
_FIELDS = 10


def seconds_as(form: str, seconds: float) -> str:
    """Seconds as the report of a format writes them; empty for a format that doesn't."""
    if form == "json":
        return str(round(seconds, 3))
    return {"text": f"{seconds:.2f}", "junit": f"{seconds:.3f}"}.get(form, "")


class SaidText:
    """A text that was said, until when it holds, and what was looked at for it."""

    __slots__ = ("bases", "code", "folders", "form", "made", "probes", "state", "template", "texts", "trees", "until")

    def __init__(
        self,
        *,
        made: int,
        until: int,
        code: int,
        form: str,
        state: str,
        template: str,
        texts: "Sequence[str]" = (),
        folders: "Sequence[str]" = (),
        probes: "Sequence[str]" = (),
        trees: "Sequence[str]" = (),
        bases: "Sequence[str]" = (),
    ) -> None:
        self.made, self.until, self.code, self.form, self.state, self.template = (
            made, until, code, form, state, template,
        )  # fmt: skip
        self.texts, self.folders, self.probes, self.trees, self.bases = texts, folders, probes, trees, bases

    def said(self, now: float, seconds: float) -> str:
        """The text as this run says it."""
        import time

        moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now))
        return self.template.replace(TIME, moment).replace(SECONDS, seconds_as(self.form, seconds))

    def holds(self, root: str, now: float) -> bool:
        """Whether all that was looked at is as it was, and the day too."""
        return self.made <= now < self.until and digest_of(self._parts(root)) == self.state

    def _parts(self, root: str) -> "Iterator[str]":
        yield from of_whereabouts(root, self.trees)
        yield from of_texts({path: read_text(os.path.join(root, path)) for path in self.texts})  # noqa: PTH118
        yield from of_folders({path: read_kinds(os.path.join(root, path)) for path in self.folders})  # noqa: PTH118
        yield from of_probes({path: os.path.isfile(os.path.join(root, path)) for path in self.probes})  # noqa: PTH113, PTH118
        for ref, is_remote in zip(self.bases[::2], self.bases[1::2], strict=True):
            yield from of_comparison(root, ref, is_remote=is_remote == "True")


def of_whereabouts(root: str, trees: "Iterable[str]") -> "Iterator[str]":
    """The parts of the settings that hold in a folder, and of whole folders."""
    yield from of_settings(root, SETTINGS)
    for tree in trees:
        yield from of_tree(tree)


def key_of(words: "Sequence[str]", root: str, environ: "Mapping[str, str]") -> str:
    """What a text is kept under: the words, where they were said, and what understands them."""
    variables = sorted(name for name in environ if name in _VARIABLES or name.startswith(_PREFIXES))
    told = (part for name in variables for part in (name, environ[name]))
    return digest_of(("said", *all_code(), root, *told, "", *words))


def find(key: str, environ: "Mapping[str, str]") -> "SaidText | None":
    """What is kept under the key, None where nothing is that can be read."""
    try:
        with open(_place(key, environ), encoding="utf-8", errors="surrogatepass", newline="") as file:  # noqa: PTH123
            body = unsealed(key, file.read())
        return _read(body) if body is not None else None
    except (OSError, ValueError, IndexError):
        return None


def keep(key: str, kept: SaidText, environ: "Mapping[str, str]") -> None:
    """Keep it; where that can't be done, it just isn't kept. Others may read and write the same at any time."""
    lists = (kept.texts, kept.folders, kept.probes, kept.trees, kept.bases)
    head = (kept.made, kept.until, kept.code, kept.form, kept.state, *map(len, lists))
    parts = [*map(str, head), *(path for one in lists for path in one), kept.template]
    if any("\0" in part for part in parts):
        return
    place = _place(key, environ)
    draft = f"{place}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - see `watching`
        with open(draft, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:  # noqa: PTH123
            file.write(sealed(key, "\0".join(parts)))
        os.replace(draft, place)  # noqa: PTH105 - see `watching`
        _forget_oldest(os.path.dirname(place))  # noqa: PTH120 - see `watching`
    except OSError:
        return


def _place(key: str, environ: "Mapping[str, str]") -> str:
    return f"{cache_path(environ)}/said/{key}"


def _read(body: str) -> SaidText:
    parts = body.split("\0")
    made, until, code, form, state = parts[:5]
    at, lists = _FIELDS, []
    for count in map(int, parts[5:_FIELDS]):
        lists.append(parts[at : at + count])
        at += count
    if at != len(parts) - 1:
        raise ValueError("the lists are of another length")
    texts, folders, probes, trees, bases = lists
    return SaidText(
        made=int(made), until=int(until), code=int(code), form=form, state=state, template=parts[at],
        texts=texts, folders=folders, probes=probes, trees=trees, bases=bases,
    )  # fmt: skip


def _forget_oldest(folder: str) -> None:
    entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[: -_MOST // 2] if len(entries) > _MOST else ():
        os.unlink(entry.path)  # noqa: PTH108 - see `watching`


def current_root() -> str:
    """The folder that paths are counted from."""
    return os.path.realpath(os.getcwd())  # noqa: PTH109 - see `watching`


def is_plain_output() -> bool:
    """Whether what is written goes elsewhere than to a terminal."""
    return not sys.stdout.isatty() and "FORCE_COLOR" not in os.environ and "TTY_COMPATIBLE" not in os.environ
