"""What is uploaded: the sdist and the wheel, built as anybody would from the files that git knows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_BUILD = "import sys; from setuptools import build_meta as b; out = sys.argv[1]; b.build_sdist(out); b.build_wheel(out)"


def build(folders: pytest.TempPathFactory) -> Path:
    """The folder in which they are."""
    source, out = folders.mktemp("source"), folders.mktemp("dist")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, check=True).stdout
    for name in os.fsdecode(listed).split("\0"):
        if name and (_ROOT / name).is_file() and not name.startswith(("tests/fixtures", "benchmarks/")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((_ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-c", _BUILD, out], cwd=source, capture_output=True, check=True)
    return out
