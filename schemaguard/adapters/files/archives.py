"""Archives of texts: the same texts give the same bytes, and what is read back is bounded."""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from schemaguard.adapters.files.writing import replace_bytes
from schemaguard.errors import UsageError

_WHEN = (1980, 1, 1, 0, 0, 0)
_MOST_FILES = 2_000
_MOST_BYTES = 1 << 30
_FULL = 9


def write_archive(file: Path, texts: Mapping[str, str]) -> None:
    """Write texts by their names, in the order of these, without a time."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=_FULL) as archive:
        for name, text in sorted(texts.items()):
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, text.encode())
    replace_bytes(file, made.getvalue())


def read_archive(file: Path) -> dict[str, str]:
    """The texts by their names; nothing is written anywhere.

    UsageError where it is no archive of texts, has a name twice, or is larger than such a file is.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = [each.filename for each in infos]
            if len(set(names)) != len(names):
                raise _not_one(file, "a name is there twice")
            if len(infos) > _MOST_FILES or sum(each.file_size for each in infos) > _MOST_BYTES:
                raise _not_one(file, "it is larger than such an archive is")
            return {each.filename: archive.read(each).decode() for each in infos}
    except OSError as error:
        raise UsageError(f"cannot read the file: {error.strerror}", at=str(file), next="check the path") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _not_one(file, str(error)) from error


def _not_one(file: Path, why: str) -> UsageError:
    return UsageError(
        f"it is not an archive of evidence: {why}", at=str(file), next="schemaguard evidence export writes one"
    )
