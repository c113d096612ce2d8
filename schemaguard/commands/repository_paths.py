"""Names files as a code host does: from the root of the repository, wherever in it the check runs."""

import os
from pathlib import Path

from schemaguard.finding import Finding, Place
from schemaguard.frozen import replace
from schemaguard.rules.judging.verdict import CheckResult


def from_top(result: CheckResult, root: Path) -> CheckResult:
    """The result with every file named from the root of the repository that `root` is in; as it is outside of one.

    A file outside of the repository keeps its absolute path.
    """
    top = repository_top(root)
    if top is None or top == root:
        return result

    def named(file: str) -> str:
        absolute = Path(os.path.normpath(root / file))
        return absolute.relative_to(top).as_posix() if file and absolute.is_relative_to(top) else file

    def placed(place: Place) -> Place:
        return replace(place, file=named(place.file))

    def moved(finding: Finding) -> Finding:
        override = placed(finding.override) if finding.override is not None else None
        return replace(finding, place=placed(finding.place), override=override)

    return replace(
        result,
        contracts=tuple(replace(contract, file=named(contract.file)) for contract in result.contracts),
        revisions=tuple(replace(revision, file=named(revision.file)) for revision in result.revisions),
        findings=tuple(moved(finding) for finding in result.findings),
    )


def repository_top(folder: Path) -> Path | None:
    """The root of the git repository that a folder is in; a worktree and a submodule have a file `.git` there."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)
