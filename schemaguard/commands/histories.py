"""Use case shared by the verbs that read migrations: find the histories, choose the base, replay."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from schemaguard.adapters.files import git
from schemaguard.adapters.files.cache import versions_of_evaluation
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.reading import Reading
from schemaguard.errors import HistoryError, UsageError
from schemaguard.frozen import replace
from schemaguard.history.alembic_settings import main_options
from schemaguard.history.cache import CachedRunner, remembered_identity
from schemaguard.history.discovery import Discovery, discover_all
from schemaguard.history.graph import ancestors
from schemaguard.history.history import History, Section, require_whole
from schemaguard.history.identity import ReadIdentity, read_identity
from schemaguard.history.memory import digest
from schemaguard.history.replay import Runner, replay
from schemaguard.history.revision import Replay, Step
from schemaguard.history.selection import Base, Selection, select
from schemaguard.history.stamp import held_already, stamped


def find_histories(reading: Reading, paths: Sequence[str]) -> tuple[History, ...]:
    """The histories at the given paths, else at the configured ones, else all that the project has.

    Raises HistoryError or UsageError where a path leads to none.
    """
    return discovered(reading, paths).histories


def discovered(reading: Reading, paths: Sequence[str]) -> Discovery:
    """The histories that `find_histories` finds, with what is to be said of how they were found.

    Raises HistoryError or UsageError where a path leads to none.
    """
    config, files = reading.config, reading.files
    given = [files.path_of(path) for path in paths]
    configured = [files.path_of(config.root / path) for path in config.migrations]
    read: ReadIdentity = read_identity
    if reading.store is not None:
        read = remembered_identity(reading.store, read_identity, digest(*versions_of_evaluation()))
    return discover_all(given, configured, files, read)


def find_one(reading: Reading, path: str | None) -> History:
    """The one history that a verb is about, sound enough to be replayed.

    Raises UsageError where the settings name several and no path says which, HistoryError where it is broken.
    """
    found = find_histories(reading, (path,) if path is not None else ())
    if len(found) > 1:
        named = ", ".join(history.path for history in found)
        raise UsageError(f"there are several histories: {named}", next="name the PATH of one")
    require_whole(found[0])
    return found[0]


def choose_base(reading: Reading, option: str | None, environ: Mapping[str, str]) -> Base | None:
    """The base to compare with: the option, else the target of the CI's pull request, else the configured one.

    None judges everything; so does an empty option. Raises HistoryError where the base can't be found.
    """
    if option is not None:
        return git.read_base(option, reading.files) if option else None
    if branch := git.target_branch(environ):
        return git.read_base(branch, reading.files, is_remote=True)
    if reading.config.base:
        return git.read_base(reading.config.base, reading.files)
    return None


def replay_history(
    history: History, reading: Reading, base: Base | None = None, order: Sequence[str] | None = None
) -> Replay:
    """The history replayed on what `--initial` builds; what is new since the base is judged."""
    return replay_selected(history, reading, select(history, base), order)


def replay_selected(
    history: History, reading: Reading, selection: Selection, order: Sequence[str] | None = None
) -> Replay:
    """The history replayed with a selection that is already made."""
    initial = run_initial(reading)
    # What the file SETs ends with its session.
    catalog = replace(initial[-1].after, search_path=Catalog().search_path) if initial else Catalog()
    chosen = _not_yet_applied(history, reading, initial, history.graph.order if order is None else order)
    is_unsaid = bool(initial) and not stamped(initial, _initial(reading)[1])
    # Where it has to be found out what the file holds already, each revision's statements are wanted.
    done = _replay(history, reading, catalog, selection, chosen, may_skip=not is_unsaid)
    if is_unsaid:
        done = _without_what_is_there(history, reading, catalog, selection, done)
    return replace(done, initial=initial)


def _replay(
    history: History,
    reading: Reading,
    catalog: Catalog,
    selection: Selection,
    order: Sequence[str],
    *,
    may_skip: bool,
) -> Replay:
    with ExitStack() as kept:
        runner = _runner(history, reading, order, kept)
        memory = runner if may_skip and isinstance(runner, CachedRunner) else None
        return replay(
            history, runner, catalog, selection=selection, order=order, memory=memory, progress=reading.progress
        )


def _without_what_is_there(
    history: History, reading: Reading, catalog: Catalog, selection: Selection, done: Replay
) -> Replay:
    """The replay anew without the revisions whose work the initial file has evidently done."""
    runner = runner_for(history, reading)
    taken = held_already(done.runs, lambda one: runner.run(history.graph.revisions[one], "upgrade", catalog).run)
    if taken is None:
        return done
    before = ancestors(history.graph, (taken,))
    order = [run.revision.id for run in done.runs if run.revision.id not in before]
    return replace(_replay(history, reading, catalog, selection, order, may_skip=False), taken_as_applied=taken)


def _not_yet_applied(
    history: History, reading: Reading, initial: Sequence[Step], order: Sequence[str]
) -> tuple[str, ...]:
    """The order without what the initial file, a dump with Alembic's version table, says was applied already."""
    applied = stamped(initial, _initial(reading)[1])
    if unknown := [revision for revision in applied if revision not in history.graph.revisions]:
        raise HistoryError(
            f"the dump was taken at {', '.join(unknown)}, which is not in this history",
            at=_initial(reading)[0],
            next="take a dump that belongs to the history, or take the rows of alembic_version out of it",
        )
    done = ancestors(history.graph, applied)
    return tuple(revision for revision in order if revision not in done)


def _runner(history: History, reading: Reading, order: Sequence[str], kept: ExitStack) -> Runner:
    """The runner of the history behind what is remembered from earlier runs; `kept` ends what it begins."""

    def made() -> Runner:
        return runner_for(history, reading, order, kept)

    if reading.store is None:
        return made()
    read = reading.files.read
    start = digest(
        *versions_of_evaluation(),
        *history.roots,
        repr((history.kind, history.env_file, history.database)),
        repr((reading.assume_in_transaction, _settings_that_count(reading))),
        read(history.env_file) or "" if history.env_file else "",
        read(history.ini_file) or "" if history.ini_file else "",
        _initial(reading)[1],
    )
    return CachedRunner(made, reading.store, read, start)


def _settings_that_count(reading: Reading) -> tuple[object, ...]:
    config = reading.config
    return (reading.postgresql or config.postgresql, config.sources, sorted(map(repr, config.assume.items())))


def run_initial(reading: Reading) -> tuple[Step, ...]:
    """The steps of the file that the history takes for granted, none where there is no such file."""
    path, text = _initial(reading)
    if not path:
        return ()
    # What reads SQL takes long to import, and isn't needed where everything is remembered.
    from schemaguard.history.sql_runner import run_section

    return run_section(Section(path, text), Catalog())


def _initial(reading: Reading) -> tuple[str, str]:
    """The path and text of the file that runs before the first revision, both empty where there is none."""
    config, files = reading.config, reading.files
    if reading.initial is not None:
        path = files.path_of(reading.initial)
    elif config.initial is not None:
        path = files.path_of(config.root / config.initial)
    else:
        return "", ""
    text = files.read(path)
    if text is None:
        raise UsageError(f"there is no {path}", at="--initial", next="name the SQL file that builds the first tables")
    return path, text


def runner_for(history: History, reading: Reading, order: Sequence[str] = (), kept: ExitStack | None = None) -> Runner:
    """What finds out the statements of a revision: the static evaluator, or the reader of SQL.

    Where it is known in which order the revisions are going to be run, later ones are read ahead until `kept` ends.
    """
    if history.kind == "sql":
        from schemaguard.commands.reading_ahead import reading_ahead
        from schemaguard.history.sql_runner import SqlRunner, read_section

        read = kept.enter_context(reading_ahead(history, order)).read if kept is not None else read_section
        return SqlRunner(history.scripts, reading.assume_in_transaction, read)
    # Alembic and SQLAlchemy take half a second to import; a folder of SQL must not pay for them.
    from schemaguard.evaluation import Evaluator, Settings

    config, files = reading.config, reading.files
    roots = (*history.roots, *(files.path_of(config.root / source) for source in config.sources))
    options = main_options(history.ini_file, files) if history.ini_file is not None else {}
    settings = Settings(reading.postgresql or config.postgresql, history.database, config.assume, options)
    return Evaluator(files, roots, settings, history.env_file)
