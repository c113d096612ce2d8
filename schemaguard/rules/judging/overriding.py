"""Where overrides are applied: to findings of the contract family, and only for the model versions that they name."""

from collections.abc import Iterable, Sequence
from datetime import date

from schemaguard.contracts.overrides import Override
from schemaguard.errors import ContractError
from schemaguard.finding import Family, Finding, Place, Reader
from schemaguard.frozen import dataclass, replace
from schemaguard.rules.contract import breaks_reader, breaks_writer, expired_override, no_contract, unused_override
from schemaguard.rules.judging.choice import nearest
from schemaguard.rules.reversibility import contract_in_window
from schemaguard.rules.rule import Match, Rule

# They speak of what is missing or of the overrides themselves: there is nobody who could answer for that.
_NOT_OVERRIDDEN = (no_contract.RULE, expired_override.RULE, unused_override.RULE)
_SAYS_IT_AGAIN = contract_in_window.RULE.id
"""It speaks of the same reader or writer, and of the same object, as what was overridden."""
_SAID = (breaks_reader.RULE.id, breaks_writer.RULE.id)


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of a project, and the day on which they are looked at."""

    all: tuple[Override, ...]
    day: date
    tells_unused: bool = True
    """Whether everything is judged, so that an override without a finding is of no use."""

    @property
    def in_force(self) -> tuple[Override, ...]:
        """Those that aren't over."""
        return tuple(override for override in self.all if override.holds(self.day))


def checked(overrides: Iterable[Override], rules: Sequence[Rule]) -> tuple[Override, ...]:
    """The overrides, if each names a rule that can be overridden; ContractError where one doesn't."""
    found = tuple(overrides)
    for override in found:
        if problem := not_overridden(override.rule, rules):
            raise ContractError(problem[0], at=f"{override.file}:{override.line}", next=problem[1])
    return found


def not_overridden(word: str, rules: Sequence[Rule]) -> tuple[str, str] | None:
    """Why that is not a rule that can be overridden, and what to do next; None where it is one."""
    can_be = tuple(rule for rule in rules if rule.is_fixed and rule not in _NOT_OVERRIDDEN)
    if any(rule.id == word for rule in can_be):
        return None
    rule = next((rule for rule in rules if rule.id == word), None)
    if rule is None:
        return f"no rule {word!r}", nearest(word, can_be)
    if rule.is_fixed:
        return f"{word} can't be overridden", f"{rule.instead}"
    return (
        f"{word} needs no override: a comment can ignore it",
        f"write above the statement: schemaguard: ignore {word} -- why it is fine here",
    )


def overridden(finding: Finding, overrides: Sequence[Override], used: set[Override]) -> tuple[Finding, ...]:
    """The finding for those who have no override, then one for each override; `used` collects them.

    What only says again what was overridden isn't told a second time.
    """
    if not overrides or (finding.family is not Family.CONTRACT and finding.rule != _SAYS_IT_AGAIN):
        return (finding,)
    left: list[Reader] = []
    by_override: dict[Override, list[Reader]] = {}
    for reader in finding.readers:
        override = next((each for each in overrides if _is_for(each, finding, reader)), None)
        (by_override.setdefault(override, []) if override is not None else left).append(reader)
    # A finding that names nobody concerns everybody.
    kept = (replace(finding, readers=tuple(left)),) if left or not by_override else ()
    if finding.rule == _SAYS_IT_AGAIN:
        return kept
    used.update(by_override)
    accepted = (_accepted(finding, override, readers) for override, readers in by_override.items())
    return (*kept, *accepted)


def told_apart(group: Sequence[Finding]) -> Sequence[Finding]:
    """A statement's findings; beside one that was overridden, those of other families say that it isn't about them."""
    if not any(finding.override is not None for finding in group):
        return group
    return [
        replace(finding, instead=f"{finding.instead}; {_apart(finding)}") if _stands(finding) else finding
        for finding in group
    ]


def _stands(finding: Finding) -> bool:
    return finding.family is not Family.CONTRACT and finding.suppressed is None


def _apart(finding: Finding) -> str:
    word = f"schemaguard: ignore {finding.rule} -- reason"
    return f"the override says that the model may break, not this: where it is meant, say `{word}` above the statement"


def _is_for(override: Override, finding: Finding, reader: Reader) -> bool:
    said = _SAID if finding.rule == _SAYS_IT_AGAIN else (finding.rule,)
    return (
        override.rule in said
        and override.object == finding.object
        and (override.model, override.version) == (reader.model, reader.model_version)
    )


def _accepted(finding: Finding, override: Override, readers: Sequence[Reader]) -> Finding:
    place = Place(override.file, override.line)
    return replace(finding, readers=tuple(readers), suppressed=override.words, override=place)


def expired(override: Override) -> Match:
    """What `expired-override` says of one override."""
    return Match(
        object=override.object,
        message=f"the override of {override.rule} on {override.object} for {override.name} ended on {override.until}; "
        f"{override.approved_by} had approved it: {override.reason}",
        place=Place(override.file, override.line),
    )


def unused(override: Override) -> Match:
    """What `unused-override` says of one override."""
    return Match(
        object=override.object,
        message=f"nothing here needs the override of {override.rule} on {override.object} for {override.name}",
        place=Place(override.file, override.line),
    )
