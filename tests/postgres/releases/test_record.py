"""What a model's record tells afterwards: its switches, its alias, what served when; and how it is frozen."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event

import psycopg
import pytest
from rich.console import Console

from schemaguard.adapters.files.data_versions import read_data_versions
from schemaguard.commands.at import at
from schemaguard.commands.freeze import freeze
from schemaguard.commands.history import history
from schemaguard.commands.rollback import plan_rollback, rollback
from schemaguard.commands.thaw import thaw
from schemaguard.errors import RefusedError, UsageError
from schemaguard.releases.release import Intent
from schemaguard.report.at import past_json, show_past
from schemaguard.report.history import history_json, show_history
from tests.conftest import fresh
from tests.postgres.releases.shop import Shop, incident

# One story, told in order.
pytestmark = pytest.mark.xdist_group("a model's record")


@pytest.fixture(scope="module")
def shop(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with fresh(server) as url:
        made = Shop(url, tmp_path_factory.mktemp("shop"))
        incident(made)
        yield made


def test_a_frozen_model_is_not_promoted_and_it_is_said_by_whom_and_why(shop: Shop) -> None:
    until = datetime.now(UTC) + timedelta(days=2)
    with shop.site() as site:
        freeze(site, "fraud", "the regulator looks on", until)
    said = f"fraud is frozen by grace until {until:%Y-%m-%d %H:%M} UTC: the regulator looks on"
    with pytest.raises(RefusedError) as refused:
        shop.promote("7")
    assert refused.value.what == said
    assert refused.value.next == "schemaguard thaw fraud --reason WHY"
    # The server itself refuses it, whoever asks and however.
    with psycopg.connect(shop.url) as connection:
        connection.execute("set session_replication_role = replica")
        with pytest.raises(psycopg.Error) as vetoed:
            connection.execute("update schemaguard.pointer set epoch = epoch + 1, active = '7'")
    assert vetoed.value.sqlstate == "SG030"
    assert said in str(vetoed.value)
    # Going back is always possible: neither the plan nor the server refuses it.
    with psycopg.connect(shop.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into schemaguard.operation "
            "(kind, model, from_version, to_version, expected_epoch, plan, plan_hash, "
            "actor, reason) values ('rollback', 'fraud', '8', '7', 2, '{}', '', 'ada', 'back')"
        )
        connection.execute("update schemaguard.pointer set epoch = epoch + 1, active = '7'")
        connection.rollback()
    with shop.site() as site:
        assert plan_rollback(site, "fraud", Intent("ada", "back")).plan.lead.to_version == "7"
        thaw(site, "fraud", "they have left")
        with pytest.raises(UsageError, match="is not frozen"):
            thaw(site, "fraud", "again")
        with pytest.raises(UsageError, match="is past"):
            freeze(site, "fraud", "x", datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(UsageError, match="no model 'churn'"):
            freeze(site, "churn", "x")


def test_a_freeze_ends_by_itself(shop: Shop) -> None:
    with psycopg.connect(shop.url) as connection:
        connection.execute("update schemaguard.pointer set frozen = true, frozen_until = now() - interval '1 s'")
        moved = connection.execute("update schemaguard.pointer set epoch = epoch + 1")
        assert moved.rowcount == 1
        connection.rollback()


def test_a_registry_that_hangs_never_holds_a_rollback_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Event()
    monkeypatch.setattr(shop.registry, "has_version", lambda *_: answers.wait(60))
    noticed = datetime.now(UTC) - timedelta(minutes=5)
    with shop.site() as site:
        done = rollback(site, "fraud", Intent("ada", "false negatives tripled", "recall", noticed), finish=True)
    assert not answers.is_set()
    assert done.warning is not None
    assert "hasn't answered within 0.2 s" in done.warning
    assert shop.pointer()[0] == "7"
    answers.set()


def test_history_tells_who_when_why_from_what_to_what_and_the_alias_too(shop: Shop) -> None:
    with shop.site() as site:
        told = history(site, "fraud")
        assert history(site, "fraud", 2) == told[-2:]
    assert [(each.what, each.before, each.after) for each in told] == [
        ("promoted", None, "7"), ("alias moved", None, "7"), ("promoted", "7", "8"), ("alias moved", "7", "8"),
        ("frozen", None, None), ("thawed", None, None), ("rolled back", "8", "7"), ("alias moved", "8", "7"),
    ]  # fmt: skip
    back = told[-2]
    assert (back.actor, back.reason, back.metric) == ("ada", "false negatives tripled", "recall")
    assert back.recovery is not None
    assert back.recovery > timedelta(minutes=5)
    console = Console(width=80, record=True, file=StringIO())
    show_history(told, console)
    shown = console.export_text()
    assert re.search(r"rolled back      8 → 7  by ada  operation \d", shown)
    assert "5 min before it was over" in shown
    assert json.loads(json.dumps(history_json(told)))["happenings"][-2]["recovery_seconds"] > 300


def test_at_tells_what_served_on_which_schema(shop: Shop) -> None:
    ((eight_since,),) = shop.ask("select at from schemaguard.ledger where event = 'pointer-switched' and operation = 2")
    with shop.site() as site:
        found = at(site, eight_since + timedelta(microseconds=1), "fraud")
        assert (found.version, found.epoch, found.revisions, found.reason) == (
            "8", 2, ("0006",), "false negatives tripled",
        )  # fmt: skip
        now = at(site, datetime.now(UTC), "fraud")
        assert (now.version, now.epoch, now.revisions) == ("7", 3, tuple(shop.heads()))
        with pytest.raises(UsageError, match="no version of fraud served at"):
            at(site, datetime(2020, 1, 1, tzinfo=UTC), "fraud")
        with pytest.raises(UsageError, match="still to come"):
            at(site, datetime(2200, 1, 1, tzinfo=UTC), "fraud")
    assert past_json(found)["contract"]["file"] == "contracts/fraud/8.odcs.yaml"
    console = Console(width=80, record=True, file=StringIO())
    show_past(found, console)
    assert console.export_text().startswith("fraud 8  epoch 2\n  since")


def test_the_data_version_is_the_digest_of_a_dvc_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv.dvc").write_text(
        "outs:\n- md5: a304afb96060aad90176268345e10355\n  path: train.csv\n"
    )
    (tmp_path / "x.dvc").write_text("outs: {")
    (tmp_path / "y.dvc").write_text("- 1\n")
    assert read_data_versions(tmp_path) == {"data/train.csv.dvc": "md5:a304afb96060aad90176268345e10355"}
