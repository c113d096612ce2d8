"""docs/evidence.md claims what an archive claims, and no more."""

from pathlib import Path

from schemaguard.report.evidence import CLAIMS


def test_the_page_has_each_claim_and_what_is_not_claimed_as_an_archive_has_it() -> None:
    page = (Path(__file__).parents[2] / "docs/evidence.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 4]
    claimed = [f"| {each.shows} | {each.not_claimed} |" for each in CLAIMS]
    assert [row for row in rows[1:] if not any(row.endswith(each) for each in claimed)] == []
    assert len(rows) == 1 + len(CLAIMS)
