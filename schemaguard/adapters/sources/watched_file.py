"""Looks from a CSV file that somebody appends to: `at,version,trigger,failed,total`, as `playbook replay` reads it."""

from datetime import datetime
from pathlib import Path

from schemaguard.errors import PlaybookError
from schemaguard.playbooks.due import DueSpans
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.replaying import measurements

_LARGEST = 64_000_000


def looks(file: Path, trigger: str, due: DueSpans) -> tuple[Look | MissingLook, ...]:
    """What the file has of a trigger in each look. What can't be read is missing, with the reason."""
    try:
        text = _text(file)
        rows = measurements(text, file.name)
    except PlaybookError as error:
        return due.missing(f"{error.at}: {error.what}" if error.at else error.what)
    except (OSError, UnicodeDecodeError) as error:
        return due.missing(f"{file.name} can't be read ({type(error).__name__})")
    found: dict[datetime, dict[str, Counted]] = {}
    for row in rows:
        if row.trigger != trigger or (end := due.end_of(row.at)) is None:
            continue
        slot = found.setdefault(end, {})
        before = slot.get(row.version, Counted(0, 0))
        slot[row.version] = Counted(before.failed + row.counted.failed, before.total + row.counted.total)
    return due.looks(found)


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        found = opened.read(_LARGEST + 1)
    if len(found) > _LARGEST:
        raise PlaybookError(f"{file.name} is larger than {_LARGEST // 1_000_000} MB", next="begin a new file")
    # Somebody may be writing the last line just now.
    return found[: found.rfind(b"\n") + 1].decode("utf-8-sig")
