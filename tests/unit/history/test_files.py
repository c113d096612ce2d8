"""Files are read as their authors wrote them, under the names that reports show."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.tree import DiskFiles, decode


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é".encode(), "é"),
        (b"\xef\xbb\xbfselect 1", "select 1"),
        (b"# -*- coding: latin-1 -*-\n\xe9", "# -*- coding: latin-1 -*-\né"),
        (b"# -*- coding: cp1250 -*-\n\xb9", "# -*- coding: cp1250 -*-\ną"),
        (b"# -*- coding: nonsense -*-\n\xe9", "# -*- coding: nonsense -*-\né"),
        (b"-- \xe9t\xe9", "-- été"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"", ""),
    ],
)
def test_text_is_decoded_as_it_was_meant(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_paths_are_relative_to_the_root_where_they_are_inside_of_it(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path / "a")
    assert files.path_of("x/../y.sql") == "y.sql"
    assert files.path_of(tmp_path / "a" / "y.sql") == "y.sql"
    assert files.path_of(".") == "."
    assert files.path_of("../b/y.sql") == (tmp_path / "b" / "y.sql").as_posix()


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path)
    (tmp_path / "folder").mkdir()
    assert files.read("nowhere") is None
    assert files.read("folder") is None
    assert files.names("nowhere") is None
    assert files.names("folder") == ()
    assert not files.is_file("folder")


def test_a_run_sees_one_state_of_every_file(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path)
    (tmp_path / "a.sql").write_text("one")
    assert files.read("a.sql") == "one"
    (tmp_path / "a.sql").write_text("two")
    assert files.read("a.sql") == "one"
