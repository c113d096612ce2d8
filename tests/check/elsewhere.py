"""What other linters try their own rules on, rewritten: which of it is found here, and by which rule.

`tests/fixtures/elsewhere/<tool>.sql` holds the cases. A line begins each:

    --- bad THEIR-RULE [-> OURS ...] [in-transaction]    they find it, and so do we
    --- good THEIR-RULE [-> OURS ...] [in-transaction]   they are silent, and so are we
    --- differs THEIR-RULE [in-transaction]: why         we judge it otherwise, for a reason
    --- before                                           what every case of the file finds there

They are those of squawk (Apache-2.0 or MIT), strong_migrations (MIT; as Rails sends them), eugene (MIT), Atlas and
django-migration-linter (both Apache-2.0), in words of our own.

A line `-->` begins the next file of a case. Without OURS it is the rules of ours that answer to their rule's name.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from schemaguard.catalog.objects import Catalog
from schemaguard.finding import Finding
from schemaguard.frozen import dataclass
from schemaguard.history.graph import build
from schemaguard.history.history import History, Script, Section, Transactions
from schemaguard.history.replay import replay
from schemaguard.history.revision import Revision
from schemaguard.history.selection import Selection
from schemaguard.history.sql_runner import SqlRunner
from schemaguard.rules import RULES
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.judging.judge import Terms, judge

FOLDER = Path(__file__).parent.parent / "fixtures/elsewhere"
_HEAD = re.compile(
    r"--- (?P<kind>bad|good|differs|before)(?: (?P<theirs>[\w-]+))?(?: -> (?P<ours>(?:(?!in-transaction)[a-z-]+ ?)+?))?"
    r"(?P<within> in-transaction)?(?:: (?P<why>.+))?"
)
_MODES: dict[str, Transactions] = {"squawk": "none", "eugene": "implicit"}
TOOLS = ("squawk", "strong_migrations", "eugene", "atlas", "django_migration_linter")
_ALL = Choice(severities={rule.id: rule.severity.value for rule in RULES if rule.opt_in})


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what they say of it, and which rules of ours say the same."""

    tool: str
    kind: str
    theirs: str
    ours: frozenset[str]
    why: str
    before: str
    files: tuple[str, ...]
    transactions: Transactions

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.tool}/{self.theirs} {self.kind}: {' '.join(' --> '.join(self.files).split())[:90]}"

    def found(self) -> frozenset[str]:
        """The rules of ours that fire on it."""
        return frozenset(finding.rule for finding in self.findings())

    def findings(self) -> tuple[Finding, ...]:
        """All that is found in its files, every rule switched on."""
        texts = [self.before, *self.files] if self.before else list(self.files)
        names = [f"{number:03}" for number in range(len(texts))]
        revisions = [
            Revision(name, (names[number - 1],) if number else (), f"{name}.sql") for number, name in enumerate(names)
        ]
        scripts = {
            name: Script(Section(f"{name}.sql", text, transactions=self.transactions))
            for name, text in zip(names, texts, strict=True)
        }
        # A file by itself takes for granted what it names.
        path = "migrations" if self.before or len(self.files) > 1 else "000.sql"
        history = History(path, "sql", build(revisions), scripts=scripts, tool="plain")
        judged = frozenset(names[1:] if self.before else names)
        replayed = replay(history, SqlRunner(scripts), Catalog(), selection=Selection(judged, with_ways_back=False))
        return judge((replayed,), Terms(choice=_ALL))

    @property
    def is_as_said(self) -> bool:
        """Whether we find it where they do, and are silent where they are; the other way round where we differ."""
        fires = bool(self.ours & self.found())
        match self.kind:
            case "bad":
                return fires
            case "good":
                return not fires
            case _:
                return True


def cases(tool: str) -> Iterator[Case]:
    """The cases of one tool."""
    before, head, lines = "", None, []
    for line in [*(FOLDER / f"{tool}.sql").read_text(encoding="utf-8").splitlines(), "--- before"]:
        if not line.startswith("--- "):
            lines.append(line)
            continue
        if head is not None and head["kind"] == "before":
            before = "\n".join(lines) + "\n"
        elif head is not None:
            yield _case(tool, head, before, "\n".join(lines) + "\n")
        head, lines = _HEAD.fullmatch(line.strip()), []
        assert head, line


def _case(tool: str, head: re.Match[str], before: str, text: str) -> Case:
    theirs = head["theirs"]
    own = frozenset((head["ours"] or "").split())
    alias = f"{tool.replace('django_migration_linter', 'django-migration-linter')}/{theirs}"
    ours = own or frozenset(rule.id for rule in RULES if alias in rule.aliases)
    mode: Transactions = "one" if head["within"] else _MODES.get(tool, "one")
    files = tuple(re.split(r"^-->\s*$", text, flags=re.MULTILINE))
    return Case(tool, head["kind"], theirs, ours, head["why"] or "", before, files, mode)
