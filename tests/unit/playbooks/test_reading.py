"""Broken playbooks: each error with its line, in words that say what to write."""

import json
from datetime import timedelta

import pytest

from schemaguard.errors import PlaybookError
from schemaguard.playbooks.playbook import CanaryStep, CanaryTerms, EvaluationTerms
from schemaguard.playbooks.reading import problems, schema_text
from schemaguard.playbooks.trip import QuantileAbove, ShareAbove, ShareBelow
from tests.unit.playbooks.examples import EXAMPLE, changed, line_of

SMALLEST = """\
version: 1
model: churn
owner: growth
sources:
  answers: {kind: push}
triggers:
  - {name: errors, measure: {source: answers}, trip: error rate > 2 %, action: advise}
evaluation: {alpha: 0.01}
roles: {declare: [ops], execute: [ops], communicate: [ops]}
"""

SECOND = "error-rate\n    measure: {source: predictions"
BROKEN = [
    # What is changed, into what, the words of the line that is named, and what is said.
    ("mode: act ", "mdoe: act ", "mdoe", "mdoe: unknown key; did you mean mode?"),
    ("mode: act ", "mode: yes ", "mode:", "mode: is YAML's true; put it into quotes to mean the word"),
    ("mode: act ", "mode: action ", "mode:", "'action' isn't one of advise, act; did you mean act?"),
    ("version: 1\n", "version: 2\n", "version:", "version: has to be 1, not 2"),
    ("owner: risk-ml\n", "", "version:", "playbook: owner is missing"),
    ("owner: risk-ml", "owner: 12", "owner:", 'owner: 12 is a number; write "12"'),
    ("owner: risk-ml", "owner:", "owner:", "owner: has no value; it has to be a text"),
    ("kind: table\n", "kind: tabel\n", "kind: tabel", "'tabel' isn't one of table, prometheus, push, csv"),
    ("time_column: scored_at", "timecolumn: scored_at", "timecolumn", "unknown key; did you mean time_column?"),
    ("    time_column: scored_at\n", "", "predictions:", "a source of kind table needs time_column"),
    ("url: ${PROMETHEUS_URL}", "url: https://me:secret@there", "url:", "a password stands in the file"),
    ("url: ${PROMETHEUS_URL}", "url: prometheus", "url:", "'prometheus' isn't an address"),
    ("every: 30s ", "every: 30 ", "every: 30 ", "sources.gateway.every: 30 is a number; write 30s"),
    ("every: 30s ", "every: 30sec ", "every: 30sec", "'30sec' isn't a duration; write e.g. 30s, 10m, 4h or 92d"),
    ("settle: 15s ", "settle: 999999999d ", "settle: 9", "'999999999d' isn't a duration"),
    ("source: gateway,", "source: gatway,", "gatway", "there is no source 'gatway'; did you mean gateway?"),
    (", version_label: version}", "}", "errors_total", "a source of kind prometheus needs version_label"),
    ("column: latency_ms", "colunm: latency_ms", "colunm", "colunm: unknown key; did you mean column?"),
    ("p95 > 300 ms", "p95 is bad", "p95 is bad", "'p95 is bad' isn't a line; write e.g. p95 > 300 ms"),
    ("p95 > 300 ms", "p95 > 0 ms", "p95 > 0", "a limit of 0 is always crossed"),
    ("error rate > 2 %", "error rate > 2", "error rate > 2", "isn't a line; write e.g. error rate > 2 %"),
    ("error rate > 2 %", "error rate > 0 %", "error rate > 0", "a share lies between 0 % and 100 %"),
    ("null rate > 5 %", "null rate < 5 %", "null rate <", "a low null rate isn't bad; write null rate > 5 %"),
    ("KS > 0.15", "KS > 1.5", "KS > 1.5", "a distance lies between 0 and 1"),
    (", reference: training", "", "column: amount", "a drift needs its reference: training, or a version"),
    ("action: fallback", "action: fall-back", "fall-back", "did you mean fallback?"),
    ("fallback: {version: \"7\", capacity: 20}\n", "", "action: fallback", "fallback needs the version"),
    ('version: "7"', "version: 7", "fallback:", 'fallback.version: 7 is a number; write "7"'),
    ("name: latency", "name: Latency", "Latency", "a name has lower-case letters, digits and hyphens"),
    ("name: latency", "name: error-rate", SECOND, "error-rate is the name of another trigger, too"),
    ("score < 0.8", "score <", "score <", "'score <' isn't a condition that PostgreSQL can read"),
    ("score < 0.8", "id in (select id from t)", "(select", "a condition is about the row alone"),
    ("score < 0.8", "true) or (true", "true) or", "closes a parenthesis that it doesn't open"),
    ("score < 0.8", "true; drop table t", "drop table", "without comments, semicolons and parameters"),
    ('entry_mode, is: "null"}', "entry_mode}", "entry_mode", "needs where: what a failure is"),
    ("impact: revenue", "impact: revenu", "impact: revenu\n", "there is no impact 'revenu'; did you mean revenue?"),
    ("alpha: 0.01 ", "alpha: 0.5 ", "alpha", "0.5 has to be more than 0 and at most 0.1"),
    ("after: 3, then: freeze", "after: 3, then: rollback", "then: rollback", "'rollback' isn't one of advise, freeze"),
    ("percent: 25,", "percent: 2,", "steps:", "canary.steps: percents don't rise: 1, 5, 2, 100"),
    ("percent: 25,", "percent: 250,", "percent: 250", "250 has to be at least 1 and at most 100"),
    ("{percent: 25, hold: 20m,", "{percent: 25,", "percent: 25", "hold is missing"),
    ("declare: [oncall-ml]", "declare: []", "declare:", "roles.declare: is empty; it needs at least one"),
    ("declare: [oncall-ml]", "declare: oncall-ml", "declare:", "has to be a list, not the text 'oncall-ml'"),
    ("  approve: [risk-lead, ml-lead]\n", "", "approvals:", "nobody may approve: name them in roles.approve"),
    ("act: promote,", "act: rollback,", "act: rollback", "rollback can't wait for an approval"),
    ("act: purge,", "act: promote,", "needed: 2", "promote has approvals twice"),
    ("audit: 183d", "audit: 90d", "audit:", "retention.audit: 90d is too short: at least 183d"),
    ("select sum(amount)", "delete from x; select sum(amount)", "delete", "isn't one query that only reads a table"),
    ("occurred_at > :since", "occurred_at > :from", ":from", ":from isn't known; a query may use :since and :until"),
    ("rolled-back, frozen", "rolledback, frozen", "rolledback", "did you mean rolled-back?"),
    ("role: communicate", "role: telling", "role: telling", "'telling' isn't one of declare, execute"),
    ("scenarios: all", "scenarios: [latenci]", "latenci", "there is no scenario 'latenci'; did you mean latency?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "place", "words"), BROKEN, ids=[new[:40] or old[:40] for old, new, *_ in BROKEN]
)
def test_a_broken_playbook_is_told_with_its_line(old: str, new: str, place: str, words: str) -> None:
    text = changed(old, new)
    made, found = problems(text, "playbooks/fraud.yaml")
    assert made is None
    told = [(one.line, f"{one.path}: {one.what}") for one in found if one.is_error]
    assert [line for line, said in told if words in said] == [line_of(text, place)], told


def test_there_are_forty_of_them() -> None:
    assert len(BROKEN) >= 40


def test_several_errors_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        changed("mode: act ", "mdoe: act ").replace("p95 > 300 ms", "p95 is bad").replace("percent: 25", "percent: 2")
    )
    _, found = problems(text, "f")
    assert [one.path for one in found if one.is_error] == ["mdoe", "triggers[1].trip", "canary.steps"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("a: [1, 2", "not valid YAML"),
        ("a: &x 1\nb: *x\n", "anchors and aliases aren't supported in playbooks"),
        ("model: a\nmodel: b\n", "'model' appears twice"),
        ("a: 1\n---\nb: 2\n", "put each playbook into a file of its own"),
        ("a: !!python/object:os.system x\n", "the YAML tag"),
    ],
)
def test_what_is_no_document_is_one_clear_error(text: str, words: str) -> None:
    with pytest.raises(PlaybookError) as raised:
        problems(text, "playbooks/x.yaml")
    assert words in str(raised.value)
    assert raised.value.at.startswith("playbooks/x.yaml:")


@pytest.mark.parametrize("text", ["- a\n", "just words\n", "7\n"])
def test_what_is_no_mapping_is_told(text: str) -> None:
    made, found = problems(text, "f")
    assert made is None
    assert found[0].what.startswith("has to be keys with values")


def test_a_drift_that_rolls_back_is_warned_of_and_taken() -> None:
    made, found = problems(
        changed('trip: "KS > 0.15"\n    action: freeze', 'trip: "KS > 0.15"\n    action: rollback'), "f"
    )
    assert made is not None
    assert [(one.is_error, one.path) for one in found] == [(False, "triggers[2].action")]


def test_the_example_says_what_it_says() -> None:
    made, found = problems(EXAMPLE, "f")
    assert found == ()
    assert made is not None
    assert (made.model, made.mode, made.canary.advances_itself, made.canary.assign_by) == (
        "fraud", "act", True, "customer_id",
    )  # fmt: skip
    assert [type(one.trip).__name__ for one in made.triggers] == [
        "ShareAbove", "QuantileAbove", "DistanceAbove", "ShareAbove", "ShareBelow",
    ]  # fmt: skip
    assert made.triggers[0].trip == ShareAbove("error rate", 0.02)
    assert made.triggers[1].trip == QuantileAbove(0.95, 300, "ms")
    assert made.triggers[4].trip == ShareBelow("approval rate", 0.9)
    assert made.length(made.triggers[0]) == timedelta(seconds=30)
    assert made.planned_looks(made.triggers[1]) == 480
    assert made.alpha(made.triggers[0]) == pytest.approx(0.002)
    assert made.approvals[0].timeout == timedelta(hours=2)
    assert made.impact["revenue"].unit == "EUR/minute"


def test_the_smallest_playbook_has_the_defaults() -> None:
    made, found = problems(SMALLEST, "f")
    assert found == ()
    assert made is not None
    assert made.mode == "advise"
    assert made.canary == CanaryTerms()
    assert made.canary.steps[0] == CanaryStep(1, timedelta(minutes=10))
    assert made.evaluation == EvaluationTerms(0.01)
    assert made.drills.scenarios == ()


def test_the_schema_is_json_and_every_object_is_closed() -> None:
    schema = json.loads(schema_text())

    def objects(part: object) -> list[dict[str, object]]:
        if isinstance(part, dict):
            own = [part] if "properties" in part else []
            return own + [one for inner in part.values() for one in objects(inner)]
        return [one for inner in part for one in objects(inner)] if isinstance(part, list) else []

    assert all(one.get("additionalProperties") is False for one in objects(schema))
    assert schema["$schema"].endswith("2020-12/schema")
