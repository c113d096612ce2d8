"""playbook: judge playbooks, forecast what their triggers would see, and replay what was measured."""

from pathlib import Path

from schemaguard.commands.site import Site
from schemaguard.errors import ExitCode, PlaybookError, UsageError
from schemaguard.frozen import dataclass
from schemaguard.playbooks.forecast import TriggerForecast, forecast
from schemaguard.playbooks.playbook import Playbook
from schemaguard.playbooks.reading import PlaybookProblem, problems
from schemaguard.playbooks.replaying import TriggerReplay, measurements, replayed, versions

_PATTERNS = ("*.yaml", "*.yml")


@dataclass(frozen=True, slots=True)
class ReadPlaybook:
    """One file: its playbook where it has no error, and what is wrong with it."""

    file: str
    playbook: Playbook | None
    problems: tuple[PlaybookProblem, ...]


@dataclass(frozen=True, slots=True)
class ReadPlaybooks:
    """All files that were judged."""

    files: tuple[ReadPlaybook, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where one has an error, else 0."""
        return ExitCode.OK if all(file.playbook is not None for file in self.files) else ExitCode.FINDINGS


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a playbook would have said of a file of measurements."""

    file: str
    playbook: Playbook
    version: str
    stable: str | None
    triggers: tuple[TriggerReplay, ...]


def check_playbooks(site: Site, files: tuple[str, ...] = ()) -> ReadPlaybooks:
    """Judge these files, else all of the folder.

    Raises PlaybookError where there are none, or one can't be read; two playbooks of one model are an error of both.
    """
    found = tuple(_read(site, path) for path in _files(site, files))
    models: dict[str, str] = {}
    judged = []
    for one in found:
        other = models.setdefault(one.playbook.model, one.file) if one.playbook else one.file
        if other != one.file and one.playbook:
            twice = PlaybookProblem(1, "model", f"{one.playbook.model} has a playbook already: {other}")
            one = ReadPlaybook(one.file, None, (twice, *one.problems))
        judged.append(one)
    return ReadPlaybooks(tuple(judged))


def playbook_of(site: Site, named: str) -> ReadPlaybook:
    """The playbook of a model, or of a file. Raises PlaybookError where there is none, or it has errors."""
    if named.endswith((".yaml", ".yml")):
        found = _read(site, site.here / named)
    else:
        known = [_read(site, path) for path in _files(site, ())]
        of_model = [one for one in known if one.playbook is not None and one.playbook.model == named]
        broken = [one.file for one in known if one.playbook is None]
        if not of_model:
            hint = f"{', '.join(broken)} can't be read: schemaguard playbook check" if broken else _models(known)
            raise PlaybookError(f"{named} has no playbook", at=site.relative(_folder(site)), next=hint)
        found = of_model[0]
    if found.playbook is None:
        first = next(problem for problem in found.problems if problem.is_error)
        raise PlaybookError(
            f"{first.path}: {first.what}",
            at=f"{found.file}:{first.line}",
            next="schemaguard playbook check says it all",
        )
    return found


def forecast_delays(
    site: Site, named: str, requests: float, fault: float | None
) -> tuple[ReadPlaybook, tuple[TriggerForecast, ...]]:
    """What the triggers of a playbook would see at so many requests a second, of such a share of failures."""
    found = playbook_of(site, named)
    assert found.playbook is not None
    return found, forecast(found.playbook, requests, fault)


def replay_measurements(site: Site, named: str, file: str, canary: str | None, stable: str | None) -> Replayed:
    """What a playbook would have said of a CSV file of measurements: of a canary, or of the one version that it names.

    Raises PlaybookError where a row can't be read, UsageError where it isn't said which version is meant.
    """
    found = playbook_of(site, named)
    assert found.playbook is not None
    path = site.here / file
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8"
        raise PlaybookError(f"cannot read the file: {reason}", at=file, next="check the path") from error
    rows = measurements(text, file)
    named_versions = versions(rows)
    if canary is None and len(named_versions) != 1:
        listed = ", ".join(named_versions) or "no version"
        raise UsageError(f"{file} speaks of {listed}", next="say which is the canary: --canary VERSION")
    version = canary if canary is not None else named_versions[0]
    for one in (version, *((stable,) if stable is not None else ())):
        if one not in named_versions:
            raise UsageError(f"{file} has no row of version {one}", next=f"it speaks of {', '.join(named_versions)}")
    other = [one for one in named_versions if one != version]
    against = stable if stable is not None else other[0] if len(other) == 1 else None
    done = replayed(found.playbook, rows, version, against, is_canary=canary is not None)
    return Replayed(file, found.playbook, version, against if canary is not None else None, done)


def _folder(site: Site) -> Path:
    return site.config.root / site.config.playbooks


def _files(site: Site, files: tuple[str, ...]) -> tuple[Path, ...]:
    if files:
        return tuple(site.here / file for file in files)
    folder = _folder(site)
    found = sorted({path for pattern in _PATTERNS for path in folder.glob(pattern)})
    if not found:
        raise PlaybookError(
            "there is no playbook", at=site.relative(folder), next="docs/playbook.md has one to begin with"
        )
    return tuple(found)


def _read(site: Site, path: Path) -> ReadPlaybook:
    shown = site.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8"
        raise PlaybookError(f"cannot read the file: {reason}", at=shown, next="check the path") from error
    return ReadPlaybook(shown, *problems(text, shown))


def _models(known: list[ReadPlaybook]) -> str:
    return f"there are playbooks of {', '.join(one.playbook.model for one in known if one.playbook)}"
