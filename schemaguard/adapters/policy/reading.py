"""The policy that the settings name: the one that is shipped, or a folder or file of Rego with its tests."""

from pathlib import Path

from schemaguard.policies.policy import SHIPPED, PolicyError, PolicyFile, RegoPolicy, shipped_policy, shipped_tests

_LARGEST_BYTES = 1_000_000


def read_policy(root: Path, setting: str) -> RegoPolicy:
    """The policy of a setting, which is relative to `root`. PolicyError where there is none, or it can't be read."""
    if setting == SHIPPED:
        return shipped_policy()
    found = _found(root, setting, "*.rego")
    if not found:
        raise PolicyError("there is no policy", at=setting, next="schemaguard policy show default prints one")
    return RegoPolicy(tuple(_read(root, path) for path in found))


def read_policy_tests(root: Path, setting: str) -> tuple[PolicyFile, ...]:
    """The files of tests beside a policy. PolicyError where one can't be read."""
    if setting == SHIPPED:
        return (shipped_tests(),)
    folder = root / setting
    where = setting if folder.is_dir() else str(Path(setting).parent)
    return tuple(_read(root, path) for path in _found(root, where, "*.test.yaml"))


def _found(root: Path, setting: str, pattern: str) -> list[Path]:
    path = root / setting
    return sorted(path.glob(pattern)) if path.is_dir() else [path] if path.is_file() else []


def _read(root: Path, path: Path) -> PolicyFile:
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST_BYTES:
            raise PolicyError(f"the file has more than {_LARGEST_BYTES:,} bytes", at=shown, next="leave data out of it")
        return PolicyFile(shown, data.decode())
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8"
        raise PolicyError(f"cannot read the file: {reason}", at=shown, next="check the path") from error
