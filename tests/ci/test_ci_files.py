"""What code hosts and hooks run: each script as it stands in its file, in a repository with a real branch."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemaguard.adoption.ci_files import ci_file
from schemaguard.history.sources import MemoryFiles

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "tests/fixtures/schemas"
"""From schemastore.org (Apache-2.0), as the package schemastore 0.2.3 brings them."""
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""As GitHub runs the steps of a workflow; GitLab's runner is no laxer."""
SCHEMAGUARD = f'#!/bin/sh\nexec "{sys.executable}" -m schemaguard.cli "$@"\n'
PIP = '#!/bin/sh\necho "$@" >> "$CALLS"\n'
GH = f'''#!{sys.executable}
"""GitHub's comments in a file: what the workflow asks of `gh api`."""
import json, os, sys

words = sys.argv[1:]
assert words[0] == "api" and os.environ["GH_TOKEN"], words
file = os.environ["COMMENTS"]
comments = json.load(open(file))
address = next(word for word in words if word.startswith("repos/"))
if "--jq" in words:
    assert words[words.index("--jq") + 1] == '.[] | select(.body | startswith("<!-- schemaguard -->")) | .id'
    print("".join(f"{{one['id']}}\\n" for one in comments if one["body"].startswith("<!-- schemaguard -->")), end="")
    sys.exit()
body = open(words[words.index("--field") + 1].removeprefix("body=@")).read()
if words[words.index("--method") + 1] == "PATCH":
    (one,) = [one for one in comments if address == f"repos/me/shop/issues/comments/{{one['id']}}"]
    one["body"] = body
else:
    assert address == "repos/me/shop/issues/7/comments", address
    comments.append({{"id": 100 + len(comments), "body": body}})
json.dump(comments, open(file, "w"))
'''
CREATE = "create table orders (id bigint primary key, note text);\n"
DROP = "alter table orders drop column note;\n"


class Branch:
    """A clone with a branch that drops a column, made as a code host checks it out."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder / "clone", folder / "bin"
        self.programs.mkdir(parents=True)
        for name, text in (("schemaguard", SCHEMAGUARD), ("pip", PIP), ("gh", GH)):
            (self.programs / name).write_text(text)
            (self.programs / name).chmod(0o755)
        origin = folder / "origin"
        (origin / "migrations").mkdir(parents=True)
        (origin / "migrations/001.sql").write_text(CREATE)
        self.git("init", "-q", "-b", "main", at=origin)
        self.commit(origin)
        self.git("switch", "-qc", "feature", at=origin)
        (origin / "migrations/002.sql").write_text(DROP)
        self.commit(origin)
        self.git("clone", "-q", "--branch", "feature", str(origin), str(self.folder), at=folder)
        self.comments, self.summary, self.calls = folder / "comments.json", folder / "summary.md", folder / "calls"
        self.comments.write_text(json.dumps([{"id": 1, "body": "looks good"}]))

    def git(self, *arguments: str, at: Path | None = None) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=at or self.folder, check=True, capture_output=True)

    def commit(self, at: Path) -> None:
        self.git("add", "-A", at=at)
        self.git("commit", "-qm", "x", at=at)

    def run(self, script: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        own = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "COMMENTS": str(self.comments),
            "CALLS": str(self.calls),
            "SCHEMAGUARD_CACHE_DIR": str(self.folder.parent / "cache"),
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_"))}
        return subprocess.run(
            [*BASH, script],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**clean, **own, **environ},
            check=False,
        )

    def bodies(self) -> list[str]:
        return [comment["body"] for comment in json.loads(self.comments.read_text())]


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    return Branch(tmp_path)


def template(host: str) -> dict[str, Any]:
    file = ci_file(host, MemoryFiles({"README": ""}))
    assert file is not None
    return yaml.safe_load(file.text)  # type: ignore[no-any-return]  # a mapping


def action() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "action.yml").read_text())  # type: ignore[no-any-return]  # a mapping


def on_github(branch: Branch, steps: list[dict[str, Any]]) -> Iterator[tuple[str, subprocess.CompletedProcess[str]]]:
    """Run the scripts one after the other as on a pull request; those after a failure say always()."""
    event = {
        "GITHUB_BASE_REF": "main",
        "GITHUB_REPOSITORY": "me/shop",
        "GITHUB_STEP_SUMMARY": str(branch.summary),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GH_TOKEN": "token",
        "NUMBER": "7",
    }
    has_failed = False
    for step in steps:
        if "run" in step:
            assert not has_failed or "always()" in step["if"], step["name"]
            done = branch.run(step["run"], event)
            has_failed = has_failed or done.returncode != 0
            yield step["name"], done


@pytest.mark.parametrize("kind", ["workflow", "action"])
def test_a_pull_request_gets_annotations_a_summary_sarif_and_one_comment_that_is_kept_up_to_date(
    branch: Branch, kind: str
) -> None:
    steps = action()["runs"]["steps"] if kind == "action" else template("github")["jobs"]["check"]["steps"]
    done = dict(on_github(branch, steps))
    assert {name: one.returncode for name, one in done.items()} == {
        "Install": 0, "Check": 1, "Summary": 0, "Comment": 0,
    }, {name: one.stderr for name, one in done.items()}  # fmt: skip
    assert done["Check"].stdout.startswith("::error file=migrations/002.sql,line=1,")
    assert len(branch.bodies()) == 2
    assert "### schemaguard: REJECTED" in branch.bodies()[1]
    assert branch.summary.read_text() == branch.bodies()[1]
    upload = steps[-1]
    assert json.loads((branch.folder / upload["with"]["sarif_file"]).read_text())["runs"][0]["results"]
    (branch.folder / "migrations/002.sql").write_text("alter table orders add column more text;\n")
    again = dict(on_github(branch, steps))
    assert again["Check"].returncode == 0
    assert branch.bodies()[0] == "looks good"
    assert len(branch.bodies()) == 2
    assert "### schemaguard: PASSED" in branch.bodies()[1]


def test_the_action_and_the_workflow_run_the_same(branch: Branch) -> None:
    own = {step["name"]: step for step in action()["runs"]["steps"] if "name" in step}
    for step in template("github")["jobs"]["check"]["steps"]:
        if step.get("name") in ("Summary", "Comment", "Code scanning"):
            mine = own[step["name"]]
            assert step.get("run") == mine.get("run")
            assert step.get("with") == mine.get("with")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"PATHS": "migrations"}, 1),
        ({"BASE": "feature"}, 0),
        ({"OPTIONS": "--ignore drop-column --verbose"}, 0),
        ({"OPTIONS": "--no-such-option"}, 2),
        ({"PATHS": "$(touch broken) `touch broken` ; touch broken"}, 2),
        ({"BASE": "$(touch broken)"}, 2),
    ],
)
def test_the_inputs_of_the_action_reach_the_check_and_nothing_of_them_is_run(
    branch: Branch, inputs: dict[str, str], code: int
) -> None:
    (step,) = [step for step in action()["runs"]["steps"] if step.get("name") == "Check"]
    assert set(inputs) <= set(step["env"])
    done = branch.run(step["run"], {"GITHUB_BASE_REF": "main", **inputs})
    assert done.returncode == code, done.stderr
    assert not (branch.folder / "broken").exists()


def test_gitlab_gets_code_quality_and_a_test_case_a_revision(branch: Branch) -> None:
    job = template("gitlab")["schemaguard"]
    # GitLab's runner fetches the merge request alone.
    branch.git("remote", "set-branches", "origin", "feature")
    branch.git("update-ref", "-d", "refs/remotes/origin/main")
    branch.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    script = "\n".join([*job["before_script"], *job["script"]])
    done = branch.run(script, {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"})
    assert done.returncode == 1, done.stderr
    reports = job["artifacts"]["reports"]
    (issue,) = json.loads((branch.folder / reports["codequality"]).read_text())
    assert (issue["check_name"], issue["location"]["path"]) == ("drop-column", "migrations/002.sql")
    assert 'failures="1"' in (branch.folder / reports["junit"]).read_text()
    assert (branch.folder / job["artifacts"]["paths"][0]).read_text().startswith("<!-- schemaguard -->")


def test_the_hooks_run_as_pre_commit_runs_them(branch: Branch) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert not any(hook["pass_filenames"] for hook in hooks.values())
    found = branch.run(f"{hooks['schemaguard']['entry']} --base origin/main", {})
    assert found.returncode == 1
    assert "drop-column" in found.stdout
    assert branch.run(f"{hooks['schemaguard']['entry']} --base origin/feature", {}).returncode == 0
    assert branch.run(hooks["schemaguard-contracts"]["entry"], {}).returncode in (0, 2)


@pytest.mark.parametrize(
    ("document", "schema"),
    [("github", "github-workflow.json"), ("action", "github-action.json")],
)
def test_the_files_for_github_are_what_github_takes(document: str, schema: str) -> None:
    made = action() if document == "action" else template("github")
    # YAML 1.1 takes the key `on` for true.
    made = {("on" if key is True else key): value for key, value in made.items()}
    jsonschema.validate(made, json.loads((SCHEMAS / schema).read_text()))
    broken = {**made, "jobs": {"x": {"steps": 1}}} if document == "github" else {**made, "runs": {"using": "nothing"}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, json.loads((SCHEMAS / schema).read_text()))
