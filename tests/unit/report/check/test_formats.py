# ruff: noqa: E501 - snapshots hold lines as long as they are printed
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from inline_snapshot import snapshot

from schemaguard.finding import Finding, Fix, LineEdit, Place, Reader, Severity
from schemaguard.report.check import github as check_github
from schemaguard.report.check import gitlab as check_gitlab
from schemaguard.report.check import json as check_json
from schemaguard.report.check import junit as check_junit
from schemaguard.report.check import markdown as check_markdown
from schemaguard.report.check import sarif as check_sarif
from schemaguard.rules.judging.headline import headed
from schemaguard.rules.judging.verdict import WindowUsed
from tests.unit.report.results import IGNORED, REJECTED, result
from tests.unit.rules.findings import finding

HOSTILE = headed([finding(message="a\nb::error::x %0A, <b> ``` \x1b[2J", object="<script>", statement="``` \x00")])

WITH_FIX = headed([
    finding(fix=Fix("do it \x1b otherwise", True, ("a",), whole=("a",), edits=(LineEdit(1, ("b",), ("a\x00",)),)))
])  # fmt: skip
OVERRIDDEN = headed([finding(suppressed="agreed", override=Place("contracts/overrides.yaml", 3))])
INSTRUCTED = headed([
    finding(
        place=Place("migrations/1.sql", 1),
        instead="1. release code\n2. later, in a revision of its own:\n    ALTER TABLE t\n      DROP a;",
    )
])  # fmt: skip


def test_the_json_document_has_every_key_that_was_promised() -> None:
    assert check_json.document(result(*REJECTED)) == snapshot(
        {
            "version": 1,
            "window": {"source": "contracts/window.lock", "at": "2026-11-23", "age_days": None},
            "contracts": [
                {"model": "fraud", "model_versions": ["7", "8"], "file": "contracts/fraud/7.odcs.yaml", "until": None}
            ],
            "revisions": [
                {
                    "history": "migrations",
                    "id": "0007",
                    "file": "migrations/versions/0007_drop_channel.py",
                    "phase": "contract",
                    "rollback": "instant",
                    "statements": 1,
                    "opaque": 0,
                }
            ],
            "findings": [
                {
                    "rule": "breaks-reader",
                    "family": "contract",
                    "severity": "error",
                    "history": "migrations",
                    "revision": "0007",
                    "file": "migrations/versions/0007_drop_channel.py",
                    "line": 18,
                    "column": 5,
                    "direction": "upgrade",
                    "statement": 'op.drop_column("transactions", "channel")',
                    "object": "transactions.channel",
                    "message": "transactions.channel is dropped",
                    "effect": "its feature query fails with 42703 as soon as this commits",
                    "instead": "leave the column until fraud@7 is out of its window; new code can stop using it now",
                    "cause": "column-dropped",
                    "readers": [
                        {"model": "fraud", "model_version": "7", "access": "read", "role": "active", "until": None},
                        {
                            "model": "fraud",
                            "model_version": "8",
                            "access": "read",
                            "role": "superseded",
                            "until": "2026-12-31",
                        },
                    ],
                    "also": ["drop-column"],
                    "headline": True,
                    "suppressed": None,
                    "explanation": None,
                    "override": None,
                    "fix": None,
                },
                {
                    "rule": "drop-column",
                    "family": "destructive",
                    "severity": "error",
                    "history": "migrations",
                    "revision": "0007",
                    "file": "migrations/versions/0007_drop_channel.py",
                    "line": 18,
                    "column": 5,
                    "direction": "upgrade",
                    "statement": 'op.drop_column("transactions", "channel")',
                    "object": "transactions.channel",
                    "message": "transactions.channel is dropped",
                    "effect": "its feature query fails with 42703 as soon as this commits",
                    "instead": "leave the column until fraud@7 is out of its window; new code can stop using it now",
                    "cause": None,
                    "readers": [],
                    "also": [],
                    "headline": False,
                    "suppressed": None,
                    "explanation": None,
                    "override": None,
                    "fix": None,
                },
            ],
            "remarks": [],
            "summary": {"errors": 1, "warnings": 0, "notes": 0, "seconds": 0.31},
        }
    )


def test_json_is_ascii_so_that_nothing_in_it_reaches_a_terminal() -> None:
    assert check_json.render(result(*HOSTILE)).isascii()
    assert "\x1b" not in check_json.render(result(*HOSTILE))


def test_github_gets_one_annotation_a_headline() -> None:
    assert check_github.render(result(*REJECTED, *IGNORED)) == snapshot("""\
::error file=migrations/versions/0007_drop_channel.py,line=18,col=5,title=breaks-reader::transactions.channel is dropped%0Areads it: fraud@7 (active), until it is superseded + 14 days, through the table%0Areads it: fraud@8 (superseded), until 2026-12-31, through the table%0Aeffect: its feature query fails with 42703 as soon as this commits%0Ainstead: leave the column until fraud@7 is out of its window; new code can stop using it now%0Aalso: drop-column
REJECTED 1 error, 0 warnings, 1 ignored
judged for fraud@7, fraud@8 · windows from contracts/window.lock, as of 2026-11-23
""")


def test_github_is_given_no_second_command_by_a_hostile_name() -> None:
    lines = check_github.render(result(*HOSTILE)).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["::error", "REJECTED", "judged"]
    assert lines[0].count("%250A") == 1


def test_markdown_is_a_comment_on_a_pull_request() -> None:
    assert check_markdown.render(result(*REJECTED, *IGNORED)) == snapshot("""\
<!-- schemaguard -->
### schemaguard: REJECTED

1 error, 0 warnings, 1 ignored · 1 of 7 revisions, 1 statement, 0 opaque

| affected | how | until |
|---|---|---|
| fraud\\@7 \\(active\\) | reads it · through the table | it is superseded \\+ 14 days |
| fraud\\@8 \\(superseded\\) | reads it · through the table | 2026-12-31 |

**Way back:** lossy as Alembic applies it, instant with the guard

judged for fraud\\@7, fraud\\@8 · windows from contracts/window.lock, as of 2026-11-23

#### error: `breaks-reader` at `migrations/versions/0007_drop_channel.py:18` (also: `drop-column`)

```python
op.drop_column("transactions", "channel")
```

- **found** transactions.channel is dropped
- **reads it** fraud\\@7 \\(active\\), until it is superseded + 14 days · through the table
- **reads it** fraud\\@8 \\(superseded\\), until 2026-12-31 · through the table
- **effect** its feature query fails with 42703 as soon as this commits
- **instead** leave the column until fraud\\@7 is out of its window; new code can stop using it now

<details><summary>Ignored</summary>

- `drop-column` at `migrations/versions/0007_drop_channel.py:18`: the table is empty

</details>
""")


def test_markdown_of_a_hostile_name_stays_text() -> None:
    shown = check_markdown.render(result(*HOSTILE))

    assert "<b>" not in shown.replace("\\<b\\>", "")
    assert "````python\n``` \\x00\n````" in shown


def test_sarif_has_each_finding_with_its_rule_and_place() -> None:
    document = json.loads(check_sarif.render(result(*REJECTED, *IGNORED)))

    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["breaks-reader", "drop-column"]
    assert [(r["ruleId"], "suppressions" in r) for r in run["results"]] == [
        ("breaks-reader", False),
        ("drop-column", False),
        ("drop-column", True),
    ]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (18, 5)


@pytest.mark.parametrize("findings", [(), REJECTED, IGNORED, HOSTILE, WITH_FIX, OVERRIDDEN], ids=range(6))
def test_sarif_is_what_the_standard_s_schema_takes(findings: tuple[Finding, ...]) -> None:
    schema = json.loads((Path(__file__).parents[3] / "fixtures/schemas/sarif-2.1.0.json").read_text())
    document = json.loads(check_sarif.render(result(*findings)))
    jsonschema.validate(document, schema)
    document["runs"][0]["results"].append({"level": "grave"})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_markdown_has_sentences_as_sentences_and_code_as_code() -> None:
    shown = check_markdown.render(result(*INSTRUCTED))
    assert (
        "- **instead** 1. release code\n  2. later, in a revision of its own:  \n\n```sql\nALTER TABLE t\n  DROP a;\n```"
        in shown
    )
    fenced = "".join(part for number, part in enumerate(shown.split("```")) if number % 2)
    assert "release" not in fenced
    assert "later" not in fenced


def test_markdown_says_errors_first_and_fits_into_a_comment() -> None:
    many = [one for number in range(400) for one in headed([finding(object=f"t{number}", message="x" * 200)])]
    warned = headed([finding(rule="no-downgrade", severity=Severity.WARNING, object="w")])
    shown = check_markdown.render(result(*warned, *many))
    assert len(shown) < 65_536
    assert "more: `schemaguard check` shows all" in shown
    assert shown.startswith("<!-- schemaguard -->\n### schemaguard: REJECTED\n")
    short = check_markdown.render(result(*warned, *many[:1]))
    assert short.index("#### error") < short.index("#### warning")


def test_gitlab_fingerprints_survive_a_moved_line_and_tell_twins_apart() -> None:
    twins = [*headed([finding()]), *headed([finding()])]

    issues = json.loads(check_gitlab.render(result(*twins)))

    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert {issue["severity"] for issue in issues} == {"critical"}


def test_junit_fails_the_revision_that_has_an_error() -> None:
    suite = ElementTree.fromstring(check_junit.render(result(*REJECTED)))

    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.attrib["type"] == "breaks-reader"


@pytest.mark.parametrize("hostile", [True, False])
def test_junit_is_well_formed_whatever_the_names_are(hostile: bool) -> None:
    assert ElementTree.fromstring(check_junit.render(result(*(HOSTILE if hostile else ())))).tag == "testsuite"


def test_a_consumer_that_is_no_model_has_no_version() -> None:
    readers = (Reader("dashboard", "", "read", "consumer", None),)

    document = check_json.document(result(*headed([finding("breaks-reader", readers=readers)])))

    assert document["findings"][0]["readers"][0]["model_version"] == ""
    assert "reads it: dashboard (consumer)" in check_github.render(
        result(*headed([finding("breaks-reader", readers=readers)]))
    )


def test_every_format_of_the_verb_has_its_report() -> None:
    from schemaguard.cli.check import CheckFormat

    folder = Path(check_json.__file__).parent
    assert {f.value for f in CheckFormat} <= {file.stem for file in folder.glob("*.py")}


def test_an_old_lock_is_told_of_where_a_pull_request_is_looked_at() -> None:
    old = replace(
        result(remarks=("contracts/window.lock is 9 days old",)),
        window=WindowUsed("contracts/window.lock", "2026-11-23", 9),
    )

    for text in (check_markdown.render(old), check_github.render(old), check_sarif.render(old)):
        assert "as of 2026-11-23 (9 days old)" in text.replace("\\", "")
        assert "contracts/window.lock is 9 days old" in text
