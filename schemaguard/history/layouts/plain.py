"""Files in the order of their names: no tool, one that marks the directions inside of a file, or yoyo."""

import re
from collections.abc import Mapping, Sequence
from posixpath import basename, dirname

from schemaguard.frozen import replace
from schemaguard.history.history import Script, Transactions
from schemaguard.history.layouts.found import FoundMigration, Reading, natural, problem, title, version_and_title, whole
from schemaguard.history.layouts.marked import sections, tool_of
from schemaguard.history.sources import Files

_DOWN = re.compile(r"(.+?)[._-](down|undo|rollback|revert)\.sql$", re.IGNORECASE)
_UP_ENDS = (".sql", ".up.sql", "_up.sql", "-up.sql")
_YOYO = re.compile(r"^\s*--\s*(depends|transactional)\s*:\s*(.*)$", re.MULTILINE)


def read_plain(_folder: str, every: Sequence[str], files: Files) -> Reading:
    """Files in the order of their numbers, each with the one that undoes it or both directions in one."""
    downs = {match.group(1): file for file in every if (match := _DOWN.fullmatch(file))}
    found = []
    depends: dict[str, tuple[str, ...]] = {}
    for file in every:
        if file in downs.values():
            continue
        stem = file.removesuffix(".sql")
        text = files.read(file) or ""
        said = _yoyo(text)
        mode = _yoyo_mode(said, f"{stem}.rollback.sql" in every)
        up, down = sections(file, files, mode)
        plain_stem = re.sub(r"[._-]up$", "", stem, flags=re.IGNORECASE)
        if down is None and plain_stem in downs:
            down = whole(downs[plain_stem], files, mode)
        name = basename(plain_stem)
        version = version_and_title(name)[0] if tool_of((text,)) else name
        if "depends" in said:
            depends[version] = tuple(said["depends"].split())
        found.append(FoundMigration(version, (dirname(file), natural(basename(file))), title(name), Script(up, down)))
    problems = [
        problem("missing", f"{basename(file)} has no migration that it would undo", file)
        for stem, file in downs.items()
        if not any(f"{stem}{end}" in every for end in _UP_ENDS)
    ]
    return (_behind_needed(found, depends) if depends else found), problems


def _yoyo(text: str) -> dict[str, str]:
    """What yoyo reads in the comments at a file's head."""
    head = re.match(r"(?:\s*--.*(?:\n|\Z)|\s*\n)*", text)
    said: dict[str, str] = {}
    for match in _YOYO.finditer(head.group() if head else ""):
        said[match.group(1)] = f"{said.get(match.group(1), '')} {match.group(2)}".strip()
    return said


def _yoyo_mode(said: Mapping[str, str], has_rollback: bool) -> Transactions:
    if not said and not has_rollback:
        return "none"
    return "none" if said.get("transactional", "true").lower() == "false" else "one"


def _behind_needed(found: Sequence[FoundMigration], depends: Mapping[str, tuple[str, ...]]) -> list[FoundMigration]:
    """Each behind those that it depends on, else in the order of names; a circle keeps that order."""
    waiting = sorted(found, key=lambda one: one.key)
    known = {one.id for one in waiting}
    ordered: list[FoundMigration] = []
    done: set[str] = set()
    while waiting:
        ready = next(
            (one for one in waiting if all(n in done or n not in known for n in depends.get(one.id, ()))), waiting[0]
        )
        waiting.remove(ready)
        done.add(ready.id)
        ordered.append(replace(ready, key=(len(ordered),)))
    return ordered
