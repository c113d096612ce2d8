"""Every rule fires on its bad example and not on its good one."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemaguard.adapters.files.contracts import read_files
from schemaguard.registry.edits import judge
from schemaguard.rules import EDIT_RULES, MIGRATION_RULES, RULES
from schemaguard.rules.rule import EVERY, Rule
from schemaguard.window.window import from_dates
from tests.check.checking import FIXTURES, checked
from tests.check.revisions import as_revision, found_in_sql

EXAMPLES = FIXTURES / "rules"
ALL = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
AT = datetime(2026, 11, 1, tzinfo=UTC)
_SQL_KEYWORD = re.compile(r"[A-Z]{2,}\b")


def _fired(rule: Rule, kind: str, folder: Path) -> list[str]:
    own = EXAMPLES / rule.id
    if rule in EDIT_RULES:
        return _found_in_edit(own / kind)
    shutil.copytree(own / "contracts" if (own / "contracts").exists() else EXAMPLES / "contracts", folder / "contracts")
    if (own / f"{kind}.yaml").exists():
        shutil.copy(own / f"{kind}.yaml", folder / "contracts/overrides.yaml")
    migrations = folder / "migrations"
    if (own / kind).is_dir():
        shutil.copytree(own / kind, migrations)
    else:
        migrations.mkdir()
        (migrations / "001_before.sql").write_text(before_of(own))
        if not (own / "before.sql").exists():
            shutil.copy(EXAMPLES / "objects.sql", migrations / "001_objects.sql")
        shutil.copy(own / f"{kind}.sql", migrations / "002_example.sql")
    findings = checked(folder, "migrations", select=(rule.id,) if rule.opt_in else ()).findings
    in_example = (finding for finding in findings if not Path(finding.place.file).name.startswith("001_"))
    return [finding.rule for finding in in_example if finding.suppressed is None]


def in_alembic(example: Path, kind: str, folder: Path, besides: str = "") -> None:
    """Lay out an example that is the body of an upgrade(), behind a revision that makes what is there before."""
    versions = folder / "migrations/versions"
    versions.mkdir(parents=True)
    (folder / "migrations/env.py").write_text("")
    made = f"op.execute({before_of(example) + besides!r})"
    (versions / "001_before.py").write_text(as_revision("001", None, made))
    (versions / "002_example.py").write_text(as_revision("002", "001", (example / f"{kind}.py").read_text()))


def before_of(example: Path) -> str:
    """The SQL of what is there before an example: what all have, and what this one needs besides."""
    own = example / "before.sql"
    return (EXAMPLES / "before.sql").read_text() + (own.read_text() if own.exists() else "")


def _found_in_edit(example: Path) -> list[str]:
    """The rules that fire on what a folder of contracts was before an edit and is after it."""
    before, after = (read_files(example / side, example / side) for side in ("before", "after"))
    window = from_dates([file.contract for file in before], AT)
    return [finding.rule for finding in judge(before, after, window, AT, lambda _: None)]


def _fired_in_python(rule: Rule, kind: str, folder: Path) -> list[str]:
    """The rules that fire on the body of an Alembic revision's upgrade()."""
    besides = "" if (EXAMPLES / rule.id / "before.sql").exists() else (EXAMPLES / "objects.sql").read_text()
    in_alembic(EXAMPLES / rule.id, kind, folder, besides)
    found = checked(folder, "migrations", select=(rule.id,) if rule.opt_in else ()).findings
    return [finding.rule for finding in found if finding.suppressed is None and finding.revision == "002"]


IN_PYTHON = [
    pytest.param(rule, kind, id=f"{rule.id}-{kind}")
    for rule in RULES
    for kind in ("bad", "good")
    if (EXAMPLES / rule.id / f"{kind}.py").exists()
]


@pytest.mark.parametrize(("rule", "kind"), IN_PYTHON)
def test_it_fires_on_its_bad_revision_and_not_on_its_good_one(rule: Rule, kind: str, tmp_path: Path) -> None:
    assert (rule.id in _fired_in_python(rule, kind, tmp_path)) == (kind == "bad")


@ALL
def test_it_fires_on_its_bad_example(rule: Rule, tmp_path: Path) -> None:
    assert rule.id in _fired(rule, "bad", tmp_path)


@ALL
def test_it_is_silent_on_its_good_example(rule: Rule, tmp_path: Path) -> None:
    assert rule.id not in _fired(rule, "good", tmp_path)


def test_no_example_belongs_to_a_rule_that_does_not_exist() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} - {"contracts"}
    assert folders == {rule.id for rule in RULES}


def test_every_rule_has_a_record_that_reads_well() -> None:
    for rule in RULES:
        for text in (rule.when, rule.effect, rule.instead):
            assert text, rule.id
            assert text[0].islower() or text[0] == "`" or _SQL_KEYWORD.match(text), f"{rule.id}: {text}"
            assert not text.endswith("."), f"{rule.id}: {text}"


def test_a_rule_that_looks_at_changes_says_at_which() -> None:
    for rule in MIGRATION_RULES:
        looks = rule.check is not Rule.__dataclass_fields__["check"].default
        assert looks == bool(rule.watches), rule.id
        assert (object,) == EVERY


def test_every_rule_has_a_name_of_its_own_and_a_docstring_that_starts_with_it() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    folder = Path(__file__).parents[2] / "schemaguard/rules"
    for rule in RULES:
        file = folder / rule.family.value / f"{rule.id.replace('-', '_')}.py"
        assert file.read_text().startswith(f'"""{rule.id}: '), rule.id


@pytest.mark.parametrize("action", ["RENAME ATTRIBUTE x TO y", "DROP ATTRIBUTE IF EXISTS x", "ADD ATTRIBUTE z int"])
def test_every_change_of_a_composite_type_can_be_told(tmp_path: Path, action: str) -> None:
    made = "CREATE TYPE pair AS (x int);\n"

    found = found_in_sql(tmp_path, f"ALTER TYPE pair {action};", first=made)

    assert "replace-definition" in found
