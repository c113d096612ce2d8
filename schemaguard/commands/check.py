"""Use case: judge migrations statically against the contracts in their windows."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from schemaguard.adapters.files.contracts import read_contracts
from schemaguard.adapters.files.overrides import read_overrides
from schemaguard.commands.histories import choose_base, discovered, replay_history
from schemaguard.commands.judging import judged_by_all
from schemaguard.commands.reading import Reading
from schemaguard.commands.repository_paths import from_top
from schemaguard.commands.window import LiveWindow, choose
from schemaguard.contracts.contract import Contract
from schemaguard.errors import ContractError, UsageError
from schemaguard.finding import Finding
from schemaguard.frozen import dataclass
from schemaguard.history.history import History
from schemaguard.history.revision import Replay, Run
from schemaguard.history.said import on_presumed, on_unused
from schemaguard.rules import RULES
from schemaguard.rules.facts.context import Assumptions
from schemaguard.rules.facts.production import ProductionFacts
from schemaguard.rules.judging import baseline
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.judging.foreign import Foreign, foreign_comments, hints
from schemaguard.rules.judging.judge import Terms
from schemaguard.rules.judging.overriding import Overrides
from schemaguard.rules.judging.unjudged import unjudged
from schemaguard.rules.judging.verdict import CheckResult, ContractUsed, WindowUsed
from schemaguard.window.lock import OLD_DAYS
from schemaguard.window.near_release import NearRelease, near_releases
from schemaguard.window.under_contract import UnderContract
from schemaguard.window.window import held, without_contract


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the options say instead of the settings."""

    paths: tuple[str, ...] = ()
    base: str | None = None
    contracts: str | None = None
    window: str | None = None
    """`live`, `dates`, or the path of a lock file; None: the lock file beside the contracts if there is one."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str | None = None
    at: datetime | None = None
    explain: bool = False
    """Whether findings on contracts carry their row of the compatibility table and the catalog around them."""


def check(
    options: CheckOptions,
    reading: Reading,
    environ: Mapping[str, str],
    live: LiveWindow,
    clock: Callable[[], float] = time.perf_counter,
) -> CheckResult:
    """Everything that is to be said about the migrations. `live` reads the release windows from a database.

    Raises ConfigError, UsageError, HistoryError or ContractError where there can be no verdict.
    """
    return from_top(check_here(options, reading, environ, live, clock), reading.files.root)


def check_here(
    options: CheckOptions,
    reading: Reading,
    environ: Mapping[str, str],
    live: LiveWindow,
    clock: Callable[[], float] = time.perf_counter,
) -> CheckResult:
    """As `check`, with files named from the root of the reading rather than that of the repository."""
    start = clock()
    now = datetime.now(UTC)
    config = reading.config
    choice = Choice(options.select, options.ignore, config.rules, config.adopt).checked(RULES, str(config.file or ""))
    discovery = discovered(reading, options.paths)
    histories = discovery.histories
    base = choose_base(reading, options.base, environ)
    contracts = _contracts(options, reading)
    window = choose(options.window, options.at, contracts_folder(options, reading), reading.files, contracts, live)
    age_days = window.age_days(now if options.at is None else window.at)
    moment = options.at or now
    near = near_releases(
        window, moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC), config.near_release_hours
    )
    terms = Terms(
        contracts=held(contracts, window),
        without_contract=without_contract(contracts, window),
        assumptions=Assumptions(reading.postgresql or config.postgresql, config.applied_by),
        choice=choice,
        baseline=_baseline(options, reading),
        near_releases=near,
        explains=options.explain,
        production=_production(reading),
        session_settings=_session_settings(histories, reading),
        is_against_base=base is not None,
        overrides=Overrides(
            read_overrides(contracts_folder(options, reading), reading.files),
            (options.at or now).date(),
            # A single file is not a history: what its overrides are for may stand in another one.
            tells_unused=base is None and not any(history.path.endswith(".sql") for history in histories),
        ),
    )
    replays = tuple(replay_history(history, reading, base) for history in histories)
    findings, revisions = judged_by_all(replays, terms)
    return CheckResult(
        window=WindowUsed(window.source, window.at.astimezone(UTC).isoformat(timespec="seconds"), age_days, _end(near)),
        contracts=tuple(_used(contract) for contract in terms.contracts),
        revisions=revisions,
        findings=tuple(_with_edits(findings, reading)),
        seconds=clock() - start,
        remarks=(
            *discovery.remarks,
            *_remarks(window.source, age_days),
            *taken_as_applied(replays),
            *on_presumed(replays),
            *on_unused(config.assume, replays),
            *hints(_foreign(replays, reading), RULES),
        ),
        unjudged=tuple(unjudged(RULES, has_contracts=bool(contracts), in_window=bool(terms.contracts))),
        applied_by=config.applied_by,
        history_size=sum(len(replay.runs) for replay in replays),
    )


def _end(near: Iterable[NearRelease]) -> str | None:
    """The next moment at which a release is no longer near."""
    return min((one.until.isoformat() for one in near if one.until is not None), default=None)


def _production(reading: Reading) -> ProductionFacts | None:
    """Production's sizes and traffic, where the settings name a file of them; ConfigError where it can't be used."""
    config = reading.config
    if config.facts is None:
        return None
    from schemaguard.adapters.files.production import read_production

    return read_production(reading.files.path_of(str(config.root / config.facts)), reading.files)


def _session_settings(histories: Iterable[History], reading: Reading) -> Callable[[str], Mapping[str, str]]:
    """What tells of a history what its sessions begin with: the settings say it, or env.py and its ini file do."""
    by_path = {history.path: history for history in histories}
    config = reading.config
    said = {"lock_timeout": config.lock_timeout, "statement_timeout": config.statement_timeout}

    @cache
    def settings(path: str) -> Mapping[str, str]:
        from schemaguard.history.session_settings import settings_in_python, settings_in_text

        history = by_path.get(path)
        ini = reading.files.read(history.ini_file) if history and history.ini_file else None
        env = reading.files.read(history.env_file) if history and history.env_file else None
        found = {**settings_in_text(ini or ""), **settings_in_python(env or "")}
        return found | {name: value for name, value in said.items() if value is not None}

    return settings


def _with_edits(findings: Iterable[Finding], reading: Reading) -> Iterator[Finding]:
    """The findings, their fixes put into the texts of the files."""
    for finding in findings:
        text = reading.files.read(finding.place.file) if finding.fix is not None else None
        if text is None:
            yield finding
            continue
        # What reads Python anew is only loaded where there is something to mend.
        from schemaguard.rules.remedies.placing import placed

        yield placed(finding, text)


def _foreign(replays: Iterable[Replay], reading: Reading) -> Iterator[Foreign]:
    """The suppression comments of other tools in what is judged."""
    files = dict.fromkeys(run.revision.file for replay in replays for run in _judged_runs(replay))
    for file in files:
        yield from foreign_comments(reading.files.read(file) or "", file)


def _judged_runs(replay: Replay) -> list[Run]:
    return [run for run in replay.runs if run.revision.id in replay.judged]


def _baseline(options: CheckOptions, reading: Reading) -> Counter[str]:
    config = reading.config
    given = options.baseline or (str(config.root / config.baseline) if config.baseline else None)
    if given is None:
        return Counter()
    path = reading.files.path_of(given)
    text = reading.files.read(path)
    if text is None:
        raise UsageError(
            f"there is no {path}", at="--baseline", next="write one: schemaguard check --format json > FILE"
        )
    return baseline.read(text, path)


def _contracts(options: CheckOptions, reading: Reading) -> tuple[Contract, ...]:
    folder = contracts_folder(options, reading)
    if not folder.is_dir():
        if options.contracts is not None:
            raise ContractError(
                "there is no such folder", at=options.contracts, next="name the folder of the contracts"
            )
        return ()
    return read_contracts(folder, reading.files.root)


def contracts_folder(options: CheckOptions, reading: Reading) -> Path:
    """The folder of the contracts: as the option says, else as configured."""
    if options.contracts is not None:
        return reading.files.root / options.contracts
    return reading.config.root / reading.config.contracts


def _remarks(source: str, age_days: int | None) -> tuple[str, ...]:
    remarks = []
    if age_days is not None and age_days >= OLD_DAYS:
        remarks.append(f"{source} is {age_days} days old: schemaguard window lock writes it again")
    return tuple(remarks)


def taken_as_applied(replays: Iterable[Replay]) -> tuple[str, ...]:
    """What is to be said where an initial file holds revisions already and doesn't say so."""
    return tuple(
        f"{replay.taken_as_applied} and what comes before it count as applied: "
        "the initial file contains what they create"
        for replay in replays
        if replay.taken_as_applied is not None
    )


def _used(contract: UnderContract) -> ContractUsed:
    ends = [version.until for version in contract.versions]
    return ContractUsed(
        model=contract.contract.model,
        model_versions=tuple(version.model_version for version in contract.versions if version.model_version),
        file=contract.contract.file,
        until=None if None in ends or not ends else max(end for end in ends if end is not None),
    )
