"""Why findings on contracts are some, in words: the same in every report."""

from collections.abc import Iterable

from schemaguard.finding import Explanation, Finding


def explanations(group: Iterable[Finding]) -> tuple[Explanation, ...]:
    """The explanations of a statement's findings that count, each once."""
    found = (finding.explanation for finding in group if finding.suppressed is None)
    return tuple(dict.fromkeys(why for why in found if why is not None))


def row_in_words(why: Explanation) -> str:
    """The row of the compatibility table on one line."""
    return f"{why.change} · a reader: {why.reader} · a writer: {why.writer} · {why.cause}"


def errors_in_words(why: Explanation) -> str:
    """What fails with which SQLSTATE; `none` where nothing does."""
    if why.cause == "opaque":
        return "can't be told"
    told = (f"{error.sqlstate} {error.condition}, to the {error.to}" for error in why.errors)
    return "; ".join(told) or "none: no statement fails"
