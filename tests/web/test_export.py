"""The static site: every link leads to a file, and nobody else's folder is emptied."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemaguard.errors import UsageError
from schemaguard.web.export import MARK, export
from tests.web import projects
from tests.web.html import Elements


@pytest.mark.parametrize("name", ["reference", "hostile"])
def test_every_link_of_the_site_leads_to_a_file(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder = tmp_path / "site"
    count = export(projects.snapshot(request.getfixturevalue(f"{name}_folder")), folder)
    pages = list(folder.rglob("*.html"))
    assert len(pages) == count
    for page in pages:
        found = Elements(page.read_text(encoding="utf-8"))
        assert found.faults == []
        targets = [
            *found.links,
            *(each["href"] for each in found.of("link")),
            *(each["src"] for each in found.of("script")),
        ]
        for target in targets:
            path = urlsplit(str(target)).path
            if path:
                assert (page.parent / path).resolve().is_file(), (page, target)
        assert (page.with_suffix(".json")).is_file()
        assert (page.with_suffix(".md")).is_file()


def test_a_site_says_its_policy_itself_and_has_no_box_to_search_in(tmp_path: Path, reference_folder: Path) -> None:
    export(projects.snapshot(reference_folder), tmp_path / "site")
    page = Elements((tmp_path / "site" / "index.html").read_text(encoding="utf-8"))
    policy = [each["content"] for each in page.of("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in str(policy[0])
    assert page.of("form") == []
    assert "exported" in page.text


def test_a_site_is_written_anew_in_the_same_folder(tmp_path: Path, reference_folder: Path) -> None:
    snapshot = projects.snapshot(reference_folder)
    export(snapshot, tmp_path / "site")
    (tmp_path / "site" / "models" / "old.html").write_text("old")
    export(snapshot, tmp_path / "site")
    assert not (tmp_path / "site" / "models" / "old.html").exists()
    assert (tmp_path / "site" / MARK).is_file()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, reference_folder: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="files that weren't exported"):
        export(projects.snapshot(reference_folder), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(UsageError, match="is a file"):
        export(projects.snapshot(reference_folder), tmp_path / "mine.txt")
    with pytest.raises(UsageError, match="cannot write the file"):
        export(projects.snapshot(reference_folder), tmp_path / "mine.txt" / "site")


def test_pages_that_would_be_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "001_t.sql").write_text('create table "T" (a int); create table t (a int);')
    (tmp_path / "schemaguard.toml").write_text('migrations = "m"\n')
    with pytest.raises(UsageError, match="the same file on some systems"):
        export(projects.snapshot(tmp_path), tmp_path / "site")
