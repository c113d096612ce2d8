"""Wheels: fetched by pip, and their texts laid out in a folder. Nothing of them is installed, imported or run."""

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

from schemaguard.errors import UsageError

_TEXTS = (".py", ".ini", ".cfg", ".toml", ".sql", ".json", ".mako")
_MOST_BYTES = 500_000_000
_LONGEST_FETCH_S = 600


def is_wheel(name: str) -> bool:
    """Whether a word names a wheel's file rather than a version."""
    return name.endswith(".whl")


def wheel_of(package: str, wanted: str, folder: Path, here: Path) -> Path:
    """The wheel that is named: a file, or a version that pip fetches into the folder.

    Raises UsageError where there is none.
    """
    if is_wheel(wanted):
        file = here / wanted
        if not file.is_file():
            raise UsageError("there is no such wheel", at=wanted, next="name a .whl file, or a version to be fetched")
        return file
    folder.mkdir(parents=True, exist_ok=True)
    words = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, "--dest", str(folder), f"{package}=={wanted}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_FETCH_S,
    )
    found = sorted(folder.glob("*.whl"))
    if done.returncode or len(found) != 1:
        said = done.stderr.strip().splitlines()
        reason = next((line.removeprefix("ERROR: ") for line in reversed(said) if line.startswith("ERROR")), "")
        raise UsageError(
            f"pip can't fetch a wheel of {package} {wanted}{f': {reason}' if reason else ''}",
            next=f"name files instead: schemaguard upgrade-check {package} OLD.whl NEW.whl",
        )
    return found[0]


def lay_out(wheel: Path, folder: Path) -> None:
    """Write the texts of a wheel into a folder, as they lie in it. Raises UsageError where it can't be read."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [one for one in archive.infolist() if one.filename.endswith(_TEXTS) and not one.is_dir()]
            if sum(one.file_size for one in members) > _MOST_BYTES:
                raise UsageError("the wheel holds more text than a history needs", at=str(wheel))
            for one in members:
                place = PurePosixPath(one.filename)
                if place.is_absolute() or ".." in place.parts:
                    raise UsageError("the wheel has a path that leads out of it", at=f"{wheel}: {one.filename}")
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise UsageError(
            f"the wheel can't be read: {error}", at=str(wheel), next="fetch it again: pip download --no-deps"
        ) from error
