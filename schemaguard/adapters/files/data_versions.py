"""Which data a model was made from, as far as DVC files in the project say.

See https://dvc.org/doc/user-guide/project-structure/dvc-files.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_FOLDERS = (".", "data", "datasets")
_MOST_BYTES = 100_000


def read_data_versions(root: Path, besides: Iterable[Path] = ()) -> Mapping[str, str]:
    """DVC file (relative to `root`) → digests of what it stands for, of the usual folders and of those named besides.

    What isn't a DVC file says nothing.
    """
    folders = [*(root / each for each in _FOLDERS), *besides]
    found: dict[str, str] = {}
    for file in sorted({file.resolve() for folder in folders if folder.is_dir() for file in folder.glob("*.dvc")}):
        digests = ", ".join(_digests(file))
        if digests:
            found[str(file.relative_to(root.resolve())) if file.is_relative_to(root.resolve()) else file.name] = digests
    return found


def _digests(file: Path) -> Iterator[str]:
    import yaml  # Few folders have such a file.

    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return
        document: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    outs = document.get("outs") if isinstance(document, dict) else None
    for out in outs if isinstance(outs, list) else ():
        if isinstance(out, dict):
            for kind in ("md5", "etag", "checksum"):
                if isinstance(out.get(kind), str):
                    yield f"{kind}:{out[kind]}"
