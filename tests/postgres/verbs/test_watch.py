"""`watch`: what serves is measured by its published playbook; decisions are kept and told, nothing is carried out."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from schemaguard.adapters.postgres.measuring import latest_end, looks
from schemaguard.adapters.postgres.measuring_values import bins, means, reference
from schemaguard.commands.site import Site as Place
from schemaguard.commands.watch import watch_once
from schemaguard.playbooks.drift import DriftReference, distance, reference_of
from schemaguard.playbooks.due import due_spans
from schemaguard.playbooks.look import Counted, Look, MissingLook
from schemaguard.playbooks.playbook import Measure, MeasurementSource, PlaybookTrigger
from schemaguard.playbooks.trip import DistanceAbove, MeanWorse, ShareAbove
from tests.postgres.verbs.site import Site

PLAYBOOK = """\
version: 1
model: fraud
owner: risk-ml
mode: act
sources:
  scored: {kind: table, table: scored, version_column: "the Version", time_column: at, settle: 5s}
  gateway: {kind: push}
triggers:
  - {name: error-rate, measure: {source: scored, where: "note like '%failed%'"}, trip: error rate > 2 %, action: rollback}
  - {name: approvals, measure: {source: scored, where: score < 0.8}, trip: approval rate < 90 %, action: freeze}
  - {name: latency, measure: {source: scored, column: latency}, trip: p95 > 300 ms, action: advise}
  - {name: empty, measure: {source: scored, column: note, is: "null"}, trip: null rate > 5 %, action: freeze}
  - {name: drift, measure: {source: scored, column: score, reference: training}, trip: KS > 0.15, action: freeze}
  - {name: outside, measure: {source: gateway}, trip: error rate > 2 %, action: freeze}
evaluation: {alpha: 0.01, every: 1s, false_alarm_every: 1d}
roles: {declare: [ops], execute: [ops], communicate: [ops]}
"""  # noqa: E501 - a playbook
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TABLE = """\
create table scored (at timestamptz not null, "the Version" text, note text, score double precision, latency real);
create index on scored (at)"""
ROWS = """\
insert into scored
select date_trunc('second', clock_timestamp()) - make_interval(secs => %(ago)s - s) - interval '1 ms' * n, %(version)s,
       case when n <= %(failed)s then 'it failed' else 'fine' end, 0.5, 100
from generate_series(0, %(seconds)s - 1) s, generate_series(1, 20) n"""


@pytest.fixture
def watched(live: Site) -> Site:
    """fraud 7 serves, its playbook is published, and every trigger has begun two minutes ago."""
    live.ask(TABLE)
    (live.folder / "playbooks").mkdir()
    (live.folder / "playbooks" / "fraud.yaml").write_text(PLAYBOOK)
    live.done("playbook", "publish", "fraud")
    live.done("watch", "--once")
    live.ask("update schemaguard.watch set upto = upto - interval '2 minutes'")
    # A second may have passed in that look.
    live.ask(
        "delete from schemaguard.look; delete from schemaguard.decision; update schemaguard.watch set known = '{}'"
    )
    return live


def scored(site: Site, *, version: str = "7", failed: int = 0, ago: int = 100, seconds: int = 60) -> None:
    with psycopg.connect(site.url, autocommit=True) as connection:
        connection.execute(ROWS, {"version": version, "failed": failed, "ago": ago, "seconds": seconds})


def decided(site: Site) -> list[tuple[str, str, str]]:
    found = json.loads(site.done("decisions", "--format", "json"))["decisions"]
    return [(one["trigger"], one["kind"], one["action"]) for one in found]


def test_what_is_not_measured_is_said_and_what_is_begins_without_looks(watched: Site) -> None:
    watched.ask("update schemaguard.watch set upto = upto + interval '2 minutes'")
    said = watched.done("watch", "--once")
    assert "fraud drift: not watched: KS > 0.15 needs rows to compare with: name a version as its reference" in said
    assert "fraud outside: not watched: a source of kind push isn't measured yet" in said
    assert "fraud error-rate: version 7: no requests yet" in said


def test_failures_trip_once_and_are_in_the_ledger(watched: Site) -> None:
    scored(watched, failed=10)
    said = watched.done("watch", "--once")
    assert re.search(r"error rate > 2 %: .* → rollback \(decision \d+: to be carried out\)", said)
    scored(watched, failed=10, ago=30, seconds=20)
    watched.done("watch", "--once")
    assert [one for one in decided(watched) if one[1] == "tripped"] == [("error-rate", "tripped", "rollback")]
    entries = json.loads(watched.done("audit", "log", "--format", "json"))["entries"]
    (entry,) = [one for one in entries if one["event"] == "decision" and one["payload"]["kind"] == "tripped"]
    assert entry["payload"]["trip"] == "error rate > 2 %"
    assert watched.ask("select active, epoch from schemaguard.pointer") == [("7", 1)]


def test_healthy_rows_and_another_version_s_failures_lead_to_nothing(watched: Site) -> None:
    scored(watched, ago=120, seconds=110)
    scored(watched, version="8", failed=20, ago=120, seconds=110)
    watched.done("watch", "--once")
    assert [one for one in decided(watched) if one[1] == "tripped"] == []


def test_every_row_is_counted_once_however_often_it_is_looked(watched: Site) -> None:
    scored(watched, ago=110, seconds=100)
    for _ in range(3):
        watched.done("watch", "--once")
    counted = watched.ask("select sum(total) from schemaguard.look where trigger = 'error-rate'")
    assert counted == [(2_000,)]
    assert watched.ask("select known -> 'total' from schemaguard.watch where trigger = 'error-rate'") == [(2_000,)]


def test_looks_without_rows_are_missing_and_freeze_without_going_back(watched: Site) -> None:
    watched.done("watch", "--once")
    assert set(decided(watched)) == {
        (trigger, "no-data", "freeze") for trigger in ("error-rate", "approvals", "latency", "empty")
    }
    assert "looks missing in a row (no rows)" in watched.done("decisions")


def test_a_source_that_cannot_be_asked_is_missing_with_its_reason(watched: Site) -> None:
    watched.ask("alter table scored rename column score to points")
    scored_ = watched.done("watch", "--once")
    assert 'column "score" does not exist' in scored_
    assert {one[1] for one in decided(watched)} == {"no-data"}


def test_a_condition_that_writes_writes_nothing(watched: Site) -> None:
    watched.ask(
        "create table traces (n int); create function hurts(text) returns boolean language sql volatile as "
        "$$ insert into traces values (1); select true $$"
    )
    file = watched.folder / "playbooks" / "fraud.yaml"
    file.write_text(PLAYBOOK.replace("note like '%failed%'", "hurts(note)"))
    watched.done("playbook", "publish", "fraud")
    scored(watched, ago=60, seconds=20)
    assert "read-only" in watched.done("watch", "--once")
    assert watched.ask("select count(*) from traces") == [(0,)]


def test_a_switch_begins_anew(watched: Site) -> None:
    scored(watched, failed=10)
    watched.done("watch", "--once")
    watched.ask("update schemaguard.pointer set epoch = 2")
    said = watched.done("watch", "--once")
    assert "fraud error-rate: version 7: no requests yet, evidence –" in said


def test_evidence_against_another_line_says_nothing_of_this_one(watched: Site) -> None:
    known = "select (known -> 'total')::int from schemaguard.watch where trigger = 'error-rate'"
    file = watched.folder / "playbooks" / "fraud.yaml"
    scored(watched, ago=110, seconds=60)
    watched.done("watch", "--once")
    ((counted,),) = watched.ask(known)
    assert counted == 1_200
    file.write_text(PLAYBOOK.replace("owner: risk-ml", "owner: risk-ops"))
    watched.done("playbook", "publish", "fraud")
    watched.done("watch", "--once")
    assert watched.ask(known) == [(counted,)]
    file.write_text(PLAYBOOK.replace("error rate > 2 %", "error rate > 3 %", 1))
    watched.done("playbook", "publish", "fraud")
    ((upto,),) = watched.ask("select upto from schemaguard.watch where trigger = 'error-rate'")
    watched.ask("delete from schemaguard.look where trigger = 'error-rate'")
    watched.ask("update schemaguard.watch set upto = upto - interval '1 second' where trigger = 'error-rate'")
    watched.done("watch", "--once")
    assert watched.ask(known) == [(0,)]
    assert watched.ask("select upto from schemaguard.watch where trigger = 'error-rate'") >= [(upto,)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/St_Johns"])
def test_looks_are_as_long_as_they_are_whatever_becomes_of_a_zone_s_clocks(database: str, zone: str) -> None:
    days = 220  # Clocks are set at least once in so many.
    source = MeasurementSource("s", "table", table="scored", version_column="v", time_column="at", settle=2 * DAY)
    trigger = PlaybookTrigger("t", Measure("s", where="score < 0"), ShareAbove("error rate", 0.5), "freeze")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select set_config('timezone', %s, false)", (zone,))
        connection.execute("create table scored (at timestamptz, v text, score real)")
        connection.execute(
            "insert into scored select now() - make_interval(hours => n), '7', 1 from generate_series(0, %s) n",
            (days * 24,),
        )
        until = latest_end(connection, source, HOUR)
        since = (until - days * DAY + HOUR / 4).astimezone(ZoneInfo(zone))
        found = looks(connection, source, trigger, due_spans(since, until, HOUR), HOUR)
        connection.execute("drop table scored")
    ends = [look.until.astimezone(UTC) for look in found]
    assert (len(ends), ends[-1], {two - one for one, two in pairwise(ends)}) == (days * 24, until, {HOUR})
    assert (datetime.now(UTC) - 2 * DAY - until) < HOUR + timedelta(minutes=5)
    assert found[0].since == since
    assert all(isinstance(look, Look) and look.versions["7"].total == 1 for look in found[50:])


def test_rows_are_counted_into_the_bins_of_a_frozen_reference_and_means_are_compared_on_equal_terms(
    database: str,
) -> None:
    source = MeasurementSource("s", "table", table="scored", version_column="v", time_column="at")
    measure = Measure("s", column="amount", reference="7")
    drift = PlaybookTrigger("t", measure, DistanceAbove(0.15), "freeze")
    loses = PlaybookTrigger("t", measure, MeanWorse("revenue", 0.2, True), "rollback", is_against_stable=True)
    since = datetime(2026, 11, 29, 12, tzinfo=UTC)
    due = due_spans(since, since + 3 * HOUR, HOUR)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table scored (at timestamptz, v text, amount numeric)")
        insert = "insert into scored select %s::timestamptz - interval '1 ms' * n, %s, {} from generate_series(1, %s) n"
        connection.execute(insert.format("n").encode(), (since, "7", 999))
        assert reference(connection, source, drift, since) == "the reference 7 has 999 rows of 1,000 that are needed"
        connection.execute(insert.format("1000").encode(), (since, "7", 1))
        connection.execute(insert.format("2").encode(), (since + HOUR, "7", 500))
        frozen = reference(connection, source, drift, since)
        assert isinstance(frozen, DriftReference)
        assert abs(frozen.edges[49] - reference_of(range(1, 1001)).edges[49]) <= 1
        assert (frozen.rows, len(frozen.edges), frozen.below[49]) == (1_000, 99, 0.5)
        # The first look: the same values; the second: twice as large, and a row without a value; the third: none.
        for hour, value in ((1, "n"), (2, "2 * n")):
            connection.execute(insert.format(value).encode(), (since + hour * HOUR, "8", 1_000))
        connection.execute("insert into scored values (%s, '8', null), (%s, '8', 'NaN')", [since + 2 * HOUR] * 2)
        one, two, three = bins(connection, source, drift, due, HOUR, frozen)
        assert isinstance(one, Look)
        assert isinstance(two, Look)
        assert distance(frozen, one.bins["8"]) < 0.002
        assert abs(distance(frozen, two.bins["8"]) - 0.5) < 0.01
        assert (one.versions["8"].total, two.versions["8"].total, sum(two.bins["8"])) == (1_000, 1_000, 1_000)
        assert isinstance(three, MissingLook)
        connection.execute("delete from scored where v = '8'")
        # 8 has the mean of 7, then less than four fifths of it, then nothing.
        for hour, own, many in ((1, "2", 40), (2, "1.5", 40)):
            connection.execute(insert.format(own).encode(), (since + hour * HOUR, "8", many))
        for hour in (2, 3):
            connection.execute(insert.format("2").encode(), (since + hour * HOUR, "7", 500))
        found = means(connection, source, loses, due, HOUR, ("8", "7"))
        assert [each.versions for each in found if isinstance(each, Look)] == [
            {"8": Counted(0, 40), "7": Counted(0, 500)},
            {"8": Counted(40, 40), "7": Counted(0, 500)},
            {"7": Counted(0, 500)},
        ]
        connection.execute("drop table scored")
        assert isinstance(reference(connection, source, drift, since), str)
        assert "does not exist" in str(means(connection, source, loses, due, HOUR, ("8", "7"))[0])


def test_a_watcher_that_was_overtaken_keeps_nothing(watched: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemaguard.adapters.postgres import measuring

    scored(watched, failed=10)
    measure = measuring.looks

    def overtaken(connection: psycopg.Connection, *arguments: object) -> object:
        found = measure(connection, *arguments)  # type: ignore[arg-type]  # as it was called
        monkeypatch.setattr(measuring, "looks", measure)
        watched.done("watch", "--once")
        return found

    monkeypatch.setattr(measuring, "looks", overtaken)
    with Place(watched.folder, database_url=watched.url) as site:
        first = watch_once(site).passes[0]
    assert (first.trigger, first.why_not) == ("error-rate", "another watcher was faster")
    assert len([one for one in decided(watched) if one[1] == "tripped"]) == 1


def test_health_says_who_is_not_watched(watched: Site) -> None:
    assert "4 of 4 triggers are watched" in watched.done("watch", "--health")
    watched.ask("update schemaguard.watch set beat = now() - interval '1 hour' where trigger = 'latency'")
    ran = watched.run("watch", "--health")
    assert ran.code == 2
    assert "fraud latency: silent for 3,6" in ran.out


def test_a_playbook_is_published_once_and_one_that_is_not_is_named(live: Site) -> None:
    ran = live.run("watch", "--once")
    assert (ran.code, "no playbook is published" in ran.err) == (2, True)
    (live.folder / "playbooks").mkdir()
    file = live.folder / "playbooks" / "fraud.yaml"
    file.write_text(PLAYBOOK)
    assert "is in force (" in live.done("playbook", "publish", "fraud")
    assert "was in force already" in live.done("playbook", "publish", "fraud")
    file.write_text(PLAYBOOK.replace("alpha: 0.01", "alpha: 1"))
    ran = live.run("playbook", "publish", str(Path("playbooks/fraud.yaml")))
    assert ran.code == 2
    assert "evaluation.alpha" in ran.err
    ran = live.run("watch", "churn", "--once")
    assert "churn has no published playbook" in ran.err
