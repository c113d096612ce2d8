"""The cache: texts under keys that outlive a run, and nothing worse than forgetting where the file is spoilt."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.cache import cache_folder, open_store


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"SCHEMAGUARD_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/schemaguard"),
        ({"HOME": "/h"}, "/h/.cache/schemaguard"),
    ],
)
def test_the_folder_is_what_the_environment_says(environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)


def test_what_was_put_is_there_at_once_and_in_the_next_run(tmp_path: Path) -> None:
    with open_store(tmp_path / "new") as store:
        assert store.get("key") is None
        store.put("key", "one")
        assert store.get("key") == "one"
    with open_store(tmp_path / "new") as store:
        assert store.get("key") == "one"
        store.put("key", "two")
    with open_store(tmp_path / "new") as store:
        assert store.get("key") == "two"


def _fail(folder: Path) -> None:
    with open_store(folder) as store:
        store.put("key", "one")
        raise LookupError


def test_what_a_failed_run_put_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        _fail(tmp_path)
    with open_store(tmp_path) as store:
        assert store.get("key") is None


def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.put("key", "one")
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"no database" * 1000)
    with open_store(tmp_path) as store:
        assert store.get("key") is None
        store.put("key", "two")
    with open_store(tmp_path) as store:
        assert store.get("key") == "two"


def test_where_no_folder_can_be_made_a_run_remembers_by_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with open_store(tmp_path / "file/below") as store:
        store.put("key", "one")
        assert (store.get("key"), store.get("other")) == ("one", None)
