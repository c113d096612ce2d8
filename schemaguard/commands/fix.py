"""fix: mend what can be mended mechanically, each repair proven by folding the history with and without it."""

from collections.abc import Iterator, Mapping, Sequence

from schemaguard.adapters.files.contracts import write_new
from schemaguard.adapters.files.writing import rewrite_texts
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.check import CheckOptions, check_here
from schemaguard.commands.histories import discovered, replay_selected
from schemaguard.commands.reading import Reading
from schemaguard.commands.site import Site
from schemaguard.errors import SchemaguardError, UsageError
from schemaguard.finding import Finding, Severity
from schemaguard.frozen import dataclass, replace
from schemaguard.history.history import History
from schemaguard.history.next_revision import next_revision
from schemaguard.history.selection import Selection
from schemaguard.rules.facts.splitting import offered_split
from schemaguard.rules.judging.mended import Mended, NotMended, Repair
from schemaguard.rules.judging.verdict import CheckResult
from schemaguard.rules.remedies.editing import edited, without_overlap

_Key = tuple[str, str, str, str, str | None, str]


@dataclass(frozen=True, slots=True)
class FixRequest:
    """What is to be mended."""

    revision: str | None = None
    """The id, or the beginning of one; None: all that a check judges and nothing accepts."""
    paths: tuple[str, ...] = ()
    base: str | None = None
    select: tuple[str, ...] = ()
    unsafe: bool = False


def fix(site: Site, reading: Reading, request: FixRequest, environ: Mapping[str, str]) -> Mended:
    """The repairs of what a check finds; nothing is written.

    Raises what a check raises, and UsageError where no revision is called so.
    """
    return _Workshop(site, reading, request, environ).mended()


def write(site: Site, mended: Mended) -> None:
    """Write what was mended. UsageError or ContractError where a file has changed since, or can't be written."""
    new = {site.here / path: after for path, (before, after) in mended.texts.items() if before is None}
    old = {site.here / path: (before, after) for path, (before, after) in mended.texts.items() if before is not None}
    rewrite_texts(old)
    write_new(new, "schemaguard fix looks again at what is there")


class _Workshop:
    """One session of mending: the history as it is by now, and what was refused on the way."""

    def __init__(self, site: Site, reading: Reading, request: FixRequest, environ: Mapping[str, str]) -> None:
        self._site, self._start, self._request, self._environ = site, reading, request, environ
        self._reading = reading
        self._refused: dict[_Key, NotMended] = {}
        self._repairs: list[Repair] = []
        self._texts: dict[str, str] = {}
        self._revision = self._named(request.revision) if request.revision is not None else None

    def mended(self) -> Mended:
        result = self._judge(self._reading)
        while batch := self._batch(result):
            after = self._tried(batch, result)
            if after is None and len(batch) > 1:
                # One of them spoils it for all: each by itself tells which.
                after = next((done for one in batch if (done := self._tried([one], result)) is not None), None)
            result = after or result
        texts = {path: (self._start.files.read(path), text) for path, text in self._texts.items()}
        counting = [one for one in result.findings if self._counts(one)]
        unsafe = sum(_is_mechanical(one) and self._is_put_off(one) for one in counting)
        refused = [self._refused[key] for one in counting if (key := _key(one)) in self._refused]
        by_hand = len(counting) - unsafe - len(refused)
        splits = tuple(dict.fromkeys(filter(None, (offered_split(one.instead) for one in counting))))
        return Mended(tuple(self._repairs), texts, tuple(refused), unsafe, by_hand, result, splits)

    def _named(self, given: str) -> tuple[str, str]:
        """(history, revision) of the one that is called so."""
        histories = discovered(self._start, self._request.paths).histories
        all_ = [(history.path, one) for history in histories for one in history.graph.revisions]
        found = [each for each in all_ if each[1] == given] or [each for each in all_ if each[1].startswith(given)]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(sorted(one for _, one in found)[:6])
            raise UsageError(f"several revisions are called {given}…: {named}", next="write more of its id, or a PATH")
        raise UsageError(f"no revision is called {given}", next="schemaguard sql lists what there is")

    def _judge(self, reading: Reading) -> CheckResult:
        # A revision that is named is mended whether or not it is new, or accepted by a baseline.
        base = "" if self._revision is not None else self._request.base
        options = CheckOptions(paths=self._request.paths, base=base, select=self._request.select)
        if self._revision is not None:
            reading = replace(reading, config=replace(reading.config, baseline=None))
        return check_here(options, reading, self._environ, self._site.live_window)

    def _counts(self, finding: Finding) -> bool:
        is_meant = self._revision is None or (finding.history, finding.revision) == self._revision
        return is_meant and finding.suppressed is None and finding.severity is not Severity.NOTE

    def _is_put_off(self, finding: Finding) -> bool:
        return finding.fix is not None and not finding.fix.is_safe and not self._request.unsafe

    def _batch(self, result: CheckResult) -> list[Finding]:
        """The findings that can be mended in one go: no two of them touch the same line."""
        wanted = [
            one
            for one in result.findings
            if self._counts(one)
            and _is_mechanical(one)
            and not self._is_put_off(one)
            and _key(one) not in self._refused
        ]
        # Those that are proven by the catalog go first, and by themselves.
        wanted = [one for one in wanted if one.fix is not None and one.fix.is_safe] or wanted
        by_file: dict[str, list[Finding]] = {}
        for one in wanted:
            by_file.setdefault(one.place.file, []).append(one)
        chosen: list[Finding] = []
        for ones in by_file.values():
            groups = [one.fix.edits for one in ones if one.fix is not None]
            chosen += [ones[position] for position in without_overlap(groups)]
        return chosen

    def _tried(self, batch: Sequence[Finding], before: CheckResult) -> CheckResult | None:
        """The verdict with the repairs put in; None, and a reason for a single one, where they aren't proven."""
        try:
            self._require_way_open(batch, before)
            reading, repairs, texts = self._put_in(batch)
            after = self._judge(reading)
            why = self._objection(batch, before, after, reading)
        except (SchemaguardError, _NotPutInError) as error:
            why = str(error).partition("\n")[0]
        if why is None:
            self._reading = reading
            self._repairs += repairs
            self._texts |= texts
            return after
        if len(batch) == 1:
            self._refused[_key(batch[0])] = NotMended(batch[0], why)
        return None

    def _require_way_open(self, batch: Sequence[Finding], before: CheckResult) -> None:
        """In a folder of SQL only the newest file can become three: none may follow it before that is done."""
        for one in batch:
            if one.fix is None or not one.fix.later or one.place.file.endswith(".py"):
                continue
            others = (other for other in before.findings if other.revision == one.revision and other is not one)
            if command := next(filter(None, (offered_split(other.instead) for other in others)), None):
                raise _NotPutInError(f"a file has to follow, behind which `{command}` comes too late: split it first")

    def _put_in(self, batch: Sequence[Finding]) -> tuple[Reading, list[Repair], dict[str, str]]:
        reading, texts, repairs = self._reading, {}, []
        for file in dict.fromkeys(one.place.file for one in batch):
            edits = [edit for one in batch if one.place.file == file and one.fix is not None for edit in one.fix.edits]
            text = edited(reading.files.read(file) or "", edits)
            if text is None:
                raise _NotPutInError("its lines aren't those that were judged")
            texts[file] = text
        reading = replace(reading, files=reading.files.with_texts(texts))
        for one in batch:
            made: dict[str, str] = {}
            for later in one.fix.later if one.fix is not None else ():
                following = next_revision(self._history(one.history, reading), later, reading.files)
                if isinstance(following, str):
                    raise _NotPutInError(f"a revision has to follow, and {following}")
                made |= following.texts
                reading = replace(reading, files=reading.files.with_texts(following.texts))
            texts |= made
            repairs.append(Repair(one, tuple(made)))
        return reading, repairs, texts

    def _history(self, path: str, reading: Reading) -> History:
        return next(one for one in discovered(reading, self._request.paths).histories if one.path == path)

    def _objection(
        self, batch: Sequence[Finding], before: CheckResult, after: CheckResult, reading: Reading
    ) -> str | None:
        """Why the repairs aren't taken; None where they are."""
        remaining = {_key(one) for one in after.findings if one.suppressed is None}
        if any(_key(one) in remaining for one in batch):
            return "the finding stays"
        if after.errors > before.errors:
            new = next(one for one in _errors(after) if _key(one) not in {_key(old) for old in before.findings})
            return f"it would bring {new.rule}: {new.message}"
        if all(one.fix is not None and one.fix.is_safe for one in batch):
            for history in dict.fromkeys(one.history for one in batch):
                if other := difference(self._folded(history, self._reading), self._folded(history, reading)):
                    return f"the catalog would be another: {other[0]}"
        return None

    def _folded(self, path: str, reading: Reading) -> Catalog:
        return replay_selected(self._history(path, reading), reading, Selection(frozenset())).catalog


class _NotPutInError(Exception):
    """The repair can't be put in."""


def _is_mechanical(finding: Finding) -> bool:
    return finding.fix is not None and bool(finding.fix.edits)


def _errors(result: CheckResult) -> Iterator[Finding]:
    return (one for one in result.findings if one.suppressed is None and one.severity is Severity.ERROR)


def _key(finding: Finding) -> _Key:
    statement = " ".join(finding.statement.split())
    return finding.rule, finding.history, finding.revision, finding.object, finding.cause, statement
