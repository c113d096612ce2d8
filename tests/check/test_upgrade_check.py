"""`schemaguard upgrade-check`: can the old version of an application run again after an upgrade?"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from schemaguard.commands.upgrade_check import UpgradeCheck, upgrade_check
from schemaguard.errors import UsageError
from schemaguard.report.upgrade_check import upgrade_markdown, verdict

REVISION = '''"""{message}"""
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down}


def upgrade():
    {up}


def downgrade():
    {back}
'''
CREATE = (
    'op.create_table("runs", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("name", sa.Text), sa.Column("old", sa.Text))'
)


def wheel(folder: Path, version: str, *changes: tuple[str, str], package: str = "app") -> str:
    """A wheel whose history makes a table and then does each change (up, down)."""
    name = f"{package}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(f"{package}/migrations/env.py", "raise SystemExit('executed')\n")
        down: str | None = None
        for number, (up, back) in enumerate(((CREATE, 'op.drop_table("runs")'), *changes), start=1):
            text = REVISION.format(message=f"change {number}", id=f"r{number}", down=repr(down), up=up, back=back)
            archive.writestr(f"{package}/migrations/versions/r{number}_x.py", text)
            down = f"r{number}"
    return name


def judged(folder: Path, *changes: tuple[str, str]) -> UpgradeCheck:
    return upgrade_check("app", wheel(folder, "1.0"), wheel(folder, "2.0", *changes), folder)


@pytest.mark.parametrize(
    ("up", "back", "answer"),
    [
        ('op.add_column("runs", sa.Column("tag", sa.Text))', 'op.drop_column("runs", "tag")', "yes: app 1.0 finds all"),
        ('op.create_table("tags", sa.Column("id", sa.Integer))', 'op.drop_table("tags")', "yes: app 1.0 finds all"),
        (
            'op.alter_column("runs", "old", new_column_name="new")',
            'op.alter_column("runs", "new", new_column_name="old")',
            "only after a downgrade, which loses nothing",
        ),
        (
            'op.drop_column("runs", "old")',
            'op.add_column("runs", sa.Column("old", sa.Text))',
            "no: app 1.0 doesn't run",
        ),
        ('op.drop_table("runs")', "pass", "no: app 1.0 doesn't run"),
        (
            'op.add_column("runs", sa.Column("kind", sa.Text, nullable=False))',
            'op.drop_column("runs", "kind")',
            "only after a downgrade",
        ),
        ('op.alter_column("runs", "name", nullable=False)', "pass", "no: app 1.0 doesn't run"),
        ('op.execute("DO $$ BEGIN PERFORM 1; END $$")', "pass", "unknown: some statements can't be read"),
    ],
)
def test_the_answer_says_what_the_way_back_costs(tmp_path: Path, up: str, back: str, answer: str) -> None:
    done = judged(tmp_path, (up, back))
    assert verdict("app", done.old, done.new, done.histories).startswith(answer)


def test_a_version_that_changes_nothing_can_always_be_left(tmp_path: Path) -> None:
    done = judged(tmp_path)
    assert verdict("app", done.old, done.new, done.histories).startswith("yes: app 2.0 changes nothing")


def test_each_revision_has_its_class_its_locks_and_what_the_old_version_meets(tmp_path: Path) -> None:
    done = judged(
        tmp_path,
        ('op.alter_column("runs", "name", type_=sa.String(3))', 'op.alter_column("runs", "name", type_=sa.Text())'),
        ('op.drop_column("runs", "old")', "pass"),
    )
    (history,) = done.histories
    narrowed, dropped = history.steps
    assert (narrowed.lock, narrowed.locked, narrowed.work) == ("ACCESS EXCLUSIVE", ("runs",), "rewrite")
    assert {one.sqlstate for one in narrowed.met} >= {"22001"}
    assert (dropped.rollback.value, dropped.has_downgrade, dropped.work) == ("lossy", False, "metadata")
    assert {(one.access, one.sqlstate) for one in dropped.met} == {("read", "42703"), ("write", "42703")}
    assert "| `r3` change 3 | lossy, no `downgrade()` | ACCESS EXCLUSIVE on runs |" in upgrade_markdown(
        "app", done.old, done.new, done.histories, done.remarks
    )


LEAVING = (
    ('op.alter_column("runs", "old", new_column_name="new")',
     'op.execute("UPDATE runs SET new = NULL"); op.alter_column("runs", "new", new_column_name="old")',
     ": overwrites runs.new"),
    ('op.alter_column("runs", "old", new_column_name="new")',
     'op.alter_column("runs", "new", new_column_name="old"); op.execute("TRUNCATE runs")', ": deletes rows of runs"),
    ('op.alter_column("runs", "old", new_column_name="new")', 'op.add_column("runs", sa.Column("old", sa.Text))',
     "the schema isn't as before: "),
    ('op.alter_column("runs", "old", new_column_name="new")',
     'op.drop_table("tags"); op.alter_column("runs", "new", new_column_name="old")', ": drops tags"),
    (('op.alter_column("runs", "old", new_column_name="new"); op.create_table("tags", sa.Column("id", sa.Integer)); '
      'op.execute("CREATE VIEW seen AS SELECT id FROM tags")'),
     'op.alter_column("runs", "new", new_column_name="old"); op.drop_table("tags")', ": the server would refuse: "),
    ('op.alter_column("runs", "old", new_column_name="new")',
     ('op.alter_column("runs", "new", new_column_name="old"); op.drop_column("runs", "old"); '
      'op.add_column("runs", sa.Column("old", sa.Text))'), ": drops runs.old"),
    ('op.alter_column("runs", "old", new_column_name="new"); op.add_column("runs", sa.Column("tag", sa.Text))',
     ('op.execute("UPDATE runs SET tag = NULL"); op.drop_column("runs", "tag"); '
      'op.alter_column("runs", "new", new_column_name="old")'), None),
    (('op.alter_column("runs", "old", new_column_name="new"); '
      'op.add_column("made_elsewhere", sa.Column("tag", sa.Text))'),
     'op.drop_column("made_elsewhere", "tag"); op.alter_column("runs", "new", new_column_name="old")', None),
)  # fmt: skip


@pytest.mark.parametrize(("up", "back", "left"), LEAVING)
def test_a_downgrade_that_leaves_something_else_is_not_called_one_that_loses_nothing(
    tmp_path: Path, up: str, back: str, left: str | None
) -> None:
    done = judged(tmp_path, (up, back))
    (step,) = done.histories[0].steps
    assert done.is_undone == (left is None), step
    if left is not None:
        assert any(left in each for each in step.left), step.left
        said = verdict("app", done.old, done.new, done.histories)
        assert said.endswith("its downgrade is missing, loses values or leaves something else"), step
        assert "`downgrade()`: " in upgrade_markdown("app", done.old, done.new, done.histories, ())


def test_what_is_not_known_takes_locks_that_are_not_known(tmp_path: Path) -> None:
    done = judged(tmp_path, ('op.execute("DO $$ BEGIN PERFORM 1; END $$")', "pass"))
    shown = upgrade_markdown("app", done.old, done.new, done.histories, ())
    assert "| locks not known | at least metadata |" in shown


def test_the_shell_gets_json_and_an_exit_code(tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, "1.0"), wheel(tmp_path, "2.0", ('op.drop_column("runs", "old")', "pass"))]
    program = [sys.executable, "-m", "schemaguard.cli", "upgrade-check", "app", *wheels, "--format", "json"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert (document["old"], document["new"], document["old_works"]) == ("1.0", "2.0", False)
    assert [step["id"] for step in document["histories"][0]["revisions"]] == ["r2"]


def test_revisions_that_were_squashed_are_said(tmp_path: Path) -> None:
    old = wheel(tmp_path, "1.0", ('op.add_column("runs", sa.Column("tag", sa.Text))', "pass"))
    done = upgrade_check("app", old, wheel(tmp_path, "2.0"), tmp_path)
    assert done.histories[0].vanished == ("r2",)


def test_what_is_no_wheel_of_a_history_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad-1-py3-none-any.whl").write_bytes(b"no zip")
    with pytest.raises(UsageError, match="can't be read"):
        upgrade_check("bad", "bad-1-py3-none-any.whl", "bad-1-py3-none-any.whl", tmp_path)
    with pytest.raises(UsageError, match="there is no such wheel"):
        upgrade_check("bad", "gone.whl", "gone.whl", tmp_path)
    with zipfile.ZipFile(tmp_path / "plain-1-py3-none-any.whl", "w") as archive:
        archive.writestr("plain/__init__.py", "raise SystemExit('executed')")
    with pytest.raises(UsageError, match="no Alembic history"):
        upgrade_check("plain", "plain-1-py3-none-any.whl", "plain-1-py3-none-any.whl", tmp_path)
    with zipfile.ZipFile(tmp_path / "out-1-py3-none-any.whl", "w") as archive:
        archive.writestr("../../evil.py", "")
    with pytest.raises(UsageError, match="leads out of it"):
        upgrade_check("out", "out-1-py3-none-any.whl", "out-1-py3-none-any.whl", tmp_path)
