"""What a revision is called on the command line: whole or partial identifiers, `head`, `base`, `x+1`, `a:b`."""

import re
from collections.abc import Iterable

from schemaguard.errors import UsageError
from schemaguard.history import graph
from schemaguard.history.graph import Graph

_RELATIVE = re.compile(r"(?:(?P<label>.+?)@)?(?P<symbol>[^@]*?)(?P<steps>[+-]\d+)")
_MOST_NAMED = 5


def resolve(history: Graph, text: str) -> tuple[str, ...]:
    """The revisions that a word means: none for `base`, several for `heads`, else one.

    Understood are what Alembic understands (`head`, `heads`, `base`, an identifier or the beginning of one, a branch
    label, `label@head`, `x+2`, `x-1`, `-1` from the head, `+2` from the base), and the identifier of a revision that
    was squashed into another, which then means that one.
    Raises UsageError where it means nothing, or several where one is asked for.
    """
    exact = _exact(history, text)
    if exact is not None:
        return exact
    if match := _RELATIVE.fullmatch(text):
        symbol, steps, label = match["symbol"], int(match["steps"]), match["label"]
        start = symbol or ("base" if steps > 0 else "head")
        return _walk(history, _named(history, f"{label}@{start}" if label else start), steps, label)
    return _named(history, text)


def span(history: Graph, text: str) -> tuple[str, ...]:
    """The revisions from one to another, both included, in the order of application: `a:b`, `a:`, `:b`, or only `a`."""
    if _exact(history, text) is not None or ":" not in text:
        return _ordered(history, resolve(history, text))
    first, _, last = text.partition(":")
    upper = resolve(history, last or "heads")
    lower = resolve(history, first or "base")
    inside = graph.ancestors(history, upper)
    if lower:
        if not set(lower) <= inside:
            raise UsageError(f"{first} doesn't come before {last or 'heads'}", next="name the earlier revision first")
        inside &= graph.descendants(history, lower)
    return _ordered(history, inside)


def _exact(history: Graph, text: str) -> tuple[str, ...] | None:
    return (text,) if text in history.revisions else None


def _ordered(history: Graph, ids: Iterable[str]) -> tuple[str, ...]:
    wanted = set(ids)
    return tuple(revision for revision in history.order if revision in wanted)


def _named(history: Graph, text: str) -> tuple[str, ...]:
    label, at, name = text.rpartition("@")
    within = _branch(history, label) if at else frozenset(history.revisions)
    match name:
        case "base":
            return ()
        case "heads":
            heads = history.heads if at else history.real_heads
            return tuple(head for head in heads if head in within)
        case "head":
            return (_only_head(history, within, text),)
    if name in history.revisions and name in within:
        return (name,)
    if name in history.labels and not at:
        return (_only_head(history, _branch(history, name), text),)
    for revision in history.revisions.values():
        if name in revision.replaces:
            return (revision.id,)
    return (_beginning_with(history, within, name),)


def _only_head(history: Graph, within: frozenset[str], text: str) -> str:
    heads = [head for head in history.heads if head in within]
    if len(heads) == 1:
        return heads[0]
    if not heads:
        raise UsageError(f"there is no {text}: the history has no head", next="look at its revisions")
    raise UsageError(f"{text} could be any of {', '.join(heads)}", next="name one of them, or say heads")


def _beginning_with(history: Graph, within: frozenset[str], name: str) -> str:
    found = [revision for revision in history.revisions if revision in within and name and revision.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(found[:_MOST_NAMED]) + (" …" if len(found) > _MOST_NAMED else "")
        raise UsageError(f"several revisions begin with {name}: {named}", next="write more of its identifier")
    heads = ", ".join(history.heads) or "none"
    raise UsageError(f"there is no revision {name!r}", next=f"name one of the history; its heads: {heads}")


def _branch(history: Graph, label: str) -> frozenset[str]:
    """The revisions that share a line with the labelled one, or with the named revision."""
    start = history.labels.get(label) or _beginning_with(history, frozenset(history.revisions), label)
    return graph.descendants(history, (start,)) | graph.ancestors(history, (start,))


def _walk(history: Graph, start: tuple[str, ...], steps: int, label: str | None) -> tuple[str, ...]:
    at = start
    within = _branch(history, label) if label else frozenset(history.revisions)
    for _ in range(abs(steps)):
        if steps < 0:
            if not at:
                raise UsageError(f"nothing is {-steps} before that: the history starts earlier", next="count fewer")
            at = history.revisions[at[0]].down
        else:
            following = history.bases if not at else history.children[at[0]]
            at = tuple(revision for revision in following if revision in within)
            if not at:
                raise UsageError(f"nothing is {steps} after that: the history ends earlier", next="count fewer")
        if len(at) > 1:
            raise UsageError(f"the way forks at {', '.join(at)}", next="name the revision itself")
    return at
