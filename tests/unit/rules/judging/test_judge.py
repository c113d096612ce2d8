"""What is judged, on whose behalf, and what is blamed."""

from collections import Counter

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.finding import Finding
from schemaguard.history.revision import Replay, Revision, Run
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.judging.judge import Terms, judge
from schemaguard.window.under_contract import UnderContract, VersionInWindow
from tests.unit.rules.runs import catalog, run_of


def _contract(*tables: ContractTable, model: str = "fraud") -> UnderContract:
    contract = Contract(f"urn:{model}", model, ("7",), tables, f"contracts/{model}/7.odcs.yaml", "0")
    return UnderContract(contract, (VersionInWindow("7", "active"),))


READS_B = _contract(ContractTable(Name("t"), "read", (Promise("id", Type("bigint"), True), Promise("b", Type("text")))))


def _replay(*sql: str, judged_from: int = 0, before: Catalog | None = None, in_transaction: bool = False) -> Replay:
    runs: list[Run] = []
    for number, text in enumerate(sql, start=1):
        start = runs[-1].after if runs else before
        run = run_of(text, start, in_transaction=in_transaction)
        runs.append(Run(Revision(f"{number:03}", (), f"{number:03}.sql"), "upgrade", run.steps, run.before, run.after))
    ids = [run.revision.id for run in runs]
    return Replay("migrations", tuple(runs), (ids[-1],), runs[-1].after, {}, frozenset(ids[judged_from:]))


def _judged(replay: Replay, *contracts: UnderContract, choice: Choice | None = None) -> list[Finding]:
    # What a way back would cost is judged of the same changes, and is the business of other tests.
    chosen = choice or Choice(ignore=("blocking", "reversibility"))
    return list(judge((replay,), Terms(contracts, choice=chosen, baseline=Counter())))


def _headlines(findings: list[Finding]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(f.rule, f.statement, f.also) for f in findings if f.headline]


def test_a_drop_that_a_reader_feels_is_one_finding_with_the_drop_under_it() -> None:
    drop = "ALTER TABLE t DROP COLUMN b"

    findings = _judged(_replay(drop), READS_B)

    assert _headlines(findings) == [("breaks-reader", drop, ("drop-column",))]
    assert findings[0].cause == "column-dropped"
    assert [(reader.model, reader.model_version, reader.access) for reader in findings[0].readers] == [
        ("fraud", "7", "read")
    ]
    assert findings[0].instead.startswith("leave the column until fraud@7 is out of its window")


def test_all_readers_of_what_goes_are_in_one_list() -> None:
    other = _contract(ContractTable(Name("t"), "read", (Promise("b", None),)), model="churn")

    findings = _judged(_replay("ALTER TABLE t DROP COLUMN b"), READS_B, other)

    assert [reader.model for reader in findings[0].readers] == ["fraud", "churn"]
    assert "until fraud@7 and churn@7 are out of their window" in findings[0].instead
    assert len([finding for finding in findings if finding.rule == "breaks-reader"]) == 1


def test_a_drop_and_a_new_one_in_one_transaction_are_judged_at_its_end() -> None:
    sql = "ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text"

    assert _headlines(_judged(_replay(sql, in_transaction=True), READS_B)) == [
        ("drop-column", "ALTER TABLE t DROP COLUMN b", ()),
        ("shifts-meaning", "ALTER TABLE t ADD COLUMN b text", ()),
    ]


def test_what_is_broken_between_two_commits_only_is_said_to_be_that() -> None:
    sql = "ALTER TABLE t RENAME b TO c; ALTER TABLE t ADD COLUMN b text"

    found = _headlines(_judged(_replay(sql), READS_B))

    assert found == [("breaks-between", "ALTER TABLE t RENAME b TO c", ("rename-column",))]


def test_a_later_revision_does_not_mend_an_earlier_one() -> None:
    replay = _replay("ALTER TABLE t RENAME b TO c", "ALTER TABLE t RENAME c TO b")

    assert [rule for rule, _, _ in _headlines(_judged(replay, READS_B))] == ["breaks-reader", "rename-column"]


def test_the_change_that_flips_it_last_is_blamed() -> None:
    sql = "ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text; ALTER TABLE t RENAME b TO c"

    found = _headlines(_judged(_replay(sql, in_transaction=True), READS_B))

    assert found == [
        ("drop-column", "ALTER TABLE t DROP COLUMN b", ()),
        ("breaks-reader", "ALTER TABLE t RENAME b TO c", ()),
    ]


def test_what_was_broken_before_is_blamed_on_nobody() -> None:
    reads_x = _contract(ContractTable(Name("t"), "read", (Promise("x", None), Promise("b", None))))

    assert _judged(_replay("ALTER TABLE t ADD COLUMN y text", judged_from=0), reads_x)[0].rule == "no-contract"
    replay = _replay("ALTER TABLE t ADD COLUMN y text", "ALTER TABLE t DROP COLUMN b", judged_from=1)
    assert "breaks-reader" in [finding.rule for finding in _judged(replay, reads_x)]


def test_a_contract_holds_from_the_revision_on_that_first_satisfied_it() -> None:
    replay = _replay(
        "CREATE TABLE u (a text NOT NULL)",
        "ALTER TABLE u ALTER COLUMN a DROP NOT NULL",
        "ALTER TABLE u ALTER COLUMN a SET NOT NULL; ALTER TABLE u ADD COLUMN b text",
        "ALTER TABLE u ALTER COLUMN a DROP NOT NULL",
        before=Catalog(),
    )
    held = _contract(ContractTable(Name("u"), "read", (Promise("a", None, True), Promise("b", None))))

    found = [(f.rule, f.revision) for f in _judged(replay, held) if f.rule == "breaks-reader"]

    assert found == [("breaks-reader", "004")]


def test_a_contract_that_no_revision_satisfies_is_held_against_all_of_them() -> None:
    replay = _replay("CREATE TABLE u (a text, b text)", "ALTER TABLE u DROP COLUMN a", before=Catalog())
    held = _contract(ContractTable(Name("u"), "read", (Promise("a", None), Promise("typo", None))))

    assert ("breaks-reader", "002") in [(finding.rule, finding.revision) for finding in _judged(replay, held)]


def test_an_opaque_statement_is_unproven_where_it_could_name_a_table_under_contract() -> None:
    block = "DO $$ BEGIN EXECUTE 'ALTER TABLE t ' || 'DROP COLUMN b'; END $$"

    assert _headlines(_judged(_replay(block), READS_B)) == [("unproven", block, ("opaque-statement",))]
    assert [rule for rule, _, _ in _headlines(_judged(_replay(block)))] == ["opaque-statement"]


def test_what_the_author_says_it_touches_is_recorded() -> None:
    block = "DO $$ BEGIN EXECUTE 'ALTER TABLE t ' || 'DROP COLUMN a'; END $$"

    (finding,) = _judged(_replay(f"-- schemaguard: touches t(a)\n{block}"), READS_B)

    assert (finding.rule, finding.severity.value) == ("opaque-statement", "note")
    assert "its author says it touches t(a)" in finding.message


def test_touching_what_is_under_contract_stays_unproven() -> None:
    block = "DO $$ BEGIN EXECUTE 'ALTER TABLE t ' || 'DROP COLUMN b'; END $$"

    findings = _judged(_replay(f"-- schemaguard: touches t(b)\n{block}"), READS_B)

    assert findings[0].rule == "unproven"
    assert "touches t(b) as its author says" in findings[0].message


def test_an_ignore_with_a_reason_silences_its_rule_and_is_kept() -> None:
    (finding,) = _judged(_replay("-- schemaguard: ignore drop-column -- moved to u\nALTER TABLE t DROP COLUMN b"))

    assert finding.suppressed == "moved to u"


def test_an_ignore_for_the_whole_file_holds_for_each_statement() -> None:
    run = _replay("ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP COLUMN a").runs[0]
    comment = ((run.steps[0].statement.place, "schemaguard: ignore-file drop-column -- a scratch database"),)
    run = Run(run.revision, "upgrade", run.steps, run.before, run.after, file_comments=comment)

    findings = _judged(Replay("m", (run,), ("001",), run.after, {}, frozenset({"001"})))

    assert [finding.suppressed for finding in findings] == ["a scratch database"] * 2


def test_no_comment_silences_the_contract_family() -> None:
    findings = _judged(
        _replay("-- schemaguard: ignore breaks-reader -- I want it\nALTER TABLE t DROP COLUMN b"), READS_B
    )

    assert [(finding.rule, finding.suppressed) for finding in findings if finding.headline] == [
        ("breaks-reader", None),
        ("unused-ignore", None),
    ]
    assert "can't be ignored" in findings[-1].message


def test_a_table_of_ones_own_may_be_dropped() -> None:
    assert _judged(_replay("CREATE TABLE u (a text); ALTER TABLE u RENAME TO v; DROP TABLE v")) == []


def test_a_table_that_nobody_knows_existed_before() -> None:
    assert [finding.rule for finding in _judged(_replay("DROP TABLE unknown", before=catalog()))] == ["drop-table"]


def test_only_what_is_judged_is_found() -> None:
    replay = _replay("ALTER TABLE t DROP COLUMN a", "ALTER TABLE t DROP COLUMN b", judged_from=1)

    assert [finding.revision for finding in _judged(replay)] == ["002"]


def test_the_safer_way_of_a_drop_is_written_with_the_authors_names() -> None:
    (finding,) = _judged(_replay("ALTER TABLE t DROP COLUMN a"))

    assert "    ALTER TABLE t ALTER COLUMN a DROP NOT NULL;" in finding.instead
    assert "    ALTER TABLE t DROP COLUMN a;" in finding.instead
