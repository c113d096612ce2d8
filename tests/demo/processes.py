"""Which processes belong to a folder."""

from pathlib import Path

import psutil


def servers_of(folder: Path) -> list[str]:
    """The command lines of the PostgreSQL processes that were started on data in the folder."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if process.info["name"] in ("postgres", "initdb", "pg_ctl") and str(folder) in line:
            found.append(line)
    return found
