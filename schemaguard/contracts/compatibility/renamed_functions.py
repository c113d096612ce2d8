"""Functions under another name: what the server keeps parsed calls them by their number, and follows."""

from schemaguard.catalog.fold.draft import Draft, indexed
from schemaguard.catalog.fold.function_names import follow_function
from schemaguard.catalog.objects import Catalog, Name


def followed(before: Catalog, after: Catalog) -> Catalog:
    """The catalog before a change, its texts with the names that its functions have after it."""
    pairs = _renamed(before, after)
    if not pairs:
        return before
    draft = Draft(indexed(before))
    for old, new in pairs:
        follow_function(draft, old, new)
    return draft.freeze()


def _renamed(before: Catalog, after: Catalog) -> list[tuple[Name, Name]]:
    """Functions that are gone, with one of another name that takes and does the same."""
    if before.functions is after.functions:
        return []
    gone = {key: function for key, function in before.functions.items() if key not in after.functions}
    made = {key: function for key, function in after.functions.items() if key not in before.functions} if gone else {}
    return [
        (old[0], new[0])
        for old, was in gone.items()
        for new, now in made.items()
        if (old[1], was.language, was.body, was.kind) == (new[1], now.language, now.body, now.kind)
    ]
