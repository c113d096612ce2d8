"""A file is written as a whole, or not at all."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.writing import replace_text
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
