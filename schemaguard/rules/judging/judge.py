"""Judges replayed histories: every rule on every judged change, revision and history, as findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.overrides import Override
from schemaguard.finding import Family, Finding, Place
from schemaguard.frozen import dataclass, field, replace
from schemaguard.history.absence import drops_nothing, knows_nothing
from schemaguard.history.revision import Replay, Run, Step
from schemaguard.rules import MIGRATION_RULES
from schemaguard.rules.contract import expired_override, unused_override
from schemaguard.rules.facts.blame import blame, in_force_from
from schemaguard.rules.facts.change import ChangeFacts, RunFacts
from schemaguard.rules.facts.concerned import Directory, directory
from schemaguard.rules.facts.context import Assumptions, Context, RevisionContext, WholeContext
from schemaguard.rules.facts.directives import Ignore, ignores, touches
from schemaguard.rules.facts.made import Made
from schemaguard.rules.facts.open_world import opened
from schemaguard.rules.facts.production import ProductionFacts
from schemaguard.rules.facts.subject import made, unmade
from schemaguard.rules.facts.unreleased import Unreleased
from schemaguard.rules.facts.walk import Visit, Walk, walk
from schemaguard.rules.hygiene import ignore_without_reason, unused_ignore
from schemaguard.rules.judging import baseline, overriding, suppression
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.judging.headline import headed
from schemaguard.rules.judging.overriding import Overrides
from schemaguard.rules.rule import Match, Rule
from schemaguard.window.near_release import NearRelease
from schemaguard.window.under_contract import UnderContract

Group = tuple[Finding, ...]
_SAID_OF_NOTHING = (Family.CONTRACT, Family.HYGIENE)
"""What is judged of a change, too, that meets nothing: a contract is a sign that something is there after all."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms is judged."""

    contracts: tuple[UnderContract, ...] = ()
    """Those in their windows."""
    without_contract: tuple[tuple[str, str], ...] = ()
    """(model, version) of those in their windows that nothing was promised to."""
    assumptions: Assumptions = field(default_factory=Assumptions)
    choice: Choice = field(default_factory=Choice)
    baseline: Counter[str] = field(default_factory=Counter)
    explains: bool = False
    overrides: Overrides = field(default_factory=lambda: Overrides((), date.min))
    near_releases: tuple[NearRelease, ...] = ()
    """The releases that are fresh, and the canaries that run."""
    production: ProductionFacts | None = None
    session_settings: Callable[[str], Mapping[str, str]] = lambda _: {}
    """History → what its sessions begin with, where env.py or the settings say it."""
    is_against_base: bool = False
    """Whether what is judged is what isn't released yet; else each revision is judged as if those before it were."""


@dataclass(frozen=True, slots=True)
class _Where:
    """What all findings about one subject share."""

    history: str
    revision: str
    place: Place
    direction: str = "upgrade"
    statement: str = ""

    def finding(self, rule: Rule, match: Match, choice: Choice) -> Finding:
        return Finding(
            rule=rule.id,
            family=rule.family,
            severity=choice.severity(rule, match.severity or rule.severity),
            history=self.history if match.history is None else match.history,
            revision=self.revision if match.revision is None else match.revision,
            place=match.place or self.place,
            direction=self.direction,
            statement=self.statement,
            object=match.object,
            message=match.message,
            effect=match.effect or rule.effect,
            instead=match.instead or rule.instead,
            cause=match.cause,
            readers=match.readers,
            explanation=match.explanation,
            fix=match.fix,
        )


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """What the rules say of one judged run."""

    run: Run
    groups: tuple[Group, ...]
    facts: RunFacts
    said: frozenset[str]
    """The rules that had said before it what they say once a history."""
    met: frozenset[str]
    """The rules of that kind that have something to say of it, suppressed or not."""


def judge(replays: tuple[Replay, ...], terms: Terms, walked: Walk = walk) -> tuple[Finding, ...]:
    """The findings on all that is judged, by statement, each statement's headline first."""
    return told(
        replays, terms, [group for one in replays for run in judged(one, terms, walked) for group in run.groups]
    )


def told(replays: tuple[Replay, ...], terms: Terms, by_run: Iterable[Group]) -> tuple[Finding, ...]:
    """The findings as they are reported, from what the rules say of each judged run in order."""
    left = Counter(terms.baseline)
    groups = [*_whole(replays, terms, _rules(terms)), *by_run]
    used: set[Override] = set()
    in_force = terms.overrides.in_force
    accepted = [
        [each for one in group for each in overriding.overridden(baseline.accepted(one, left), in_force, used)]
        for group in groups
    ]
    apart = map(overriding.told_apart, accepted)
    return tuple(finding for group in (*apart, *_on_overrides(terms, used)) for finding in headed(group))


def _on_overrides(terms: Terms, used: set[Override]) -> Iterator[Group]:
    """The findings on the overrides themselves: those that are over, and those that nothing needed."""
    for override in terms.overrides.all:
        where = _Where("", "", Place(override.file, override.line))
        if not override.holds(terms.overrides.day):
            yield (where.finding(expired_override.RULE, overriding.expired(override), terms.choice),)
        elif terms.overrides.tells_unused and override not in used:
            yield (where.finding(unused_override.RULE, overriding.unused(override), terms.choice),)


def _whole(replays: tuple[Replay, ...], terms: Terms, rules: tuple[Rule, ...]) -> Iterator[Group]:
    context = WholeContext(replays, terms.contracts, terms.without_contract, terms.assumptions)
    where = _Where(replays[0].history if replays else "", "", Place("", 1))
    for rule in rules:
        for match in rule.check_whole(context):
            yield (where.finding(rule, match, terms.choice),)


def _rules(terms: Terms) -> tuple[Rule, ...]:
    return tuple(rule for rule in MIGRATION_RULES if terms.choice.is_on(rule))


def judged(
    replay: Replay, terms: Terms, walked: Walk, within: range | None = None, said: Iterable[str] = ()
) -> Iterator[JudgedRun]:
    """What the rules say of each run that is judged, or of those among them whose positions are `within` a range.

    `said` names the rules that have said before it what they say once a history.
    """
    earlier: list[Run] = []
    rules = _rules(terms)
    downgrades = {back.revision.id: back for back in replay.downgrades}
    everybody = directory(terms.contracts)
    starts = in_force_from(everybody, replay)
    latest = max(starts.values(), default=0)
    watching = _Watching(
        tuple(rule for rule in rules if rule.looks_at_changes),
        set(said),
        of_revisions=tuple(rule for rule in rules if rule.looks_at_revisions),
    )
    unreleased = Unreleased(walked)
    for position, run in enumerate(replay.runs):
        if run.revision.id not in replay.judged:
            continue
        if within is None or position in within:
            held = everybody
            if position < latest:
                held = directory(tuple(one for one in terms.contracts if starts.get(id(one), 0) <= position))
            back = downgrades.get(run.revision.id)
            made, start = unreleased.so_far(), unreleased.start(run)
            is_last = position == len(replay.runs) - 1
            bench = _Bench(replay.history, run, back, earlier, held, terms, watching, walked, made, start, is_last)
            said_before, watching.met = frozenset(watching.said), set()
            groups = tuple(bench.groups())
            yield JudgedRun(run, groups, bench.facts, said_before, frozenset(watching.met))
        earlier.append(run)
        if terms.is_against_base and run.revision.id not in replay.edited:
            unreleased.runs.append(run)


def _if_it_runs(match: Match, step: Step) -> Match:
    """The match with a word on what it depends on, where the statement may not run at all."""
    if not step.conditional:
        return match
    return replace(match, message=f"{match.message}, if a condition holds that can't be evaluated here")


@dataclass(slots=True)
class _Watching:
    """The rules that look at single changes, found by the kinds of changes that they watch."""

    all: tuple[Rule, ...]
    said: set[str] = field(default_factory=set)
    """The rules that have said what they say once a history."""
    met: set[str] = field(default_factory=set)
    """Those that had something to say of the run that is judged."""
    of_revisions: tuple[Rule, ...] = ()
    """Those that look at a revision as a whole."""
    _by_kinds: dict[frozenset[type], tuple[Rule, ...]] = field(default_factory=dict)

    def rules(self, kinds: Iterable[type]) -> tuple[Rule, ...]:
        """Those that watch one of the kinds, in the order of all."""
        key = frozenset(kinds)
        found = self._by_kinds.get(key)
        if found is None:
            found = tuple(rule for rule in self.all if any(issubclass(kind, rule.watches) for kind in key))
            self._by_kinds[key] = found
        return found


@dataclass(slots=True)
class _Bench:
    """One revision being judged, and which of its suppression comments were of use so far."""

    history: str
    run: Run
    downgrade: Run | None
    earlier: Sequence[Run]
    held: Directory
    terms: Terms
    watching: "_Watching"
    walked: Walk
    unreleased: Callable[[], Made]
    start: Catalog
    """The catalog before all that isn't released yet."""
    is_last: bool = False
    """Whether no revision stands behind it."""
    used: set[Ignore] = field(default_factory=set)

    file_ignores: tuple[Ignore, ...] = field(init=False)
    """Those that hold for the whole file."""
    facts: RunFacts = field(init=False)

    def __post_init__(self) -> None:
        comments = self.run.file_comments
        self.file_ignores = tuple(one for place, text in comments for one in ignores((text,), place, whole_file=True))

    def groups(self) -> Iterator[Group]:
        """The findings on each statement, then those on the revision, then those on its suppression comments."""
        contexts = self._contexts()
        for index, step in enumerate(self.run.steps):
            yield self._on_statement(step, contexts.get(index, ()), _ignores(step))
        yield from self._on_revision()
        yield from self._on_ignores(self._written())

    def _written(self) -> Iterable[Ignore]:
        """Every suppression comment of the file once, also those that stand at no statement."""
        at_statements = [ignore for step in self.run.steps for ignore in _ignores(step)]
        on_the_way_back = (
            [ignore for step in self.downgrade.steps for ignore in _ignores(step)] if self.downgrade else []
        )
        known = {(ignore.rules, ignore.reason) for ignore in (*at_statements, *on_the_way_back)}
        in_file = (ignore for place, text in self.run.file_comments for ignore in ignores((text,), place))
        astray = [ignore for ignore in in_file if (ignore.rules, ignore.reason) not in known]
        return dict.fromkeys((*self.file_ignores, *at_statements, *astray))

    def _contexts(self) -> dict[int, list[Context]]:
        visits = self.walked(self.run)
        visits = opened(visits, self.held.concerned(visits))
        blamed = blame(visits, self.held)
        facts = self.facts = RunFacts(visits, self.terms.assumptions.postgresql, self.unreleased)
        contexts: dict[int, list[Context]] = {}
        made = self._made(visits)
        for position, visit in enumerate(visits):
            context = Context(
                run=self.run,
                step=visit.step,
                change=visit.change,
                before=visit.before,
                after=visit.after,
                facts=ChangeFacts(facts, position),
                made=made[position],
                start=self.start,
                earlier=self.earlier,
                contracts=self.held.contracts,
                blamed=blamed.get(position, ()),
                assumptions=self.terms.assumptions,
                overrides=self.terms.overrides.in_force,
                does_nothing=self._does_nothing(visit),
                near_releases=self.terms.near_releases,
                explains=self.terms.explains,
                production=self.terms.production,
                session_settings=lambda: self.terms.session_settings(self.history),
                is_last=self.is_last,
                takes_for_granted=self.is_single_file,
                touches=touches((*visit.step.comments, *visit.step.statement.comments)),
            )
            contexts.setdefault(visit.step_index, []).append(context)
        return contexts

    def _made(self, visits: Sequence[Visit]) -> Sequence[Made]:
        """What isn't released yet, before each visit."""
        before = self.unreleased()
        if before == Made():
            return [visit.made for visit in visits]
        found = [before]
        for visit in visits:
            found.append(found[-1] if visit.is_for_nothing else found[-1].after(visit.change, visit.before))
        return found

    def _does_nothing(self, visit: Visit) -> bool:
        """Whether the change says IF EXISTS of what isn't there. A single file takes its tables for granted."""
        if self.is_single_file or not (visit.is_for_nothing or drops_nothing(visit.change, visit.before)):
            return False
        # A history that begins with a drop goes on from what others made, unless it makes the same itself.
        return not knows_nothing(visit.before) or self._makes_it_anew(visit)

    @property
    def is_single_file(self) -> bool:
        """Whether a file of SQL is judged by itself, which takes for granted what it names."""
        return self.history.endswith(".sql")

    def _makes_it_anew(self, visit: Visit) -> bool:
        """Whether the revision makes what the change says IF EXISTS of."""
        name = unmade(visit.change)
        return any(made(change) == name for step in self.run.steps[visit.step_index :] for change in step.changes)

    def _on_statement(self, step: Step, contexts: Iterable[Context], own: tuple[Ignore, ...]) -> Group:
        statement = step.statement.source or step.statement.sql
        where = _Where(self.history, self.run.revision.id, step.statement.place, self.run.direction, statement.strip())
        found: list[Finding] = []
        ignored = (*own, *self.file_ignores)
        for rule in self.watching.rules({type(context.change) for context in contexts}):
            # Most rules have nothing to say of most statements.
            if rule.id in self.watching.said or not (matches := _matches(rule, contexts)):
                continue
            findings = [self._finding(rule, _if_it_runs(match, step), where, ignored) for match in _merged(matches)]
            if rule.once_a_history:
                self.watching.met.add(rule.id)
                if any(finding.suppressed is None for finding in findings):
                    self.watching.said.add(rule.id)
            found += findings
        return tuple(found)

    def _on_revision(self) -> Iterator[Group]:
        visits = self.walked(self.run)
        context = RevisionContext(self.run, self.downgrade, self.terms.assumptions, visits, self.held.contracts)
        for rule in self.watching.of_revisions:
            for match in rule.check_revision(context):
                yield (self._finding(rule, match, self._where, self.file_ignores),)

    def _on_ignores(self, written: Iterable[Ignore]) -> Iterator[Group]:
        for ignore in written:
            rule, match = self._on_ignore(ignore)
            if match is not None and self.terms.choice.is_on(rule):
                yield (self._finding(rule, match, self._where, self.file_ignores),)

    def _on_ignore(self, ignore: Ignore) -> tuple[Rule, Match | None]:
        if not ignore.reason:
            return ignore_without_reason.RULE, suppression.without_reason(ignore)
        if ignore in self.used:
            return unused_ignore.RULE, None
        return unused_ignore.RULE, suppression.unused(ignore, MIGRATION_RULES, self.terms.choice)

    @property
    def _where(self) -> _Where:
        revision = self.run.revision
        return _Where(self.history, revision.id, Place(revision.file, 1), self.run.direction)

    def _finding(self, rule: Rule, match: Match, where: _Where, own: tuple[Ignore, ...]) -> Finding:
        return suppression.suppress(where.finding(rule, match, self.terms.choice), rule, own, self.used)


def _matches(rule: Rule, contexts: Iterable[Context]) -> list[Match]:
    found: list[Match] = []
    for context in contexts:
        is_asked = not context.does_nothing or rule.family in _SAID_OF_NOTHING
        if is_asked and isinstance(context.change, rule.watches):
            matches = rule.check(context.change, context)
            found += matches if not rule.is_graded else (_at_size(rule, match, context) for match in matches)
    return found


def _at_size(rule: Rule, match: Match, context: Context) -> Match:
    """The match as severe as it is at production's size, with how that was reckoned."""
    if context.production is None:
        return match
    # What reckons is only read where there is something to reckon with.
    from schemaguard.rules.facts.reckoning import reckon

    found = reckon(context, context.production)
    if found is None:
        return match
    return replace(match, severity=found.severity, effect=f"{found.said}: {match.effect or rule.effect}")


def _ignores(step: Step) -> tuple[Ignore, ...]:
    return ignores((*step.comments, *step.statement.comments), step.statement.place)


def _merged(matches: list[Match]) -> Iterable[Match]:
    """The matches of one rule in one statement; those on the same object for the same cause are one."""
    if len(matches) < 2:
        return matches
    by_object: dict[tuple[str, str | None], Match] = {}
    for match in matches:
        key = (match.object, match.cause)
        first = by_object.get(key)
        if first is None:
            by_object[key] = match
        else:
            by_object[key] = replace(first, readers=tuple(dict.fromkeys((*first.readers, *match.readers))))
    return by_object.values()
