"""Remembers what revisions do, by content: evaluating is slow, and most of a history never changes.

Every key is the digest of all that the evaluation could depend on: the key before it in the chain (and so the catalog
that the revision meets), the file, each source that was read for it, the settings, and the versions of what evaluates.
Verdicts are kept elsewhere (`commands/verdicts.py`). An entry that can't be read is not an entry.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from schemaguard.catalog.changes import Change
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Place
from schemaguard.frozen import dataclass, field
from schemaguard.history.codec import Json, Malformed, decode, encode
from schemaguard.history.delta import decode_delta, encode_delta
from schemaguard.history.deployment import Presumed
from schemaguard.history.folding import refold
from schemaguard.history.identity import ReadIdentity
from schemaguard.history.memory import Store, digest, sealed, unsealed
from schemaguard.history.replay import Evaluated, Outcome, Runner
from schemaguard.history.revision import Direction, Problem, Revision, Run, Step
from schemaguard.history.thawing import thaw
from schemaguard.sql.reading.statement import Statement

_CHANGES = tuple[Change, ...]
_SOURCES = tuple[tuple[str, str], ...]
_TRAIL = tuple[str, _SOURCES]
_PRESUMED = tuple[Presumed, ...]
_COMMENTS = tuple[tuple[Place, str], ...]


class Unstorable(Exception):  # noqa: N818 - the run is right; it only isn't remembered
    """A run holds a value that has no JSON."""


def remembered_identity(store: Store, read: ReadIdentity, versions: str) -> ReadIdentity:
    """A reader of identities that asks the store first: parsing a long history takes a third of a second."""

    def read_remembered(text: str, file: str) -> Revision | Problem:
        key = digest("identity", versions, file, text)
        body = unsealed(key, store.get(key))
        if body is not None:
            try:
                found: Revision | Problem = decode(Revision | Problem, json.loads(body))
            except (ValueError, RecursionError, Malformed):
                pass
            else:
                return found
        found = read(text, file)
        store.put(key, sealed(key, json.dumps(encode(Revision | Problem, found))))
        return found

    return read_remembered


@dataclass(slots=True)
class CachedRunner:
    """A runner that asks the store first; the real one is only made when it is needed.

    `chain` starts as the digest of everything that holds for the whole history, the first catalog included. Revisions
    have to be run in the order of application, each revision's way back right after its way up.
    """

    make: Callable[[], Runner]
    store: Store
    read: Callable[[str], str | None]
    chain: str
    hits: int = 0
    misses: int = 0
    _runner: Runner | None = None
    _contents: dict[str, str] = field(default_factory=dict)

    def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Evaluated:
        """What the revision does, remembered or found out."""
        key = self._key(self.chain, direction, revision)
        found: Evaluated | None = self._remembered(key, revision, direction, catalog)
        if found is None:
            self.misses += 1
            found = self._found_out(revision, direction, catalog)
            self._remember(key, found)
        else:
            self.hits += 1
        if direction == "upgrade":
            self.chain = self._next(key, self._contents_of(found.sources))
        return found

    def forward(self, revisions: Sequence[Revision]) -> Catalog | None:
        """The catalog after the first revisions of the history, None where not all of them are remembered."""
        chain = self._walked_before(revisions) or self._walked(revisions)
        found = self._thawed(digest("catalog", chain)) if chain is not None else None
        if found is not None and chain is not None:
            self.chain = chain
        return found

    def _walked(self, revisions: Sequence[Revision]) -> str | None:
        """The chain behind the revisions, found link by link and remembered as a whole; None where one is missing."""
        chain = self.chain
        read: dict[str, str] = {}
        for revision in revisions:
            key = self._key(chain, "upgrade", revision)
            sources = self._sources(key)
            if sources is None:
                return None
            read.update(sources)
            chain = self._next(key, sources)
        self._write(self._trail(revisions), _TRAIL, (chain, tuple(sorted(read.items()))))
        return chain

    def _walked_before(self, revisions: Sequence[Revision]) -> str | None:
        """The chain behind the revisions where just these were walked before and nothing that was read has changed."""
        found: tuple[str, tuple[tuple[str, str], ...]] | None = self._read(self._trail(revisions), _TRAIL)
        if found is None or any(self._content(path) != content for path, content in found[1]):
            return None
        return found[0]

    def _trail(self, revisions: Sequence[Revision]) -> str:
        parts = (part for one in revisions for part in (one.id, one.file, self._content(one.file)))
        return digest("trail", self.chain, *parts)

    def keep(self, catalog: Catalog) -> None:
        """Remember the catalog after the revisions that were run so far."""
        self._write(digest("catalog", self.chain), Catalog, catalog)

    def _key(self, chain: str, direction: Direction, revision: Revision) -> str:
        return digest(chain, direction, revision.id, revision.file, self._content(revision.file))

    def _next(self, key: str, sources: Iterable[tuple[str, str]]) -> str:
        return digest(key, *(part for pair in sources for part in pair))

    def _found_out(self, revision: Revision, direction: Direction, catalog: Catalog) -> Evaluated:
        if self._runner is None:
            self._runner = self.make()
        return self._runner.run(revision, direction, catalog)

    def _content(self, path: str) -> str:
        """The digest of a file as it is now; empty where there is none."""
        if path not in self._contents:
            text = self.read(path)
            self._contents[path] = "" if text is None else digest(text)
        return self._contents[path]

    def _contents_of(self, sources: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple((path, self._content(path)) for path in sorted(sources))

    def _sources(self, key: str) -> tuple[tuple[str, str], ...] | None:
        """What was read for the run under the key, None where that isn't known or has changed since."""
        found: tuple[tuple[str, str], ...] | None = self._read(digest("sources", key), _SOURCES)
        if found is None or any(self._content(path) != content for path, content in found):
            return None
        return found

    def _remembered(self, key: str, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome | None:
        sources = self._sources(key)
        body = unsealed(key, self.store.get(key)) if sources is not None else None
        if sources is None or body is None:
            return None
        try:
            run = _read_run(json.loads(body), revision, direction, catalog)
        except (ValueError, KeyError, TypeError, RecursionError, Malformed):
            return None
        return Outcome(run, frozenset(path for path, _ in sources))

    def _remember(self, key: str, found: Evaluated) -> None:
        try:
            is_plain = bool(getattr(found, "is_plain", False))
            body = json.dumps(_write_run(found.run, is_plain), separators=(",", ":"))
        except (Unstorable, TypeError, KeyError, ValueError, RecursionError):
            return
        self.store.put(key, sealed(key, body))
        self._write(digest("sources", key), _SOURCES, self._contents_of(found.sources))

    def _read(self, key: str, kind: Any) -> Any:
        body = unsealed(key, self.store.get(key))
        if body is None:
            return None
        try:
            return decode(kind, json.loads(body))
        except (ValueError, RecursionError, Malformed):
            return None

    def _thawed(self, key: str) -> Catalog | None:
        body = unsealed(key, self.store.get(key))
        try:
            return thaw(json.loads(body)) if body is not None else None
        except (ValueError, RecursionError, Malformed):
            return None

    def _write(self, key: str, kind: Any, value: object) -> None:
        try:
            body = json.dumps(encode(kind, value), separators=(",", ":"))
        except (TypeError, KeyError, ValueError, RecursionError):
            return
        self.store.put(key, sealed(key, body))


# A run as JSON


def _write_run(run: Run, is_plain: bool) -> Json:
    """The run without its catalogs, which folding its changes gives again; where it doesn't, the difference is kept.

    A plain run is known to be its fold; any other is folded here to see.
    """
    steps = []
    at = run.before
    for step in run.steps:
        before = None if step.before is at or step.before == at else encode_delta(at, step.before)
        is_fold = is_plain or refold(step.changes, step.before) == step.after
        after = None if is_fold else encode_delta(step.before, step.after)
        at = step.after
        steps.append([*_write_step(step), before, after])
    end = None if run.after == at else encode_delta(at, run.after)
    said = [encode(tuple[str, ...], run.assumed), encode(_PRESUMED, run.presumed)]
    return [steps, end, encode(_COMMENTS, run.file_comments), run.is_empty, *said]


def _write_step(step: Step) -> list[Json]:
    return [
        encode(Statement, step.statement),
        encode(_CHANGES, step.changes),
        step.transaction,
        step.autocommit,
        step.conditional,
        _write_plain(step.parameters),
        step.many,
        encode(tuple[str, ...], step.comments),
    ]


def _read_run(written: Json, revision: Revision, direction: Direction, catalog: Catalog) -> Run:
    steps_written, end, comments, is_empty, assumed, presumed = written
    steps = []
    at = catalog
    for *plain, before_delta, after_delta in steps_written:
        before = at if before_delta is None else decode_delta(at, before_delta)
        changes: tuple[Change, ...] = decode(_CHANGES, plain[1])
        at = refold(changes, before) if after_delta is None else decode_delta(before, after_delta)
        steps.append(
            Step(
                statement=decode(Statement, plain[0]),
                changes=changes,
                before=before,
                after=at,
                transaction=decode(int, plain[2]),
                autocommit=decode(bool, plain[3]),
                conditional=decode(bool, plain[4]),
                parameters=_read_plain(plain[5]),
                many=decode(bool, plain[6]),
                comments=decode(tuple[str, ...], plain[7]),
            )
        )
    after = at if end is None else decode_delta(at, end)
    file_comments: tuple[tuple[Place, str], ...] = decode(_COMMENTS, comments)
    return Run(
        revision,
        direction,
        tuple(steps),
        catalog,
        after,
        file_comments,
        decode(bool, is_empty),
        assumed=decode(tuple[str, ...], assumed),
        presumed=decode(_PRESUMED, presumed),
    )


def _write_plain(value: object) -> Json:
    """Parameters of a statement, as far as JSON can hold them."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else ["float", repr(value)]
        case tuple():
            return ["tuple", [_write_plain(item) for item in value]]
        case list():
            return ["list", [_write_plain(item) for item in value]]
        case Mapping():
            return ["dict", [[_write_plain(key), _write_plain(item)] for key, item in value.items()]]
        case _:
            raise Unstorable(type(value).__name__)


def _read_plain(written: Json) -> Any:
    if not isinstance(written, list):
        return written
    kind, inner = written
    match kind:
        case "float":
            return float(inner)
        case "tuple":
            return tuple(_read_plain(item) for item in inner)
        case "list":
            return [_read_plain(item) for item in inner]
        case "dict":
            return {_read_plain(key): _read_plain(item) for key, item in inner}
    raise Malformed(f"no value is a {kind!r}")
