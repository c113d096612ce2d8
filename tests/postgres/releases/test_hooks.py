"""Hooks are owed with the switch, called after it, and tried again until they answer."""

import json
import sys
import time
from pathlib import Path
from threading import Thread

from schemaguard.commands.reconcile import reconcile
from schemaguard.config import Hook
from tests.postgres.releases.pair import Pair
from tests.postgres.releases.shop import INTENT


def test_both_models_of_a_rollback_are_told_of_once_each_and_a_hook_that_fails_holds_nothing_up(
    two: Pair, tmp_path: Path
) -> None:
    log, key = tmp_path / "log", tmp_path / "open"
    code = (
        "import pathlib, sys; "
        f"pathlib.Path({str(key)!r}).exists() or sys.exit(3); "
        f"open({str(log)!r}, 'a').write(sys.stdin.read() + chr(10))"
    )  # fmt: skip
    hook = Hook("chat", command=(sys.executable, "-c", code))
    made = two.site

    def site() -> object:
        opened = made()
        opened.__dict__["hooks"] = (hook,)
        return opened

    two.site = site  # type: ignore[method-assign,assignment]  # with a hook
    done = two.back()
    assert done.warning == "the hook chat left with 3"
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]
    assert two.ask("select state from schemaguard.operation order by id desc limit 1") == [("done",)]
    owed = "select model, attempts, last_error from schemaguard.outbox where delivered_at is null order by id"
    # Its second call waits for its first.
    assert two.ask(owed) == [("fraud", 1, "the hook chat left with 3"), ("limits", 0, None)]
    with made() as opened:
        # Where nobody knows of the hook it stays owed.
        assert reconcile(opened).failed == ("no hook chat is configured here, and it is owed a call",)
    key.touch()
    with two.site() as opened:
        assert len(reconcile(opened).called) == 2
        assert reconcile(opened).called == ()
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["model"], each["from"], each["to"], each["epoch"]) for each in told] == [
        ("fraud", "8", "7", 3),
        ("limits", "3", "2", 3),
    ]
    assert {each["reason"] for each in told} == {INTENT.reason}
    assert two.ask("select model from schemaguard.ledger where event = 'hook-called' order by 1") == [
        ("fraud",),
        ("limits",),
    ]


def test_nobody_waits_for_somebody_else_s_hook_before_going_on(two: Pair, tmp_path: Path) -> None:
    called, gate = tmp_path / "called", tmp_path / "gate"
    code = (
        "import pathlib, time\n"
        f"pathlib.Path({str(called)!r}).touch()\n"
        f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    )  # fmt: skip
    opened = two.site()
    opened.__dict__["hooks"] = (Hook("chat", command=(sys.executable, "-c", code), timeout=60),)
    made = two.site
    two.site = lambda: opened  # type: ignore[method-assign]  # with a hook
    hanging = Thread(target=two.back)
    hanging.start()
    try:
        while hanging.is_alive() and not called.exists():
            time.sleep(0.02)
        with made() as other:
            other.database.lock()
    finally:
        gate.touch()
        hanging.join()
    assert two.ask("select count(*) from schemaguard.outbox where delivered_at is null") == [(0,)]
