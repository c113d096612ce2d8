"""Flyway."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join

from schemaguard.frozen import replace
from schemaguard.history.history import Script, Section
from schemaguard.history.layouts.found import FoundMigration, Reading, numbers, problem
from schemaguard.history.sources import Files

_FLYWAY = re.compile(r"([VUB])([0-9][0-9._]*?)__(.*)\.sql$")
_FLYWAY_REPEATABLE = re.compile(r"R__(.*)\.sql$")
_FLYWAY_NO_TRANSACTION = re.compile(r"^(?:--[ \t]*flyway:)?[ \t]*executeInTransaction[ \t]*=[ \t]*false", re.MULTILINE)


def read_flyway(_folder: str, every: Sequence[str], files: Files) -> Reading:
    """`V<version>__<title>.sql` in the order of their numbers, `U…` their ways back, `R__<title>.sql` behind them."""
    ups: dict[str, FoundMigration] = {}
    downs: dict[str, str] = {}
    problems = []
    repeatable = []
    configured = _configured(every, files)
    for file in every:
        if match := _FLYWAY.fullmatch(basename(file)):
            kind, version = match.group(1), _flyway_version(match.group(2))
            if kind == "U":
                downs[version] = file
            elif kind == "V" and version in ups:
                other = ups[version].script.up.file
                problems.append(problem("duplicate", f"version {version} is present twice: {other} and {file}", file))
            elif kind == "V":
                script = Script(_flyway_section(file, files, configured))
                ups[version] = FoundMigration(version, (0, *numbers(version)), match.group(3).replace("_", " "), script)
            # A baseline (B) stands for the versions up to it on an empty database; the versions themselves are read.
        elif match := _FLYWAY_REPEATABLE.fullmatch(basename(file)):
            name = match.group(1)
            found = FoundMigration(
                f"R__{name}", (1, name), name.replace("_", " "), Script(_flyway_section(file, files, configured))
            )
            repeatable.append(found)
    if not ups:
        return [], []
    paired = [
        replace(found, script=replace(found.script, down=_flyway_section(downs[version], files, configured)))
        if version in downs
        else found
        for version, found in ups.items()
    ]
    return paired + repeatable, problems


def _flyway_version(text: str) -> str:
    """`1_2` and `01.2` are the same version to Flyway: numbers joined by dots."""
    return ".".join(str(int(part)) for part in re.split(r"[._]", text) if part)


def _configured(every: Sequence[str], files: Files) -> frozenset[str]:
    """What stands beside the migrations and ends with `.conf`, in lower case: some disks don't tell the cases apart."""
    folders = {dirname(file) for file in every}
    beside = (join(folder, name).lower() for folder in folders for name in files.names(folder) or ())
    return frozenset(path for path in beside if path.endswith(".conf"))


def _flyway_section(file: str, files: Files, configured: frozenset[str]) -> Section:
    text = files.read(file) or ""
    beside = f"{file}.conf"
    settings = (files.read(beside) or "") if beside.lower() in configured else ""
    is_loose = _is_loose(settings) or _is_loose(text)
    return Section(file, text, transactions="none" if is_loose or _needs_no_transaction(text) else "one")


def _is_loose(text: str) -> bool:
    # Looking for the word alone takes a fraction of the time: nearly no file has it.
    return "executeInTransaction" in text and bool(_FLYWAY_NO_TRANSACTION.search(text))


_TELLTALE = ("concurrently", "vacuum", "system", "database", "tablespace", "subscription")
"""One of these is in every command that `_NON_TRANSACTIONAL` finds."""
_NON_TRANSACTIONAL = re.compile(
    r"^[ \t]*(?:(?:create|drop)[ \t]+(?:unique[ \t]+)?index[ \t]+concurrently\b|reindex\b.*\bconcurrently\b"
    r"|vacuum\b|alter[ \t]+system\b|(?:create|drop)[ \t]+(?:database|tablespace|subscription)\b"
    r"|alter[ \t]+table\b.*\bdetach[ \t]+partition\b.*\bconcurrently\b)",
    re.IGNORECASE | re.MULTILINE,
)


def _needs_no_transaction(text: str) -> bool:
    """Whether Flyway itself would run the file outside of a transaction, as it does for these commands."""
    if text.isascii():
        lowered = text.lower()
        if not any(word in lowered for word in _TELLTALE):
            return False
    return bool(_NON_TRANSACTIONAL.search(text))
