"""query-edited: an edit of the feature query that a contract names."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="query-edited",
    family=Family.CONTRACT,
    severity=Severity.WARNING,
    when="an edit of a feature query without an edit of its contract",
    effect="the query may read something else than the contract promises, and check protects only what is promised",
    instead="compare both with schemaguard contracts validate; give a new query to a new version",
)
