"""The options of views: whose privileges and row security count below it."""

import re

from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import View
from schemaguard.frozen import replace

_INVOKER = re.compile(r"\bsecurity_invoker\b(?:\s*=\s*'?(\w+)'?)?", re.IGNORECASE)
_OFF = frozenset({"false", "off", "no", "0", "f", "n", "fa", "fal", "fals", "of"})


def set_view_option(draft: Draft, view: View, option: str) -> None:
    """ALTER VIEW … SET (…) and RESET (…), as written; options other than `security_invoker` change no reader's rows.

    See https://www.postgresql.org/docs/18/sql-createview.html.
    """
    found = _INVOKER.search(option)
    if found is None:
        return
    is_reset = option.lstrip().lower().startswith("reset")
    is_on = not is_reset and (found[1] is None or found[1].lower() not in _OFF)
    draft.put(replace(view, security_invoker=is_on))
