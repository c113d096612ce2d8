"""git: what has changed since the base of a branch. Reads only, through the git binary, never through a shell."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.adapters.files import asking_git
from schemaguard.adapters.files.tree import DiskFiles, decode
from schemaguard.errors import HistoryError
from schemaguard.history.selection import Base, FileChange, FileState, is_same_code

if TYPE_CHECKING:
    import subprocess

_TIMEOUT_S = 30
_LARGEST_BYTES = 4_000_000
_REF = re.compile(r"[A-Za-z0-9_@.][A-Za-z0-9_./@{}^~+=#,!%&()-]*")
"""Spelled narrowly on purpose: nothing that starts with a dash may reach git, not even behind `--end-of-options`."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_BRANCH = re.compile(r"[\w][\w./-]*")
_STATES: Mapping[str, FileState] = {"A": "added", "M": "changed", "T": "changed", "R": "renamed", "D": "deleted"}


def target_branch(environ: Mapping[str, str]) -> str | None:
    """The branch that the CI's pull request goes to, None outside of one."""
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        if branch := environ.get(variable):
            return branch
    return None


def read_base(ref: str, files: DiskFiles, *, is_remote: bool = False) -> Base:
    """The point where the branch left `ref`, and every file that differs from it, the working tree included.

    `is_remote` looks for the branch at the remote first, as for the target of a pull request.
    Raises HistoryError with what to do where it can't be told: no git, no repository, no such ref, a shallow clone.
    """
    up = _way_up(files.root)
    top = _top_of(files.root, up)
    commit = _merge_base(_resolved(ref, top, is_remote=is_remote), ref, top)
    listed, unknown = _checked(top, *asking_git.what_differs(commit)), _checked(top, *asking_git.UNKNOWN_FILES)
    said = asking_git.answers(up, f"{commit}\n".encode(), listed, unknown)
    files.comparisons.append((ref, str(is_remote), *said))
    changes = {change.path: change for change in _changes(commit, listed, unknown, top, files)}
    return Base(ref=ref, commit=commit, changes=changes)


def folder_at(base: Base, folder: str, files: DiskFiles) -> dict[str, str]:
    """The texts of all files that a folder had at the base, by path; those that are too large for a setting left out.

    Empty where it wasn't there. Raises HistoryError where the folder is outside of the repository.
    """
    top = _top(files.root)
    inside = os.path.relpath(os.path.normpath(files.root / folder), top)
    listed = _checked(top, "ls-tree", "-r", "-z", "-l", base.commit, "--", inside)
    objects: dict[str, str] = {}
    for entry in os.fsdecode(listed).split("\0"):
        header, _, path = entry.partition("\t")
        fields = header.split()
        if len(fields) == 4 and fields[1] == "blob" and int(fields[3]) <= _LARGEST_BYTES:
            objects[files.path_of(top / path)] = fields[2]
    texts = _objects(top, list(objects.values()))
    return {path: decode(text) for path, text in zip(objects, texts, strict=True) if text is not None}


def _top(root: Path) -> Path:
    return _top_of(root, _way_up(root))


def _top_of(root: Path, up: bytes) -> Path:
    return Path(os.path.normpath(root / os.fsdecode(up).rstrip("\n")))


def _way_up(root: Path) -> bytes:
    # The way up instead of the path of the top: the latter has its symbolic links resolved, our root need not.
    done = _git(root, *asking_git.TOP)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise HistoryError(
            f"nothing can be compared with a base here: {said[0] if said else 'this is not a git repository'}",
            at=str(root),
            next="leave --base out to judge everything",
        )
    return done.stdout


def _resolved(ref: str, top: Path, *, is_remote: bool) -> str:
    """The commit that a ref means; a branch that is only known from a remote is found there."""
    if not _REF.fullmatch(ref) or ".." in ref:
        raise HistoryError(f"{ref!r} is not a git ref", at="--base", next="name a branch, tag or commit")
    for name in asking_git.names_of(ref, is_remote=is_remote):
        done = _git(top, *asking_git.is_commit(name))
        if done.returncode == 0:
            return done.stdout.decode("ascii").strip()
    raise HistoryError(f"git knows no {ref}", at="--base", next=_fetching(ref, top))


def _fetching(ref: str, top: Path) -> str:
    """The command that brings a ref here, whole history and all: a clone of one branch fetches no other by itself."""
    if not _git(top, "remote").stdout.strip():
        return "name a branch, tag or commit of this repository"
    deepen = "--unshallow " if _is_shallow(top) else ""
    branch = ref.removeprefix("refs/remotes/").removeprefix("origin/").removeprefix("refs/heads/")
    if _COMMIT.fullmatch(ref) or not _BRANCH.fullmatch(branch):
        return f"git fetch {deepen}--tags origin  # in CI: fetch-depth: 0"
    return f"git fetch {deepen}origin {branch}:refs/remotes/origin/{branch}  # in CI: fetch-depth: 0"


def _is_shallow(top: Path) -> bool:
    return _git(top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _merge_base(commit: str, ref: str, top: Path) -> str:
    done = _git(top, *asking_git.where_they_part(commit))
    if done.returncode == 0:
        return done.stdout.decode("ascii").strip()
    if _is_shallow(top):
        raise HistoryError(
            f"this clone is shallow and doesn't reach the point where the branch left {ref}",
            at=str(top),
            next=_fetching(ref, top),
        )
    raise HistoryError(f"HEAD and {ref} have no commit in common", at=str(top), next="name another --base")


def _changes(commit: str, listed: bytes, unknown: bytes, top: Path, files: DiskFiles) -> Iterator[FileChange]:
    """Every file that differs between the commit and the working tree, and every file that git doesn't know yet."""
    found = list(_parsed(listed))
    texts = _texts_at(commit, [change.before for change in found if change.before and change.state == "changed"], top)
    for change in found:
        path = files.path_of(top / change.path)
        state = change.state
        if change.before in texts and is_same_code(path, texts[change.before], files.read(path) or ""):
            state = "reworded"
        yield FileChange(path, state, change.before)
    for name in unknown.split(b"\0"):
        if name:
            yield FileChange(files.path_of(top / os.fsdecode(name)), "added")


def _parsed(listed: bytes) -> Iterator[FileChange]:
    """`git diff --name-status -z`: a status, then a path, or two for a rename; the paths are the repository's."""
    fields = iter(os.fsdecode(listed).split("\0"))
    for status in fields:
        if not status:
            continue
        path = next(fields)
        if status[0] in "RC":
            to = next(fields)
            is_same = status == "R100"
            state: FileState = "renamed" if is_same else "changed" if status[0] == "R" else "added"
            yield FileChange(to, state, path)
        else:
            yield FileChange(path, _STATES.get(status[0], "changed"), path)


def _texts_at(commit: str, paths: list[str], top: Path) -> dict[str, str]:
    """The texts that files had at the commit, read in one go."""
    wanted = [path for path in paths if path.endswith((".py", ".sql")) and "\n" not in path]
    texts = _objects(top, [f"{commit}:{path}" for path in wanted])
    return {path: decode(text) for path, text in zip(wanted, texts, strict=True) if text is not None}


def _objects(top: Path, names: Sequence[str]) -> Iterator[bytes | None]:
    """The contents of objects by name, read in one go; None for what is not a file."""
    if not names:
        return
    answer = _checked(top, "cat-file", "--batch", stdin=os.fsencode("".join(f"{name}\n" for name in names)))
    at = 0
    for _ in names:
        end = answer.index(b"\n", at)
        header = answer[at:end].split(b" ")
        at = end + 1
        if len(header) == 3 and header[2].isdigit():
            size = int(header[2])
            yield answer[at : at + size] if header[1] == b"blob" else None
            at += size + 1
        else:
            yield None


def _checked(top: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = _git(top, *arguments, stdin=stdin)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise HistoryError(
            f"git {arguments[0]} failed: {said[-1] if said else f'exit {done.returncode}'}",
            at=str(top),
            next="run it by hand to see why, or leave --base out to judge everything",
        )
    return done.stdout


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    # Where there is no base, git isn't asked, and what asks it isn't imported.
    import subprocess

    try:
        return subprocess.run(
            [*asking_git.COMMAND, *arguments],
            cwd=folder,
            input=stdin,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, **asking_git.QUIET},
        )
    except FileNotFoundError as error:
        raise HistoryError("git is not installed", at=str(folder), next="install git, or leave --base out") from error
    except subprocess.TimeoutExpired as error:
        raise HistoryError(
            f"git {arguments[0]} took longer than {_TIMEOUT_S} s", at=str(folder), next="leave --base out"
        ) from error
