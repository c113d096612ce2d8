"""Flyway."""

import re
from collections.abc import Sequence
from posixpath import basename

from schemaguard.frozen import replace
from schemaguard.history.history import Script, Section
from schemaguard.history.layouts.found import Found, Reading, numbers, problem
from schemaguard.history.sources import Files

_FLYWAY = re.compile(r"([VUB])([0-9][0-9._]*?)__(.*)\.sql$")
_FLYWAY_REPEATABLE = re.compile(r"R__(.*)\.sql$")
_FLYWAY_NO_TRANSACTION = re.compile(r"^(?:--[ \t]*flyway:)?[ \t]*executeInTransaction[ \t]*=[ \t]*false", re.MULTILINE)


def read_flyway(_folder: str, every: Sequence[str], files: Files) -> Reading:
    """`V<version>__<title>.sql` in the order of their numbers, `U…` their ways back, `R__<title>.sql` behind them."""
    ups: dict[str, Found] = {}
    downs: dict[str, str] = {}
    problems = []
    repeatable = []
    for file in every:
        if match := _FLYWAY.fullmatch(basename(file)):
            kind, version = match.group(1), _flyway_version(match.group(2))
            if kind == "U":
                downs[version] = file
            elif kind == "V" and version in ups:
                other = ups[version].script.up.file
                problems.append(problem("duplicate", f"version {version} is present twice: {other} and {file}", file))
            elif kind == "V":
                script = Script(_flyway_section(file, files))
                ups[version] = Found(version, (0, *numbers(version)), match.group(3).replace("_", " "), script)
            # A baseline (B) stands for the versions up to it on an empty database; the versions themselves are read.
        elif match := _FLYWAY_REPEATABLE.fullmatch(basename(file)):
            name = match.group(1)
            found = Found(f"R__{name}", (1, name), name.replace("_", " "), Script(_flyway_section(file, files)))
            repeatable.append(found)
    if not ups:
        return [], []
    paired = [
        replace(found, script=replace(found.script, down=_flyway_section(downs[version], files)))
        if version in downs
        else found
        for version, found in ups.items()
    ]
    return paired + repeatable, problems


def _flyway_version(text: str) -> str:
    """`1_2` and `01.2` are the same version to Flyway: numbers joined by dots."""
    return ".".join(str(int(part)) for part in re.split(r"[._]", text) if part)


def _flyway_section(file: str, files: Files) -> Section:
    text = files.read(file) or ""
    settings = files.read(f"{file}.conf") or ""
    is_loose = _FLYWAY_NO_TRANSACTION.search(settings) or _FLYWAY_NO_TRANSACTION.search(text)
    return Section(file, text, transactions="none" if is_loose or _needs_no_transaction(text) else "one")


_NON_TRANSACTIONAL = re.compile(
    r"^[ \t]*(?:(?:create|drop)[ \t]+(?:unique[ \t]+)?index[ \t]+concurrently\b|reindex\b.*\bconcurrently\b"
    r"|vacuum\b|alter[ \t]+system\b|(?:create|drop)[ \t]+(?:database|tablespace|subscription)\b"
    r"|alter[ \t]+table\b.*\bdetach[ \t]+partition\b.*\bconcurrently\b)",
    re.IGNORECASE | re.MULTILINE,
)


def _needs_no_transaction(text: str) -> bool:
    """Whether Flyway itself would run the file outside of a transaction, as it does for these commands."""
    return bool(_NON_TRANSACTIONAL.search(text))
