"""Temporary files in memory, where the machine mounts some as a folder: servers' data, stores and repositories."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # memory, not a folder that somebody else can write a file's name in
_ENOUGH = 4 * 2**30
"""What a run of all tests may take; many a container has 64 MB."""


def in_memory() -> Path | None:
    """A new folder in memory that temporary files now go to, of this process and of those it starts.

    None where the machine has none with room, or where the environment names a folder itself (TMPDIR).
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return None
    # A server's socket is in it, whose path may have 107 bytes; and the server's user has to get there.
    folder = Path(tempfile.mkdtemp(prefix="sg", dir=_MEMORY))
    folder.chmod(0o755)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder


def leave(folder: Path) -> None:
    """Delete what is in the folder, and have temporary files where they were."""
    shutil.rmtree(folder, ignore_errors=True)
    del os.environ["TMPDIR"]
    tempfile.tempdir = None
