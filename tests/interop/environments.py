"""Virtual environments for tools that pin versions which ours can't live with, made once and kept in pytest's cache."""

import subprocess
import sys
from pathlib import Path

import pytest


def environment(config: pytest.Config, name: str, *requirements: str) -> Path:
    """The environment's folder of programs; the test is skipped, with pip's own words, where it can't be installed."""
    cache = config.cache
    assert cache is not None
    folder = cache.mkdir(name)
    done = folder / ".installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        pip = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False, timeout=1800)
        if pip.returncode:
            pytest.skip(f"{name} can't be installed: {pip.stderr.strip().splitlines()[-1]}")
        done.touch()
    return folder / "bin"
