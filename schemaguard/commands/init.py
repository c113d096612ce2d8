"""init: set up a repository: its settings, today's findings as a baseline, a first contract, the file for its CI."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from schemaguard.adapters.files import git
from schemaguard.adapters.files.contracts import write_new
from schemaguard.adoption import signs
from schemaguard.adoption.adoption import Adoption, NewFile
from schemaguard.adoption.ci_files import HOSTS, ci_file, is_there
from schemaguard.adoption.feature_queries import FoundQuery, find_queries
from schemaguard.adoption.migrations import FoundHistory, at_path, find_migrations
from schemaguard.adoption.settings import SETTINGS, WantedSettings, render_settings
from schemaguard.commands import check as checking
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.contracts import infer
from schemaguard.commands.reading import Reading
from schemaguard.commands.repository_paths import repository_top
from schemaguard.commands.site import Site
from schemaguard.config import Config
from schemaguard.contracts.inference import FeatureQuery
from schemaguard.errors import ContractError, HistoryError, RegistryError, SchemaguardError, UsageError
from schemaguard.finding import Family, Finding
from schemaguard.frozen import dataclass, replace
from schemaguard.history.sources import Files
from schemaguard.report.check.json import baseline_text
from schemaguard.report.check.sentences import plural
from schemaguard.rules.judging.verdict import CheckResult

BASELINE = "schemaguard-baseline.json"
_BASES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What the command line says instead of what is found."""

    migrations: tuple[str, ...] = ()
    ci: str | None = None
    """`github`, `gitlab` or `none`; None: as the repository shows."""
    baseline: bool | None = None
    """True: everything found today is accepted; None: what the main branch has already."""


Ask = Callable[[str], str]
"""Asks a person, who may answer nothing."""


def init(site: Site, request: InitRequest, ask: Ask | None = None) -> Adoption:
    """What would be written here. Nothing is. `ask` is asked for what can't be found; None where nobody is there.

    Raises UsageError where no migrations are found, ConfigError where there are settings that can't be used.
    """
    with site.reading() as reading:
        return _Survey(site, request, reading, ask or _nobody).adoption()


def write(site: Site, adoption: Adoption) -> tuple[str, ...]:
    """Write the files: all of them, or none. Raises ContractError where one is there by now or can't be written."""
    write_new(
        {site.here / file.path: file.text for file in adoption.files}, "schemaguard init looks again at what is there"
    )
    return tuple(file.path for file in adoption.files)


def _nobody(_: str) -> str:
    return ""


class _Survey:
    """One look at a repository; what it comes across on the way is collected."""

    def __init__(self, site: Site, request: InitRequest, reading: Reading, ask: Ask) -> None:
        self._site, self._request, self._ask = site, request, ask
        self._files: Files = reading.files
        self._has_settings = reading.config.file is not None
        self._found: list[str] = []
        self._to_do: list[str] = []
        self._kept: list[str] = []
        self._histories = self._migrations(reading.config)
        config = replace(reading.config, baseline=None, migrations=tuple(each.path for each in self._histories))
        self._version = signs.postgresql_version(self._files)
        if self._version is not None and not self._has_settings:
            config = replace(config, postgresql=int(self._version.value))
        self._reading = replace(reading, config=config)

    def adoption(self) -> Adoption:
        checked = self._checked(None)
        accepted = self._accepted(checked) if checked is not None else ()
        files = [
            *self._settings(bool(accepted), checked),
            *self._baseline(accepted),
            *self._contracts(),
            *self._ci(),
        ]
        self._next_steps()
        return Adoption(tuple(self._found), tuple(files), tuple(self._kept), tuple(self._to_do), checked, len(accepted))

    def _migrations(self, config: Config) -> tuple[FoundHistory, ...]:
        given = self._request.migrations or (config.migrations if self._has_settings else ())
        if given:
            root = config.root if not self._request.migrations else self._site.here
            paths = [self._site.files.path_of(root / path) for path in given]
            found = tuple(one for path in paths for one in at_path(path, self._files))
        else:
            found = find_migrations(self._files)
        if not found and (said := self._ask("where are the migrations (a folder, or an alembic.ini)?")):
            found = at_path(self._site.files.path_of(said), self._files)
        if not found:
            raise UsageError(
                "no migrations were found here: no alembic.ini, env.py or folder of numbered SQL files",
                at=str(self._site.here),
                next="schemaguard init --migrations PATH",
            )
        self._found += [f"migrations  {one.path} ({one.in_words})" for one in found]
        return found

    def _settings(self, has_baseline: bool, checked: CheckResult | None) -> Iterator[NewFile]:
        if self._reading.config.file is not None:
            self._kept.append(self._site.relative(self._reading.config.file))
            if has_baseline:
                self._to_do.append(f'add to the settings: baseline = "{BASELINE}"')
            return
        registry = signs.model_registry(self._files)
        if self._version is not None:
            self._found.append(f"PostgreSQL  {self._version.value} ({self._version.file})")
        if registry is not None:
            self._found.append(f"MLflow      {registry.file}")
            if registry.value:
                self._to_do.append(f"export SCHEMAGUARD_REGISTRY_URI={registry.value}  # for contracts and releases")
        wanted = WantedSettings(
            self._histories,
            self._reading.config.contracts,
            self._version,
            registry,
            BASELINE if has_baseline else None,
            _assumed(checked),
        )
        yield NewFile(SETTINGS, render_settings(wanted), "the settings")

    def _checked(self, base: str | None) -> CheckResult | None:
        options = checking.CheckOptions(base=base or "", window="dates")
        try:
            return checking.check(options, self._reading, {}, self._site.live_window)
        except SchemaguardError as error:
            if base is None:
                self._to_do.append(f"schemaguard check gives no verdict yet: {error.what} ({error.at or 'see there'})")
            return None

    def _accepted(self, checked: CheckResult) -> tuple[Finding, ...]:
        """Today's findings that the baseline is to accept: those on what the main branch has already."""
        if self._files.is_file(BASELINE):
            self._kept.append(BASELINE)
        if self._request.baseline is False or self._site.config.baseline or self._files.is_file(BASELINE):
            return ()
        counting = [one for one in checked.findings if one.family is not Family.CONTRACT and one.suppressed is None]
        if self._request.baseline:
            return tuple(counting)
        new = next((found for ref in _BASES if (found := self._new_since(ref)) is not None), None)
        if new is None:
            return ()
        judged = {(one.history, one.id) for one in new.revisions}
        return tuple(one for one in counting if (one.history, one.revision) not in judged)

    def _new_since(self, ref: str) -> CheckResult | None:
        try:
            git.read_base(ref, self._site.files)
        except HistoryError:
            return None
        return self._checked(ref)

    def _baseline(self, accepted: Sequence[Finding]) -> Iterator[NewFile]:
        if accepted:
            yield NewFile(BASELINE, baseline_text(accepted), f"{plural(len(accepted), 'finding')} of today, accepted")

    def _contracts(self) -> Iterator[NewFile]:
        folder = self._site.contracts_folder
        if folder.is_dir() and any(folder.rglob("*.odcs.y*ml")):
            self._kept.append(f"{self._site.relative(folder)}/")
            return
        paths = [one.path for one in self._histories]
        drafts: dict[Path, str] = {}
        for path in paths:
            try:
                catalog = static_catalog(self._reading, path).catalog
            except SchemaguardError:
                continue
            found = find_queries(self._files, catalog, paths)
            for query in found.queries:
                drafts |= self._draft(query, path)
            self._to_do += [f"schemaguard contracts infer MODEL VERSION --query {other}" for other in found.others[:3]]
        for file, text in drafts.items():
            yield NewFile(
                self._site.relative(file),
                text,
                "a draft of a contract, to be looked at" if text.startswith("#") else "its query",
            )

    def _draft(self, query: FoundQuery, path: str) -> Mapping[Path, str]:
        """The files of a contract for what the query reads; none where it can't be drafted."""
        model = query.model or self._site.here.name
        version = self._version_of(model)
        source = f"Types, NOT NULL, bounds and values are those of {path}."
        if version is None:
            source += " No registry says which version serves: 1 is a guess."
        queries = (FeatureQuery(query.text, query.file),)
        wanted = infer.InferenceRequest(model, (version or "1",), queries, (), source)
        try:
            file = infer.default_file(self._site.contracts_folder, model, wanted.versions)
            drafted = infer.draft(
                wanted, static_catalog(self._reading, path).catalog, infer.place(file, self._site.here, queries)
            )
        except (ContractError, UsageError) as error:
            self._to_do.append(f"no contract was drafted for {query.file}: {error.what}")
            return {}
        self._found.append(f"query       {query.file}:{query.line} feeds {model}")
        return drafted.files

    def _version_of(self, model: str) -> str | None:
        """The version that serves, as the registry that lies here or is configured says."""
        from schemaguard.adapters.registry.models import MlflowRegistry

        sign = signs.model_registry(self._files)
        uri = self._site.environment.registry_uri or (sign.value if sign is not None else "")
        if not uri:
            return None
        try:
            return MlflowRegistry(uri).alias(model, self._site.alias)
        except RegistryError:
            return None

    def _ci(self) -> Iterator[NewFile]:
        top = repository_top(self._site.here)
        if top is not None and top != self._site.here and self._request.ci is None:
            self._to_do.append(f"the file for CI belongs to the root of the repository: schemaguard init in {top}")
            return
        host = self._request.ci or signs.code_host(self._files)
        host = host or self._ask(f"what runs the check on a pull request ({', '.join(HOSTS)})?").lower()
        if host not in HOSTS:
            self._to_do.append("no code host was recognised: schemaguard init --ci github, or --ci gitlab")
            return
        self._found.append(f"CI          {host}")
        file = ci_file(host, self._files)
        if file is None:
            return
        if is_there(host, self._files, signs.workflows(self._files)) or self._files.is_file(file.path):
            self._kept.append(file.path)
            return
        if file.to_do:
            self._to_do.append(file.to_do)
        yield NewFile(file.path, file.text, "runs the check on each pull request")

    def _next_steps(self) -> None:
        if signs.uses_pre_commit(self._files):
            self._found.append("pre-commit  .pre-commit-config.yaml")
            self._to_do.append("docs/ci.md shows the hook for .pre-commit-config.yaml")


def _assumed(checked: CheckResult | None) -> tuple[str, ...]:
    """The lines that findings ask for under [assume], each once."""
    lines = (
        line.strip()
        for finding in (checked.findings if checked is not None else ())
        for line in finding.instead.splitlines()
        if line.startswith("    ") and line.rstrip().endswith('= "…"')
    )
    return tuple(dict.fromkeys(lines))
