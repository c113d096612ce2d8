"""The tree of files: a run sees one state of every file, and can say later whether that still holds."""

from pathlib import Path

import pytest

from schemaguard.adapters.files import tree
from schemaguard.adapters.files.tree import DiskFiles


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/b.sql").write_text("select 2")
    (tmp_path / "sql/a.sql").write_text("select 1")
    (tmp_path / "sql/inner").mkdir()
    return DiskFiles(tmp_path)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("sql/a.sql", "sql/a.sql"),
        ("./sql/../sql/a.sql", "sql/a.sql"),
        (".", "."),
        ("sql/", "sql"),
        ("/else/x", "/else/x"),
    ],
)
def test_a_path_inside_is_relative_and_any_other_absolute(files: DiskFiles, given: str, path: str) -> None:
    assert files.path_of(given) == path


def test_a_path_that_leads_out_is_absolute(files: DiskFiles) -> None:
    assert files.path_of("../beside.sql") == (files.root.parent / "beside.sql").as_posix()
    assert files.path_of(files.root / "sql/a.sql") == "sql/a.sql"


def test_the_names_of_a_folder_are_sorted(files: DiskFiles) -> None:
    assert files.names("sql") == ("a.sql", "b.sql", "inner")
    assert files.names("missing") is None


def test_only_files_are_files(files: DiskFiles) -> None:
    files.names("sql")
    assert [files.is_file(path) for path in ("sql/a.sql", "sql/inner", "sql", "missing")] == [True, False, False, False]


def test_a_file_is_read_once_and_keeps_its_text(files: DiskFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(place: str, *, is_python: bool = False) -> str | None:
        asked.append(place)
        return "text"

    monkeypatch.setattr(tree, "read_text", counted)
    assert (files.read("sql/a.sql"), files.read("sql/a.sql")) == ("text", "text")
    assert len(asked) == 1


def test_what_changes_behind_a_run_does_not_change_it(files: DiskFiles) -> None:
    assert (files.read("sql/a.sql"), files.read("sql/c.sql")) == ("select 1", None)
    (files.root / "sql/a.sql").write_text("other")
    (files.root / "sql/c.sql").write_text("new")
    assert (files.read("sql/a.sql"), files.read("sql/c.sql")) == ("select 1", None)
    assert DiskFiles(files.root).read("sql/c.sql") == "new"


def test_bytes_that_are_no_utf_8_are_read_as_latin_1(files: DiskFiles) -> None:
    (files.root / "old.sql").write_bytes(b"-- M\xfcll")
    assert files.read("old.sql") == "-- Müll"


@pytest.mark.parametrize(
    "act",
    [
        lambda root: (root / "sql/a.sql").write_text("other"),
        lambda root: (root / "sql/c.sql").write_text("new"),
        lambda root: (root / "sql/b.sql").unlink(),
        lambda root: (root / "probed").write_text(""),
        lambda root: (root / "missing").mkdir(),
    ],
    ids=["changed", "added", "removed", "a probed file came", "a folder came"],
)
def test_what_was_seen_holds_until_one_thing_is_otherwise(files: DiskFiles, act: object) -> None:
    files.read("sql/a.sql")
    files.names("sql")
    files.names("missing")
    files.is_file("probed")
    seen = files.seen()
    assert DiskFiles(files.root).is_as_seen(seen)
    assert callable(act)
    act(files.root)
    assert not DiskFiles(files.root).is_as_seen(seen)


@pytest.mark.parametrize("spelling", ["m/a.sql", "./m/a.sql", "m//a.sql"])
def test_a_tree_with_texts_is_what_the_disk_would_be(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/b.sql").write_text("old")
    files = DiskFiles(tmp_path)
    assert files.read("m/b.sql") == "old"
    over = files.with_texts({spelling: "new", "m/b.sql": "newer", "n/c.sql": "1"}).with_texts({"d.sql": "2"})
    assert (over.read("m/a.sql"), over.read(spelling), over.read("m/b.sql")) == ("new", "new", "newer")
    assert over.names("m") == over.names("m/") == ("a.sql", "b.sql")
    assert (over.names("n"), over.names(".")) == (("c.sql",), ("d.sql", "m"))
    assert over.is_file("m/a.sql")
    assert over.is_file("d.sql")
    assert not over.is_file("m")
    assert files.names("m") == ("b.sql",)
    assert not (tmp_path / "m/a.sql").exists()
