"""Suppression comments: which finding they silence, and which of them silence nothing."""

from collections.abc import Iterable, Sequence

from schemaguard.finding import Finding
from schemaguard.frozen import replace
from schemaguard.rules.facts.directives import Ignore
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.rule import Match, Rule


def suppress(finding: Finding, rule: Rule, ignores: Iterable[Ignore], used: set[Ignore]) -> Finding:
    """The finding, marked with the reason where an ignore names its rule; `used` collects the ignores that did."""
    if rule.is_fixed:
        return finding
    for ignore in ignores:
        if any(rule.answers_to(word) for word in ignore.rules):
            used.add(ignore)
            if ignore.reason:
                return replace(finding, suppressed=ignore.reason)
    return finding


def without_reason(ignore: Ignore) -> Match:
    """What `ignore-without-reason` says of one directive."""
    named = " ".join(ignore.rules) or "rules"
    marker = "#" if ignore.place.file.endswith(".py") else "--"
    word = "ignore-file" if ignore.whole_file else "ignore"
    return Match(
        object=named,
        message=f"{named}: the comment has no effect because it gives no reason",
        instead=f"{marker} schemaguard: {word} {named} -- why it is fine here",
        place=ignore.place,
    )


def unused(ignore: Ignore, rules: Sequence[Rule], choice: Choice) -> Match | None:
    """What `unused-ignore` says of one directive that matched nothing; None where a rule of it is switched off."""
    meant = [rule for rule in rules if any(rule.answers_to(word) for word in ignore.rules)]
    named = " ".join(ignore.rules) or "no rule"
    if any(rule.is_fixed for rule in meant):
        message = f"{named}: the contract family can't be ignored by a comment: schemaguard override"
    elif not meant:
        message = f"{named}: there is no such rule"
    elif all(choice.is_on(rule) for rule in meant):
        message = f"{named}: nothing here needs to be ignored"
    else:
        return None
    return Match(object=named, message=message, place=ignore.place)
