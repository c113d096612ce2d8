"""The few questions that a comparison with a base puts to git, and how to put them without importing `subprocess`."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The repository is under review: no hook, pager, external diff or file monitor that it configures may run.
COMMAND = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
QUIET: "Mapping[str, str]" = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_EXTERNAL_DIFF": "",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
TOP = ("rev-parse", "--show-cdup")
UNKNOWN_FILES = ("ls-files", "--others", "--exclude-standard", "-z")


def is_commit(name: str) -> tuple[str, ...]:
    """The question which commit a name means."""
    return "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"


def names_of(ref: str, *, is_remote: bool) -> tuple[str, ...]:
    """The names that a ref is looked for under, in turn."""
    names = (ref, f"refs/remotes/origin/{ref}")
    return names[::-1] if is_remote else names


def where_they_part(commit: str) -> tuple[str, ...]:
    """The question for the point where our branch left a commit's."""
    return "merge-base", commit, "HEAD"


def what_differs(commit: str) -> tuple[str, ...]:
    """The question which files differ from a commit's, the working tree included."""
    return "diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--no-textconv", commit, "--"


def of_comparison(root: str, ref: str, *, is_remote: bool) -> "Iterator[str]":
    """The parts of a comparison with a base, as `DiskFiles.comparisons` has them; fewer where git has no answer."""
    yield from (ref, str(is_remote))
    up = _asked(root, TOP)
    if up is None:
        return
    top = os.path.normpath(os.path.join(root, os.fsdecode(up).rstrip("\n")))  # noqa: PTH118 - see `watching`
    commit = next(filter(None, (_asked(top, is_commit(name)) for name in names_of(ref, is_remote=is_remote))), None)
    base = _asked(top, where_they_part(commit.decode("ascii").strip())) if commit else None
    if base is None:
        return
    yield from answers(up, base, _asked(top, what_differs(base.decode("ascii").strip())), _asked(top, UNKNOWN_FILES))


def answers(*said: bytes | None) -> "Iterator[str]":
    """What git said, as texts."""
    return (os.fsdecode(one) if one is not None else "" for one in said)


def _asked(folder: str, question: tuple[str, ...]) -> bytes | None:
    """What git prints, None where it fails."""
    ours, its = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, its, 1),
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    words = [COMMAND[0], "-C", folder, *COMMAND[1:], *question]
    try:
        process = os.posix_spawnp("git", words, {**os.environ, **QUIET}, file_actions=actions)
    except OSError:
        os.close(ours)
        return None
    finally:
        os.close(its)
    with open(ours, "rb") as answer:  # noqa: PTH123 - an open pipe has no path
        said = answer.read()
    return said if os.waitpid(process, 0)[1] == 0 else None
