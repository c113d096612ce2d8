"""The registry as a folder of files: the same pages, without a server."""

import shutil
from importlib.resources import files
from pathlib import Path

from schemaguard.adapters.files.writing import make_folder, replace_text, writing
from schemaguard.commands.serve import Snapshot
from schemaguard.errors import UsageError
from schemaguard.report.visible import visible
from schemaguard.web import sitemap
from schemaguard.web.writers import data, html, markdown
from schemaguard.web.writers.links import file_of, links_from

MARK = ".schemaguard-site"
"""Tells a folder that was exported before, and may be emptied, from one that is somebody else's."""
_LONGEST_NAME = 240
"""Most file systems take 255 bytes."""
_ASSETS = (".css", ".js", ".svg")


def export(snapshot: Snapshot, folder: Path) -> int:
    """Write every page in its three forms; how many pages there are.

    UsageError where the folder has files of somebody else's, or where two pages would be one file.
    """
    addresses = list(dict.fromkeys(sitemap.every(snapshot)))
    _require_apart(addresses)
    with writing(folder):
        _empty(folder)
    source, environment = visible(snapshot.bench.source), visible(snapshot.environment)
    for address in addresses:
        page = sitemap.build(snapshot, address)
        forms = {
            "html": html.write(page, links_from(address), environment, snapshot.at, source),
            "json": data.write(page, snapshot.at, source),
            "md": markdown.write(page, snapshot.at, source),
        }
        for form, text in forms.items():
            path = folder / file_of(address, form)
            make_folder(path.parent)
            replace_text(path, text)
    assets = folder / "assets"
    make_folder(assets)
    with writing(assets):
        for each in (files("schemaguard.web") / "assets").iterdir():
            if each.name.endswith(_ASSETS):
                (assets / each.name).write_bytes(each.read_bytes())
    return len(addresses)


def _require_apart(addresses: list[str]) -> None:
    """UsageError where a file system that doesn't tell capitals from small letters would mix two pages up."""
    found: dict[str, str] = {}
    for address in addresses:
        other = found.setdefault(address.lower(), address)
        if other != address:
            raise UsageError(
                f"two pages would be the same file on some systems: {other} and {address}",
                next="schemaguard serve shows them; or rename one",
            )
        if any(len(part) > _LONGEST_NAME for part in address.split("/")):
            raise UsageError(f"a name is too long for a file: {address[:60]}…", next="schemaguard serve shows it")


def _empty(folder: Path) -> None:
    """Make the folder, without what was exported into it before."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", next="name a folder that isn't there yet")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UsageError(
            f"{folder} has files that weren't exported", next="name a folder that is empty, or isn't there yet"
        )
    if folder.is_dir():
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(
        "Written by schemaguard export-site, which empties this folder first.\n", encoding="utf-8"
    )
