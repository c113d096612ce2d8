"""What a change means at production's size: how long, how much queues, and how severe that is."""

from pathlib import Path

import pytest
import yaml

from schemaguard.errors import ConfigError
from schemaguard.finding import Finding
from schemaguard.rules.facts.production import ProductionFacts, TableLoad, WorkRates, document, from_document
from tests.check.checking import before, checked, project

RATES = WorkRates(200, 25, 500_000, 1_000_000, is_measured=True)
SMALL = TableLoad(rows=200, bytes=16_384)
LARGE = TableLoad(80_000_000, 28_000_000_000, 6_000_000_000, 2_100, 310, 12)


def _found(folder: Path, sql: str, load: TableLoad, rates: WorkRates = RATES) -> Finding:
    """The first finding of the blocking family on a change of notes, which has that load in production."""
    facts = yaml.safe_dump(document(ProductionFacts({"public.notes": load}, rates)))
    files = {"migrations/001.sql": before(), "migrations/002.sql": sql, "facts.yaml": facts}
    result = checked(project(folder, files, settings='facts = "facts.yaml"\n'), "migrations", select=("blocking",))
    return next(finding for finding in result.findings if finding.family.value == "blocking")


@pytest.mark.parametrize(("load", "severity"), [(SMALL, "note"), (LARGE, "error")])
def test_an_index_is_as_severe_as_its_table_is_large(load: TableLoad, severity: str, tmp_path: Path) -> None:
    assert _found(tmp_path, "create index on notes (body)", load).severity.value == severity


def test_it_says_how_it_reckoned_and_what_queues(tmp_path: Path) -> None:
    told = _found(tmp_path, "alter table notes alter body set not null", LARGE).effect
    queue = "≈ 2,100 reads/s and 310 writes/s queue, behind transactions of up to 12 s"
    assert told.startswith(f"≈ 140 s, {queue} (reckoned from 28 GB at 200 MB/s, as this server was measured): takes")


def test_reads_do_not_queue_behind_a_lock_that_lets_them_through(tmp_path: Path) -> None:
    told = _found(tmp_path, "create index on notes (body)", LARGE).effect
    assert told.startswith("≈ 160 s, ≈ 310 writes/s queue")


def test_a_rewrite_counts_the_indexes_too_and_says_where_no_rate_was_measured(tmp_path: Path) -> None:
    told = _found(tmp_path, "alter table notes alter id type text", LARGE, WorkRates()).effect
    assert "34 GB at 25 MB/s, as a small server does, none was measured" in told


def test_a_table_that_the_file_does_not_know_is_judged_without_it(tmp_path: Path) -> None:
    found = _found(tmp_path, "create index on predictions (score)", SMALL)
    assert (found.severity.value, found.effect.startswith("takes SHARE")) == ("error", True)


def test_what_does_not_grow_with_the_table_is_not_graded_by_it(tmp_path: Path) -> None:
    assert _found(tmp_path, "lock table notes", LARGE).severity.value == "warning"


def test_the_file_holds_what_it_was_made_of() -> None:
    facts = ProductionFacts({"public.notes": LARGE}, RATES, "2026-11-01T00:00:00+00:00", 18)
    assert from_document(yaml.safe_load(yaml.safe_dump(document(facts)))) == facts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "the file must be a mapping"),
        ("version: 2", "unsupported version 2 of the facts"),
        ("version: 1\ntables: {public.t: {rows: many, bytes: 1}}", "public.t: rows must be a number, 0 or more"),
        ("version: 1\nrates: {scan_mb_per_s: 0}", "rates: scan_mb_per_s must be more than 0"),
        ("a: [", "is not valid YAML"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    files = {"migrations/001.sql": before(), "facts.yaml": text}
    with pytest.raises(ConfigError, match=said):
        checked(project(tmp_path, files, settings='facts = "facts.yaml"\n'), "migrations")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no facts\.yaml"):
        checked(project(tmp_path, {"migrations/001.sql": ""}, settings='facts = "facts.yaml"\n'), "migrations")
