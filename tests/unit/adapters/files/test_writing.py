"""A file is written as a whole, or not at all."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.adapters.files.writing import make_folder, replace_text, rewrite_texts
from schemaguard.errors import UsageError


def test_the_text_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "window.lock"
    for text in ("old\n", "new ü\r\nline\n"):
        replace_text(file, text)
        assert file.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [file]


def test_where_it_cannot_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/inside").write_text("x")
    with pytest.raises(UsageError, match="cannot write the file") as raised:
        replace_text(tmp_path / "taken", "text")
    assert raised.value.at == str(tmp_path / "taken")
    assert raised.value.next
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_folder_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        replace_text(tmp_path / "missing/file", "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (b"one\ntwo\n", b"one\n2\n"),
        (b"one\r\ntwo\r\n", b"one\r\n2\r\n"),
        (b"\xef\xbb\xbfone\ntwo\n", b"\xef\xbb\xbfone\n2\n"),
        (b"one\ntwo", b"one\n2"),
        ("é\ntwo\n".encode(), "é\n2\n".encode()),
    ],
)
def test_a_rewritten_file_keeps_its_mark_and_its_line_ends(tmp_path: Path, content: bytes, written: bytes) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(content)
    before = DiskFiles(tmp_path).read("a.py")
    assert before is not None
    rewrite_texts({file: (before, before.replace("two", "2"))})
    assert file.read_bytes() == written


@pytest.mark.parametrize("content", [b"one\r\ntwo\n", "# é\ntwo\n".encode("latin-1"), b"other\n", b""])
def test_a_file_that_is_not_as_it_was_read_is_not_rewritten(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.sql"
    file.write_bytes(content)
    before = "read before\n" if content in (b"other\n", b"") else DiskFiles(tmp_path).read("a.sql")
    assert before is not None
    other = tmp_path / "b.sql"
    other.write_text("fine\n")
    with pytest.raises(UsageError):
        rewrite_texts({other: ("fine\n", "finer\n"), file: (before, "new\n")})
    assert file.read_bytes() == content
    assert other.read_text() == "fine\n"


def test_what_stands_below_a_file_can_neither_be_made_nor_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    for act in (lambda: make_folder(tmp_path / "taken/in"), lambda: replace_text(tmp_path / "taken/in", "text")):
        with pytest.raises(UsageError, match="cannot write the file") as raised:
            act()
        assert raised.value.at == str(tmp_path / "taken/in")
    assert (tmp_path / "taken").read_text() == "x"
