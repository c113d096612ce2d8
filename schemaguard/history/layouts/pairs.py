"""A file each for the way up and the way down: golang-migrate, sqlx, Postgrator."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join

from schemaguard.history.history import Script
from schemaguard.history.layouts.found import FoundMigration, Reading, numbers, problem, version_and_title, whole
from schemaguard.history.sources import Files

_UP_DOWN = re.compile(r"(.+?)\.(up|down)\.sql$", re.IGNORECASE)
_DO_UNDO = re.compile(r"(\d+)\.(do|undo)\.?(.*)\.sql$", re.IGNORECASE)


def read_pairs(_folder: str, every: Sequence[str], files: Files) -> Reading:
    """`<version>_<title>.up.sql` with `.down.sql`, as golang-migrate has them, or `<version>.do.<title>.sql`."""
    ups: dict[str, str] = {}
    downs: dict[str, str] = {}
    for file in every:
        name = basename(file)
        if match := _UP_DOWN.fullmatch(name):
            side = ups if match.group(2).lower() == "up" else downs
            side[join(dirname(file), match.group(1))] = file
        elif match := _DO_UNDO.fullmatch(name):
            side = ups if match.group(2).lower() == "do" else downs
            side[join(dirname(file), match.group(1) + "_" * bool(match.group(3)) + match.group(3))] = file
    if not ups:
        return [], []
    found = []
    for stem, file in ups.items():
        version, title = version_and_title(basename(stem))
        down = whole(downs[stem], files, "implicit") if stem in downs else None
        script = Script(whole(file, files, "implicit"), down)
        found.append(FoundMigration(version, (*numbers(version), stem), title, script))
    problems = [
        problem("missing", f"{basename(file)} has no up file beside it", file)
        for stem, file in downs.items()
        if stem not in ups
    ]
    known = {*ups.values(), *downs.values()}
    problems += [
        problem("unreadable", f"{basename(file)} is neither an up nor a down file: the tool would not run it", file)
        for file in every
        if file not in known
    ]
    return found, problems
