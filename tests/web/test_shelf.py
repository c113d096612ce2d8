"""What pages are made from is read again in the background."""

import threading
import time
from pathlib import Path

import pytest

from schemaguard.commands import serve
from schemaguard.commands.serve import Snapshot
from schemaguard.commands.site import Site
from schemaguard.web.shelf import Shelf
from tests.web import projects


def test_nobody_waits_while_everything_is_read_again(reference_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(lambda: projects.site(reference_folder), look_s=1000.0, oldest_s=0.0)
    first = shelf.snapshot()
    may_read = threading.Event()

    def take(site: Site) -> Snapshot:
        assert may_read.wait(60)
        return serve.take(site)

    monkeypatch.setattr("schemaguard.web.shelf.take", take)

    # The first of these has it read again, which doesn't end before they have all been answered.
    assert [shelf.snapshot().at for _ in range(3)] == [first.at] * 3
    may_read.set()
    until = time.monotonic() + 60
    while shelf.snapshot().at == first.at:
        assert time.monotonic() < until
        time.sleep(0.05)
