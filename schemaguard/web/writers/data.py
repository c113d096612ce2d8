"""A page as one JSON document: its answer as a sentence with its key, and what the verb gives as JSON."""

import json
from datetime import UTC, datetime

from schemaguard.web.blocks import Page
from schemaguard.web.writers import inline

VERSION = 1


def document(page: Page, at: datetime, source: str) -> dict[str, object]:
    """The page as plain values."""
    made = page.document() if callable(page.document) else page.document
    return {
        "version": VERSION,
        "page": page.address,
        "title": page.title,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "source": source,
        "answer": {
            "key": page.answer.key,
            "role": page.answer.role,
            "says": inline.plain(page.answer.say, at),
            "more": inline.plain(page.answer.more, at),
        },
        "command": page.command,
        "data": json.loads(json.dumps(dict(made), default=str)),
    }


def write(page: Page, at: datetime, source: str) -> str:
    """The same as text; names are written as ASCII, so that no control character reaches a terminal."""
    return json.dumps(document(page, at, source), indent=2, default=str) + "\n"
