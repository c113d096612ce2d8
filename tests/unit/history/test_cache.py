"""What is remembered is what would be found out, and anything else is found out anew."""

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemaguard.adapters.files.cache import DiskStore, cache_folder, open_store
from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Place
from schemaguard.history.cache import CachedRunner
from schemaguard.history.discovery import discover
from schemaguard.history.history import Section
from schemaguard.history.memory import digest
from schemaguard.history.replay import Outcome, Runner, replay
from schemaguard.history.revision import Direction, Replay, Revision, Run, Step
from schemaguard.history.selection import Selection
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import SqlRunner, run_section
from schemaguard.sql.reading.statement import Statement

TEXTS = {
    "db/1_a.up.sql": "-- first\ncreate table a (b int primary key, c text);\ncreate index on a (c);",
    "db/1_a.down.sql": "drop table a;",
    "db/2_b.up.sql": "begin; alter table a add d numeric(12,2) default 0; alter table a add b int; commit;",
    "db/3_c.up.sql": "create view v as select b, c from a;\ndo $$ begin perform 1; end $$;\nnonsense;",
}


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def put(self, key: str, text: str) -> None:
        self.texts[key] = text


def run(texts: dict[str, str], store: Kept | DiskStore, start: str = "") -> tuple[Replay, CachedRunner]:
    files = MemoryFiles(texts)
    history = discover("db", files)
    runner = CachedRunner(lambda: SqlRunner(history.scripts), store, files.read, digest(start))
    return replay(history, runner, Catalog()), runner


def test_a_second_run_finds_out_nothing_and_says_the_same() -> None:
    store = Kept()
    cold, first = run(TEXTS, store)
    warm, second = run(TEXTS, store)
    assert (first.hits, first.misses) == (0, 6)
    assert (second.hits, second.misses) == (6, 0)
    assert warm == cold


def test_the_runner_is_not_even_made_where_everything_is_remembered() -> None:
    store = Kept()
    told, _ = run(TEXTS, store)
    files = MemoryFiles(TEXTS)

    def never() -> Runner:
        raise AssertionError("the runner was made")

    again = replay(discover("db", files), CachedRunner(never, store, files.read, digest("")), Catalog())
    assert again == told


@pytest.mark.parametrize(
    ("path", "misses"), [("db/3_c.up.sql", 2), ("db/2_b.up.sql", 4), ("db/1_a.up.sql", 6), ("db/1_a.down.sql", 1)]
)
def test_a_changed_file_is_found_out_anew_with_all_that_follows_it(path: str, misses: int) -> None:
    store = Kept()
    run(TEXTS, store)
    changed = TEXTS | {path: TEXTS[path] + "\ncreate table z ();"}
    done, runner = run(changed, store)
    assert runner.misses == misses
    assert done == run(changed, Kept())[0]


def forward(texts: dict[str, str], store: Kept) -> tuple[Catalog, int]:
    """A replay that judges nothing; how many runs weren't skipped."""
    files = MemoryFiles(texts)
    history = discover("db", files)
    runner = CachedRunner(lambda: SqlRunner(history.scripts), store, files.read, digest(""))
    done = replay(history, runner, Catalog(), selection=Selection(frozenset()), memory=runner)
    assert [run.revision.id for run in done.runs] == list(history.graph.order)
    return done.catalog, sum(not run.is_skipped for run in done.runs)


def test_what_is_not_judged_is_skipped_where_the_catalog_after_it_is_known() -> None:
    store = Kept()
    cold = forward(TEXTS, store)
    warm = forward(TEXTS, store)
    assert (cold[1], warm[1]) == (3, 0)
    assert warm[0] == cold[0] == run(TEXTS, Kept())[0].catalog
    changed = TEXTS | {"db/2_b.up.sql": "create table z ();"}
    assert forward(changed, store) == (run(changed, Kept())[0].catalog, 3)


def test_a_source_that_changed_is_seen_even_where_the_way_as_a_whole_is_remembered() -> None:
    store, read = Kept(), {"db/1_a.up.sql": "create table a (b int);", "lib/names.sql": "a"}
    revision = Revision("1", (), "db/1_a.up.sql")

    def forward_on(texts: dict[str, str]) -> Catalog | None:
        return CachedRunner(lambda: _Reads(("lib/names.sql",)), store, texts.get, digest("")).forward([revision])

    runner = CachedRunner(lambda: _Reads(("lib/names.sql",)), store, read.get, digest(""))
    runner.keep(runner.run(revision, "upgrade", Catalog()).run.after)
    assert forward_on(read) is not None
    kept = len(store.texts)
    assert forward_on(read) is not None
    assert len(store.texts) == kept
    assert forward_on(read | {"lib/names.sql": "b"}) is None
    assert forward_on(read | {"db/1_a.up.sql": "create table b ();"}) is None
    assert forward_on(read) is not None


@dataclass
class _Reads:
    """A runner whose revisions make nothing and read the same files."""

    sources: tuple[str, ...]

    def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
        return Outcome(Run(revision, direction, (), catalog, catalog), frozenset(self.sources))


def test_what_is_judged_after_a_skipped_beginning_is_as_if_nothing_were_skipped() -> None:
    store = Kept()
    forward({path: text for path, text in TEXTS.items() if "3_c" not in path}, store)
    files = MemoryFiles(TEXTS)
    history = discover("db", files)
    selection = Selection(frozenset({"3"}))
    runner = CachedRunner(lambda: SqlRunner(history.scripts), store, files.read, digest(""))
    done = replay(history, runner, Catalog(), selection=selection, memory=runner)
    whole = replay(history, SqlRunner(history.scripts), Catalog(), selection=selection)
    assert [run.is_skipped for run in done.runs] == [True, True, False]
    assert (done.runs[2], done.downgrades, done.catalog) == (whole.runs[2], whole.downgrades, whole.catalog)


def test_another_start_is_another_chain() -> None:
    store = Kept()
    run(TEXTS, store)
    assert run(TEXTS, store, "--initial")[1].hits == 0


def test_a_source_that_changed_or_came_to_be_is_found_out_anew() -> None:
    store = Kept()
    texts = {"versions/a.py": "revision = 'a'\ndown_revision = None\n"}
    history = discover("versions", MemoryFiles(texts))

    class Reaching:
        def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
            return Outcome(Run(revision, direction, (), catalog, catalog), frozenset({"versions/a.py", "helper.py"}))

    def misses(texts: dict[str, str]) -> int:
        runner = CachedRunner(Reaching, store, MemoryFiles(texts).read, digest(""))
        replay(history, runner, Catalog())
        return runner.misses

    assert misses(texts) == 2
    assert misses(texts) == 0
    assert misses(texts | {"helper.py": "x = 1"}) == 2
    assert misses(texts | {"helper.py": "x = 2"}) == 2
    assert misses(texts | {"helper.py": "x = 2"}) == 0


def test_catalogs_that_no_fold_gives_are_kept_as_they_were() -> None:
    """As where a branch on something unknown was explored and joined."""
    store = Kept()
    revision = Revision("a", (), "versions/a.py")
    start = run_section(Section("x.sql", "create table t (a int);"), Catalog())[-1].after
    other = run_section(Section("x.sql", "create table u (a int); drop table t;"), start)[-1].after
    step = Step(Statement("select 1", Place("versions/a.py", 3)), (), before=other, after=start, conditional=True)
    wanted = Run(revision, "upgrade", (step,), start, other, ((Place("versions/a.py", 1), "x"),))

    class Joining:
        def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
            return Outcome(wanted, frozenset())

    def once() -> Run:
        return CachedRunner(Joining, store, lambda _: "", digest("")).run(revision, "upgrade", start).run

    assert once() == once() == wanted
    assert len(store.texts) == 2


@pytest.mark.parametrize(
    "parameters",
    [None, 7, "x", 1.5, float("inf"), True, {"a": (1, [2, None])}, [{"x": "y"}, {}], ()],
)
def test_parameters_come_back_equal(parameters: object) -> None:
    store = Kept()
    revision = Revision("a", (), "a.py")
    statement = Statement("insert", Place("a.py", 1))
    wanted = Run(
        revision, "upgrade", (Step(statement, (), Catalog(), Catalog(), parameters=parameters),), Catalog(), Catalog()
    )

    class Fixed:
        def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
            return Outcome(wanted, frozenset())

    for _ in range(2):
        runner = CachedRunner(Fixed, store, lambda _: "", digest(""))
        assert runner.run(revision, "upgrade", Catalog()).run == wanted
    assert runner.hits == 1


def test_a_run_with_values_that_json_cannot_hold_is_not_remembered() -> None:
    store = Kept()
    revision = Revision("a", (), "a.py")
    step = Step(Statement("insert", Place("a.py", 1)), (), Catalog(), Catalog(), parameters=object())

    class Fixed:
        def run(self, revision: Revision, direction: Direction, catalog: Catalog) -> Outcome:
            return Outcome(Run(revision, direction, (step,), catalog, catalog), frozenset())

    CachedRunner(Fixed, store, lambda _: "", digest("")).run(revision, "upgrade", Catalog())
    assert store.texts == {}


def cut(text: str) -> str:
    return text[: len(text) // 2]


def resealed(entry: object) -> Callable[[str, str], str]:
    """A forger who knows how entries are sealed."""
    body = json.dumps(entry)
    return lambda key, text: f"{digest(key, body)}\n{body}"


@pytest.mark.parametrize(
    "forge",
    [
        lambda key, text: cut(text),
        lambda key, text: "",
        lambda key, text: text.replace("[", "[ "),
        lambda key, text: "\x00\xff",
        lambda key, text: digest(key, "[" * 100_000) + "\n" + "[" * 100_000,
        *(
            resealed(body)
            for body in (
                None,
                {},
                7,
                [["a"]],
                [["a", 7]],
                [[["x"]], None, [], False],
                [[], {"__class__": 1}, [], False],
                [[], {"tables": 7}, [], False],
                [[], None, [], 0],
            )
        ),
    ],
)
def test_an_entry_that_is_not_ours_is_no_entry(forge: Callable[[str, str], str]) -> None:
    store = Kept()
    cold, _ = run(TEXTS, store)
    store.texts = {key: forge(key, text) for key, text in store.texts.items()}
    again, runner = run(TEXTS, store)
    assert runner.hits == 0
    assert again == cold


# On the disk


def test_the_disk_remembers(tmp_path: Path) -> None:
    with open_store(tmp_path / "c") as store:
        cold, _ = run(TEXTS, store)
    with open_store(tmp_path / "c") as store:
        warm, runner = run(TEXTS, store)
    assert runner.misses == 0
    assert warm == cold


def test_nothing_is_written_where_nothing_is_new(tmp_path: Path) -> None:
    for _ in range(2):
        with open_store(tmp_path) as store:
            run(TEXTS, store)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with open_store(tmp_path) as store:
        run(TEXTS, store)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_cache_is_no_cache(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evaluations-1.sqlite").write_bytes(content)
    with open_store(tmp_path) as store:
        done, runner = run(TEXTS, store)
    assert runner.hits == 0
    assert done == run(TEXTS, Kept())[0]
    with open_store(tmp_path) as store:
        assert run(TEXTS, store)[1].misses == 0


def test_a_cache_with_other_tables_is_no_cache(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "evaluations-1.sqlite")
    connection.execute("create table entry (x)")
    connection.close()
    with open_store(tmp_path) as store:
        assert run(TEXTS, store)[1].hits == 0


def test_a_folder_that_cannot_be_made_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with open_store(tmp_path / "file" / "c") as store:
        assert run(TEXTS, store)[1].hits == 0


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    wrong = []

    def once(number: int) -> None:
        texts = TEXTS | {"db/4_d.up.sql": f"create table d{number % 2} ();"}
        with open_store(tmp_path) as store:
            done, _ = run(texts, store)
        if done != run(texts, Kept())[0]:
            wrong.append(number)

    threads = [threading.Thread(target=once, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with open_store(tmp_path) as store:
        assert run(TEXTS, store)[1].misses == 0


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"SCHEMAGUARD_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/schemaguard"),
        ({"HOME": "/h"}, "/h/.cache/schemaguard"),
    ],
)
def test_the_cache_is_outside_of_the_project(environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)
