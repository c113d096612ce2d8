"""query-edited: an edit of the feature query that a contract names."""

from schemaguard.finding import Family, Severity
from schemaguard.rules.rule import Rule

# Found where edits of contracts are judged: registry/edits.py.
RULE = Rule(
    id="query-edited",
    family=Family.CONTRACT,
    severity=Severity.WARNING,
    when="an edit of a feature query whose contract stays as it is",
    effect="what it reads may not be what is promised any more, and check defends only the promise",
    instead="schemaguard contracts validate holds the query against the contract; a new query is for a new version",
)
