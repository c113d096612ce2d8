"""The sentences that pages open with: a closed set, each with its mark. A page without one has no reason to be there.

A sentence that can't be proven is one of its own, and says so.
"""

import re
from collections.abc import Mapping

from schemaguard.frozen import dataclass
from schemaguard.web.blocks import Inline, PageAnswer, Role, Sign, Span, Words, words

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of the sentences, with holes such as `{who}`."""

    role: Role
    sign: Sign
    text: str


SENTENCES: Mapping[str, Sentence] = {
    # Overview
    "overview-empty": Sentence("plain", "next", "No contract is known here yet."),
    "overview-fits": Sentence("ok", "ok", "{all} {gets}."),
    "overview-attention": Sentence("warn", "warn", "{all} {gets}. {attention}"),
    "overview-unproven": Sentence("unknown", "unknown", "It can’t be shown that {who} {gets}."),
    "overview-broken": Sentence("breaks", "breaks", "{who} {gets_not}."),
    "overview-unjudged": Sentence(
        "unknown", "unknown", "It isn’t known whether the contracts hold: no tables were read."
    ),
    "overview-blind": Sentence("unknown", "unknown", "The database can’t be read, so what serves isn’t known."),
    # A contract
    "contract-active": Sentence(
        "ok", "ok", "{who} serves, and its contract must hold until it is superseded, plus 14 days."
    ),
    "contract-canary": Sentence("accent", "dot", "{who} is a canary: its contract must hold while it runs."),
    "contract-fallback": Sentence("ok", "ok", "{who} is the fallback: its contract must hold as long as it is."),
    "contract-superseded": Sentence("ok", "ok", "{who} no longer serves, but its contract must hold until {until}."),
    "contract-until": Sentence("ok", "ok", "The contract of {who} must hold until {until}."),
    "contract-endless": Sentence("ok", "ok", "The contract of {who} must hold, with no end stated."),
    "contract-published": Sentence(
        "accent", "dot", "{who} is published and hasn’t served yet: its contract must hold."
    ),
    "contract-over": Sentence("plain", "dot", "The window of {who} was over on {until}: nothing has to hold for it."),
    "contract-unreleased": Sentence("plain", "next", "{who} isn’t released: nothing has to hold for it yet."),
    "contract-retired": Sentence("retired", "retired", "{who} is retired: nothing has to hold for it any more."),
    "contract-broken": Sentence("breaks", "breaks", "{who} must hold and doesn’t: {cause}."),
    "contract-unproven": Sentence("unknown", "unknown", "{who} must hold, and that can’t be shown: {cause}."),
    # A model, and the lists
    "model-serves": Sentence("ok", "ok", "{who} serves; {several} in {window}."),
    "model-holds": Sentence("ok", "ok", "{several} of {who} in {window}."),
    "model-none": Sentence("plain", "next", "No version of {who} is in its window."),
    "models": Sentence("plain", "dot", "{models}, {several} in all; {inside} in {window}."),
    "models-empty": Sentence("plain", "next", "No contract is known here yet."),
    "tables": Sentence("plain", "dot", "{several}; {promised} promised to somebody in a window."),
    "tables-unknown": Sentence(
        "unknown", "unknown", "Which tables there are isn’t known: neither a database nor migrations were read."
    ),
    # May it be dropped?
    "drop-yes": Sentence("ok", "ok", "May I drop it? Yes: no contract in its window names it."),
    "drop-yes-coming": Sentence(
        "warn", "warn", "May I drop it? Yes, by the windows: but {who}, not released yet, will use it."
    ),
    "drop-no": Sentence("breaks", "breaks", "May I drop it? No: {who} {does} {until} ({through})."),
    "drop-unproven": Sentence("unknown", "unknown", "May I drop it? Not known: {who} may use it {until} ({through})."),
    "drop-gone": Sentence("breaks", "breaks", "It isn’t there, and {who} {does} {until}."),
    # Search
    "search-nothing-asked": Sentence(
        "plain", "dot", "Type a model, a table, a column, a revision or a word of a contract."
    ),
    "search-found": Sentence("plain", "dot", "{several} for “{asked}”."),
    "search-none": Sentence("plain", "next", "Nothing is called “{asked}”, and no contract says it."),
    # Matrix
    "matrix-fits": Sentence("ok", "ok", "At {revision}, {all}."),
    "matrix-breaks-ahead": Sentence("warn", "warn", "At {revision}, {all}. {ahead} would break {who}."),
    "matrix-broken": Sentence("breaks", "breaks", "At {revision}, {who} {fits_not}."),
    "matrix-unproven": Sentence("unknown", "unknown", "At {revision}, it can’t be shown that {who} {fits}."),
    "being-judged": Sentence("unknown", "wait", "{several} being judged: look again in a moment."),
    "matrix-empty": Sentence("plain", "next", "There is nothing to compare: {missing}."),
    # Migrations
    "migrations-clean": Sentence("ok", "ok", "{several}, and nothing in them breaks a contract."),
    "migrations-errors": Sentence("breaks", "breaks", "{several}; {errors} in them to mend."),
    "migrations-warnings": Sentence("warn", "warn", "{several}; nothing breaks a contract, {warnings} to think about."),
    "migrations-opaque": Sentence("unknown", "unknown", "{several}; {opaque} in them can’t be read."),
    "migrations-none": Sentence("unknown", "unknown", "No migrations were read: {why}."),
    "revision-passes": Sentence("ok", "ok", "{revision} breaks nobody: {phase}, and taking it back is {rollback}."),
    "revision-rejected": Sentence("breaks", "breaks", "{revision} is rejected: {finding}."),
    "revision-warned": Sentence("warn", "warn", "{revision} passes with a warning: {finding}."),
    "revision-opaque": Sentence(
        "unknown", "unknown", "{revision} can’t be judged as a whole: {opaque} of it can’t be read."
    ),
    # Operations
    "operations-none": Sentence("plain", "next", "Nothing was promoted or rolled back here yet."),
    "operations-quiet": Sentence("ok", "ok", "Nothing is under way. The last one, {operation}, is {state}."),
    "operations-open": Sentence(
        "warn", "wait", "{operation} is open in {step}: whoever runs it is at work, or was interrupted."
    ),
    "operations-waiting": Sentence("warn", "wait", "{operation} waits in {step}, blocking nobody."),
    "operations-unknown": Sentence("unknown", "unknown", "Operations aren’t known: {why}."),
    "operation-done": Sentence("ok", "ok", "Done in {seconds}: {who} serves."),
    "operation-recovered": Sentence("ok", "ok", "Recovered {seconds} after detection: {who} serves."),
    "operation-waiting": Sentence("warn", "wait", "{who} serves. What is left waits in {step}: {waits}."),
    "operation-open": Sentence("warn", "wait", "Under way: it is in {step}."),
    "operation-abandoned": Sentence("retired", "retired", "Abandoned: nothing was switched."),
    # Ledger
    "ledger-empty": Sentence("plain", "next", "The ledger has no entry yet."),
    "ledger-intact": Sentence(
        "ok", "ok", "{several}, each as it was written: they fit together, and with every checkpoint."
    ),
    "ledger-unproven": Sentence(
        "unknown",
        "unknown",
        "{several} that fit together; no checkpoint proves that it wasn’t written anew as a whole.",
    ),
    "ledger-tampered": Sentence("breaks", "breaks", "The ledger isn’t what was written: {problem}."),
    "ledger-unknown": Sentence("unknown", "unknown", "There is no ledger to read: {why}."),
    # Lineage
    "lineage-all": Sentence("accent", "dot", "{several} with {tables} between them."),
    "lineage-model": Sentence("accent", "dot", "{feels}"),
    "lineage-table": Sentence("accent", "dot", "If {table} changes, {who} {feel} it."),
    "lineage-alone": Sentence("plain", "dot", "Nobody with a contract uses {table}."),
    "lineage-empty": Sentence("plain", "next", "No contract is known here, so nothing is connected."),
    # What goes wrong
    "missing": Sentence("plain", "next", "There is no such page: {what}."),
    "failed": Sentence("unknown", "unknown", "This can’t be said now: {what}."),
}


def answer(key: str, more: Words = (), **parts: "str | Inline | Words") -> PageAnswer:
    """The sentence of that key with its holes filled; KeyError where it is none of them or a part is missing."""
    sentence = SENTENCES[key]
    said: list[str | Inline | Words] = []
    at = 0
    for hole in _HOLE.finditer(sentence.text):
        said += [Span(sentence.text[at : hole.start()]), parts[hole[1]]]
        at = hole.end()
    said.append(Span(sentence.text[at:]))
    found = tuple(each for each in words(*said) if not (isinstance(each, Span) and not each.text))
    return PageAnswer(sentence.role, sentence.sign, key, _capital(found), more)


def _capital(said: Words) -> Words:
    """A sentence that begins with what filled its first hole begins with a capital, unless that is a name."""
    if said and isinstance(first := said[0], Span) and first.look != "name":
        return (Span(first.text[:1].upper() + first.text[1:], first.look, first.to), *said[1:])
    return said
