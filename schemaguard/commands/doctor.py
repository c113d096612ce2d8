"""doctor: whether everything is set up, what keeps it from working, and what isn't protected; with what to do."""

from collections.abc import Generator, Iterator

from schemaguard import __version__
from schemaguard.adapters.files.distributions import OURS, InstalledName, of_our_name
from schemaguard.adoption.diagnosis import CheckUp, Diagnosis, ill, weak, well
from schemaguard.commands.histories import discovered
from schemaguard.commands.site import LOCK, Site
from schemaguard.errors import SchemaguardError
from schemaguard.history.history import History
from schemaguard.rules import RULES
from schemaguard.rules.judging.choice import Choice
from schemaguard.window.lock import OLD_DAYS


def doctor(site: Site) -> CheckUp:
    """Look at everything that can be looked at from here; nothing is changed and nothing is raised for what is ill."""
    return CheckUp(tuple(_everything(site)))


def _everything(site: Site) -> Iterator[Diagnosis]:
    yield from installation(of_our_name())
    try:
        config = site.config
    except SchemaguardError as error:
        yield ill("configuration", f"{error.what} ({error.at})", error.next)
        return
    place = site.relative(config.file) if config.file is not None else "no settings file: the defaults hold"
    yield well("configuration", place)
    histories = yield from _migrations(site)
    yield from _settings(site)
    yield from _contracts(site)
    yield from _protection(site, histories)
    yield from _database(site)
    yield from _registry(site)
    yield from _fleet(site)


def installation(found: tuple[InstalledName, ...]) -> Iterator[Diagnosis]:
    """What of our name is installed, given all distributions that bring it."""
    yield well("installation", f"schemaguard {__version__}")
    for one in found:
        # A checkout that was installed before the distribution had its name.
        if one.name == OURS or (one.name, one.version) == ("schemaguard", __version__):
            continue
        what = " and ".join(one.brings)
        yield ill(
            "installation",
            f"the distribution {one.name} {one.version} brings a {what} of the same name",
            f"pip uninstall {one.name}, then pip install --force-reinstall {OURS}",
        )


def _migrations(site: Site) -> Generator[Diagnosis, None, tuple[History, ...]]:
    try:
        with site.reading() as reading:
            histories = discovered(reading, ()).histories
    except SchemaguardError as error:
        yield ill("configuration", f"migrations: {error.what}", error.next or "schemaguard init")
        return ()
    for history in histories:
        broken = history.problems[0] if history.problems else None
        count = len(history.graph.revisions)
        if broken is None:
            yield well("configuration", f"{history.path}: {count} revision{'' if count == 1 else 's'} ({history.tool})")
        else:
            yield ill("configuration", f"{history.path}: {broken.message} ({broken.place})", broken.instead)
    return histories


def _settings(site: Site) -> Iterator[Diagnosis]:
    config = site.config
    try:
        Choice((), (), config.rules, config.adopt).checked(RULES, str(config.file or ""))
    except SchemaguardError as error:
        yield ill("configuration", f"{error.what} ({error.at})", error.next)
    if config.baseline is not None and not (config.root / config.baseline).is_file():
        yield ill(
            "configuration",
            f"the baseline {config.baseline} isn't there",
            "schemaguard check --format json > FILE, or take baseline out of the settings",
        )
    if config.adopt:
        yield weak(
            "protection",
            "adopt = true: only broken contracts fail a check",
            "take it out of the settings once the first weeks are over",
        )


def _contracts(site: Site) -> Iterator[Diagnosis]:
    try:
        files = site.contract_files()
    except SchemaguardError as error:
        yield ill("configuration", f"a contract can't be read: {error.what} ({error.at})", error.next)
        return
    if files:
        yield well("configuration", f"{len(files)} contracts in {site.relative(site.contracts_folder)}")
    else:
        yield weak(
            "protection",
            "there is no contract, so no model is considered",
            "schemaguard contracts infer MODEL VERSION --query FILE.sql",
        )


def _protection(site: Site, histories: tuple[History, ...]) -> Iterator[Diagnosis]:
    """What no migration is kept from, as far as the files say."""
    guarded = [one for one in histories if "schemaguard.guard" in (_text(site, one.env_file) or "")]
    alembic = [one for one in histories if one.kind == "alembic"]
    if site.config.applied_by == "schemaguard" and alembic and not guarded:
        yield ill(
            "protection",
            'applied_by = "schemaguard", and no env.py imports the guard',
            "add to env.py: import schemaguard.guard",
        )
    elif alembic and not guarded:
        yield weak(
            "protection",
            "the guard isn't in env.py: a drop destroys its values as soon as it commits",
            'add to env.py: import schemaguard.guard, and to the settings: applied_by = "schemaguard"',
        )
    elif guarded:
        yield well("protection", "the guard is in env.py")
    try:
        lock = site.window_lock()
    except SchemaguardError as error:
        yield ill("configuration", f"{LOCK}: {error.what}", error.next)
        return
    age = lock.age_days(site.now()) if lock is not None else None
    if age is not None and age >= OLD_DAYS:
        yield weak("protection", f"{LOCK} is {age} days old", "schemaguard window lock")


def _text(site: Site, path: str | None) -> str | None:
    return site.files.read(path) if path is not None else None


def _database(site: Site) -> Iterator[Diagnosis]:
    if not site.environment.database_url:
        yield weak(
            "database",
            "no database is configured: nothing is known of what runs",
            "export SCHEMAGUARD_DATABASE_URL=postgresql://user@host/database",
        )
        return
    # Nothing else here needs a driver.
    from schemaguard.commands.doctoring import examine

    yield from examine(site.environment.database_url, site.config)


def _registry(site: Site) -> Iterator[Diagnosis]:
    registry = site.registry_if_any
    if registry is None:
        yield weak(
            "registry",
            "no model registry is configured: aliases aren't followed",
            "export SCHEMAGUARD_REGISTRY_URI=sqlite:///mlflow.db, or the address of the server",
        )
        return
    try:
        registry.has_model("schemaguard-doctor")
    except SchemaguardError as error:
        yield ill("registry", f"{error.what} ({registry.place})", error.next)
    else:
        yield well("registry", registry.place)


def _fleet(site: Site) -> Iterator[Diagnosis]:
    """The members of a fleet, where the folder has a manifest: whether they can be asked, and could switch together."""
    # Most folders have none.
    from schemaguard.commands.fleet.opening import has_fleet, open_fleet

    if not has_fleet(site):
        return
    from schemaguard.adapters.fleet.looking import most_prepared
    from schemaguard.commands.fleet.looking import ask_each

    try:
        fleet = open_fleet(site)
        with fleet.store():
            pass
    except SchemaguardError as error:
        yield ill("fleet", f"{error.what} ({error.at})", error.next)
        return
    kept, unreachable = ask_each(fleet, fleet.manifest.members, most_prepared)
    for name, why in unreachable.items():
        yield ill("fleet", f"{name} can't be asked: {why}", "correct its url, or take it out of the manifest")
    without = sum(not most for most in kept.values())
    if without:
        yield weak(
            "fleet",
            f"{without} of {len(kept)} members keep no prepared transactions: they can't switch with --together",
            "alter system set max_prepared_transactions = 20, and restart the server",
        )
    elif kept:
        yield well("fleet", f"{len(kept)} members, which can switch with --together")
