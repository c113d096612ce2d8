"""Judging for `check`: a long history is shared with a copy of this process, and nothing is said otherwise for that."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from schemaguard.adapters.files.processes import beside, has_other_core
from schemaguard.catalog.changes import ControlTransaction, Opaque, Unreadable
from schemaguard.finding import Finding
from schemaguard.frozen import dataclass, replace
from schemaguard.history.revision import Replay
from schemaguard.rules.facts.phase import phase
from schemaguard.rules.facts.walk import Walk, remembering
from schemaguard.rules.judging.judge import Group, JudgedRun, Terms, judged, told
from schemaguard.rules.judging.rollback import rollback_classes
from schemaguard.rules.judging.verdict import JudgedRevision

_WORTH_STATEMENTS = 600
"""Fewer are judged sooner than a copy is made and what it found is read."""


@dataclass(frozen=True, slots=True)
class _Share:
    """Some of the runs of one history, by their positions."""

    replay: int
    positions: range


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of one run: what a copy hands back. `said` and `met` are those of `JudgedRun`."""

    replay: int
    position: int
    groups: tuple[Group, ...]
    revision: JudgedRevision
    said: frozenset[str]
    met: frozenset[str]

    @property
    def has_said(self) -> frozenset[str]:
        """The rules that have said by its end what they say once a history."""
        return self.said | {one.rule for group in self.groups for one in group if one.suppressed is None} & self.met


def judged_by_all(replays: tuple[Replay, ...], terms: Terms) -> tuple[tuple[Finding, ...], tuple[JudgedRevision, ...]]:
    """The findings on what is judged, and each judged revision; with another core at hand, both judge."""
    mine, others = _shares(replays)
    if others and has_other_core():
        with beside(lambda: [_to_be_sent(one) for one in _found(others, replays, terms)]) as result:
            first = list(_found(mine, replays, terms))
            rest = [_with_proofs(one, replays, terms) for one in result()]
            found = [*first, *_after(first, rest, replays, terms)]
    else:
        found = list(_found(_whole(replays), replays, terms))
    findings = told(replays, terms, [group for one in found for group in one.groups])
    return findings, tuple(one.revision for one in found)


def _shares(replays: Sequence[Replay]) -> tuple[tuple[_Share, ...], tuple[_Share, ...]]:
    """The first half of the statements, and the second; where they are few, all of them and none."""
    weights = [
        (number, position, len(run.steps) + 1)
        for number, replay in enumerate(replays)
        for position, run in enumerate(replay.runs)
        if run.revision.id in replay.judged
    ]
    whole = _whole(replays)
    total = sum(weight for *_, weight in weights)
    if total < _WORTH_STATEMENTS:
        return whole, ()
    so_far = accumulate(weight for *_, weight in weights)
    number, last = next((one[0], one[1]) for one, sum_ in zip(weights, so_far, strict=True) if sum_ * 2 >= total)
    cut = last + 1
    mine = (*whole[:number], _Share(number, range(cut)))
    return mine, (_Share(number, range(cut, len(replays[number].runs))), *whole[number + 1 :])


def _whole(replays: Sequence[Replay]) -> tuple[_Share, ...]:
    return tuple(_Share(number, range(len(replay.runs))) for number, replay in enumerate(replays))


def _found(
    shares: Iterable[_Share], replays: Sequence[Replay], terms: Terms, said: Iterable[str] = ()
) -> Iterator[_Found]:
    walked = remembering()
    for share in shares:
        replay = replays[share.replay]
        positions = (at for at in share.positions if replay.runs[at].revision.id in replay.judged)
        for position, one in zip(positions, judged(replay, terms, walked, share.positions, said), strict=True):
            revision = _revision(replay, one, terms, walked)
            yield _Found(share.replay, position, one.groups, revision, one.said, one.met)


def _after(
    first: Sequence[_Found], rest: Iterable[_Found], replays: Sequence[Replay], terms: Terms
) -> Iterator[_Found]:
    """What was found beside, as it is behind what was found first.

    A rule that speaks once a history may have spoken in both: the runs of which it did are judged again without it.
    """
    last = first[-1] if first else None
    for one in rest:
        before = last.has_said if last is not None and last.replay == one.replay else frozenset()
        if one.met & before:
            share = _Share(one.replay, range(one.position, one.position + 1))
            yield from _found((share,), replays, terms, one.said | before)
        else:
            yield one


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Stands for the proof of a fix that was made in a copy: which of a run's findings it belongs to."""

    group: int
    finding: int

    def __call__(self) -> bool:
        """Never asked: whoever has it puts a proof of its own in its place."""
        raise AssertionError("the proof of a fix was left elsewhere")


def _to_be_sent(found: _Found) -> _Found:
    """What was found without the proofs, which only this process can give."""
    return replace(
        found,
        groups=tuple(
            tuple(_proved(one, _Elsewhere(number, at)) for at, one in enumerate(group))
            for number, group in enumerate(found.groups)
        ),
    )


def _proved(finding: Finding, proof: Callable[[], bool]) -> Finding:
    """The finding with another proof of its fix, where it has one that is still to be made."""
    if finding.fix is None or isinstance(finding.fix.proof, bool):
        return finding
    return replace(finding, fix=replace(finding.fix, proof=proof))


def _with_proofs(found: _Found, replays: Sequence[Replay], terms: Terms) -> _Found:
    """What was found with proofs that judge the run here, once somebody asks one."""

    @cache
    def here() -> _Found:
        share = _Share(found.replay, range(found.position, found.position + 1))
        return next(_found((share,), replays, terms, found.said))

    def proof(at: _Elsewhere) -> Callable[[], bool]:
        def asked() -> bool:
            fix = here().groups[at.group][at.finding].fix
            return fix is not None and fix.is_safe

        return cache(asked)

    def with_proof(one: Finding) -> Finding:
        old = one.fix.proof if one.fix is not None else False
        return _proved(one, proof(old)) if isinstance(old, _Elsewhere) else one

    return replace(found, groups=tuple(tuple(map(with_proof, group)) for group in found.groups))


def _revision(replay: Replay, judged_run: JudgedRun, terms: Terms, walked: Walk) -> JudgedRevision:
    run = judged_run.run
    bare, guarded = rollback_classes(walked(run), judged_run.facts)
    sent = [step for step in run.steps if not all(isinstance(change, ControlTransaction) for change in step.changes)]
    return JudgedRevision(
        history=replay.history,
        id=run.revision.id,
        file=run.revision.file,
        phase=phase(run),
        rollback=guarded if terms.assumptions.with_guard else bare,
        rollback_by_alembic=bare,
        rollback_with_guard=guarded,
        statements=len(sent),
        opaque=sum(any(isinstance(change, Opaque | Unreadable) for change in step.changes) for step in sent),
    )
