"""docs/architecture.md names files that are there, and its picture is that of the imports."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*/(?:[a-z_]+\.py)?)`", PAGE)))


def test_the_picture_is_that_of_the_imports() -> None:
    assert subprocess.run([sys.executable, ROOT / "docs/draw_house.py", "--check"], check=False).returncode == 0


@pytest.mark.parametrize("path", NAMED)
def test_what_the_walk_names_is_there(path: str) -> None:
    assert any((root / path).exists() for root in (ROOT / "schemaguard", ROOT))


def test_no_file_is_visited_twice_on_one_walk() -> None:
    walks = PAGE.split("\n## ")[1:]
    assert len(walks) == 3
    for walk in walks:
        named = re.findall(r"`([a-z_/]+\.py)`", walk)
        assert len(named) == len(set(named)), walk.splitlines()[0]
