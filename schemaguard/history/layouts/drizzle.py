"""Drizzle: `meta/_journal.json` says which files are run, and in which order."""

import json
from collections.abc import Sequence
from posixpath import basename, join, normpath

from schemaguard.history.history import Script
from schemaguard.history.layouts.found import FoundMigration, Reading, problem, title, whole
from schemaguard.history.sources import Files


def read_drizzle(folder: str, every: Sequence[str], files: Files) -> Reading:
    """The files of the journal's entries, in its order; no way back."""
    journal = join(folder, "meta", "_journal.json")
    text = files.read(journal)
    if text is None:
        return [], []
    tags = _tags(text)
    if tags is None:
        return [], [problem("unreadable", "the journal can't be read: files are taken in the order of names", journal)]
    found, problems, known = [], [], set()
    for turn, tag in enumerate(tags):
        file = normpath(join(folder, f"{tag}.sql"))
        known.add(file)
        if not files.is_file(file):
            problems.append(problem("missing", f"{tag}.sql, which the journal names, isn't there", journal))
            continue
        found.append(FoundMigration(tag, (turn,), title(tag), Script(whole(file, files, "one"))))
    problems += [
        problem("unreadable", f"{basename(file)} isn't in the journal: the tool would not run it", file)
        for file in every
        if normpath(file) not in known
    ]
    return found, problems


def _tags(text: str) -> list[str] | None:
    """The journal's tags in its order, None where it is not a journal."""
    try:
        entries = json.loads(text)["entries"]
        tags = [entry["tag"] for entry in entries]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return tags if all(isinstance(tag, str) for tag in tags) else None
