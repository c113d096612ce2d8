"""Which rules count, and how much: `--select`, `--ignore`, configured severities, `adopt`."""

from collections.abc import Iterable, Mapping

from schemaguard.errors import ConfigError, UsageError
from schemaguard.finding import Severity
from schemaguard.frozen import dataclass, field
from schemaguard.rules.rule import Rule

OFF = "off"
_ALWAYS = (
    "belongs to the contract family, which can't be switched off or made less severe: it protects models that serve"
)
_INSTEAD = "leave it out; to accept one agreed break, use schemaguard override"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rules are on and how severe they are. The contract family is always on, as severe as it says itself."""

    select: tuple[str, ...] = ()
    """Rule ids, families or names of other linters; empty for all that aren't opt-in."""
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    """Rule → severity, or `off`."""
    adopt: bool = False
    """Everything outside of the contract family is a warning at most."""

    def is_on(self, rule: Rule) -> bool:
        """Whether the rule is looked for at all."""
        if rule.is_fixed:
            return True
        if any(rule.answers_to(word) for word in self.ignore):
            return False
        if self.select:
            return any(rule.answers_to(word) for word in self.select)
        configured = self._configured(rule)
        return configured != OFF and (not rule.opt_in or configured is not None)

    def severity(self, rule: Rule, own: Severity) -> Severity:
        """How severe a match is that the rule itself would call `own`."""
        if rule.is_fixed:
            return own
        configured = self._configured(rule)
        severity = Severity(configured) if configured not in (None, OFF) else own
        return Severity.WARNING if self.adopt and severity is Severity.ERROR else severity

    def _configured(self, rule: Rule) -> str | None:
        return next((severity for word, severity in self.severities.items() if rule.answers_to(word)), None)

    def checked(self, rules: Iterable[Rule], settings_file: str = "") -> "Choice":
        """This choice, if everything that it names exists; raises UsageError or ConfigError where not."""
        known = tuple(rules)
        self._leave_contracts(known, settings_file)
        for option, words in (("--select", self.select), ("--ignore", self.ignore)):
            for word in words:
                if not any(rule.answers_to(word) for rule in known):
                    raise UsageError(f"no rule {word!r}", at=f"{option} {word}", next=nearest(word, known))
        for word, severity in self.severities.items():
            where = f"{settings_file or 'settings'}: [rules] {word}"
            if not any(rule.answers_to(word) for rule in known):
                raise ConfigError(f"no rule {word!r}", at=where, next=nearest(word, known))
            if severity not in (*Severity, OFF):
                raise ConfigError(f"no severity {severity!r}", at=where, next="use error, warning, note or off")
        return self

    def _leave_contracts(self, rules: tuple[Rule, ...], settings_file: str) -> None:
        """Raise UsageError or ConfigError where a word names a rule of the contract family, which nobody chooses."""
        for option, words in (("--select", self.select), ("--ignore", self.ignore)):
            for word in words:
                if _is_of_contracts(word, rules):
                    raise UsageError(f"{word} {_ALWAYS}", at=f"{option} {word}", next=_INSTEAD)
        for word in self.severities:
            if _is_of_contracts(word, rules):
                where = f"{settings_file or 'settings'}: [rules] {word}"
                raise ConfigError(f"{word} {_ALWAYS}", at=where, next=_INSTEAD)


def _is_of_contracts(word: str, rules: tuple[Rule, ...]) -> bool:
    return any(rule.is_fixed and rule.answers_to(word) for rule in rules)


def nearest(word: str, rules: tuple[Rule, ...]) -> str:
    """What to do next about a word that names no rule."""
    # Only a word that is misspelled needs it.
    import difflib

    near = difflib.get_close_matches(word, [rule.id for rule in rules], n=1)
    return f"did you mean {near[0]}?" if near else "schemaguard explain lists the rules"
