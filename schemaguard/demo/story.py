"""The story, chapter by chapter; each looks at what really happened and fails where it isn't what was told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from rich.text import Text

from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.demo import data, model, stage
from schemaguard.demo.stage import DemoError, Stage
from schemaguard.serving import Current, Follower

ALEMBIC = "alembic -c migrations/alembic.ini"
OLD_COLUMNS = ("customer_id", "merchant_id", "amount", "channel", "occurred_at")
NEW_COLUMNS = (*OLD_COLUMNS, "entry_mode")
WITHOUT_CHANNEL = tuple(column for column in NEW_COLUMNS if column != "channel")
SCORED_ROWS = 500
_COMMIT_MS = """\
select s.detail ->> 'transaction_ms'
from schemaguard.operation o
join schemaguard.step s on s.operation = o.id and s.name = 'COMMIT'
where o.kind = 'rollback'
order by o.id desc
limit 1"""
_LEASE_S = 900.0
"""How long a server of the demo is waited for: the story is over before."""
_FILL = """\
    # What rows without a channel get if it ever has to come back:
    # schemaguard: fill transactions(channel) = case entry_mode when 'online' then 'web' else 'pos' end
"""
_DROP = '''"""Nobody needs the channel any more."""

from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
{fill}    op.drop_column("transactions", "channel")


def downgrade() -> None:
    op.execute("ALTER TABLE transactions ADD COLUMN channel text NOT NULL DEFAULT 'pos'")
    op.execute("ALTER TABLE transactions ALTER COLUMN channel DROP DEFAULT")
'''


@dataclass(slots=True)
class StorySoFar:
    """What later chapters need to know of earlier ones."""

    first: data.Transactions
    channel_digest: str = ""
    entry_modes: str = ""
    written_by_new: int = 0
    commit_ms: float = 0.0
    rollback_seconds: float = 0.0


def tell(on: Stage) -> None:
    """Tell the whole story; DemoError at the first step that doesn't come out as told."""
    began = time.monotonic()
    memory = StorySoFar(data.transactions(data.TRANSACTIONS))
    chapters: tuple[Callable[[Stage, StorySoFar], None], ...] = (
        _a_model_is_live,
        _a_pull_request_is_rejected,
        _the_expand_form_passes,
        _the_new_version_is_promoted,
        _the_column_is_retired,
        _an_incident_is_rolled_back,
        _the_pipeline_is_refused,
        _forward_again,
        _the_record_is_read,
    )
    for chapter in chapters:
        chapter(on, memory)
    _close(on, memory, time.monotonic() - began)


def _a_model_is_live(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter(
        "fraud 7 is live, and limits 2 reads what it writes",
        f"{data.TRANSACTIONS:,} transactions, an MLflow registry, models trained on their contracts' own queries",
    )
    on.run(f"{ALEMBIC} upgrade head")
    on.run("schemaguard install")
    with _connected(on) as connection:
        data.load_parties(connection)
        data.load(connection, memory.first, OLD_COLUMNS)
    model.prepare_registry(on.registry_uri, on.folder / "artifacts")
    _train_fraud(on, "7", memory.first.fraud)
    on.run("schemaguard contracts publish fraud 7")
    on.run("schemaguard promote fraud 7 --yes --reason 'first release'")
    _score_transactions(on, "7", 1)
    _train_limits(on, "2", memory.first)
    on.run("schemaguard contracts publish limits 2")
    on.run("schemaguard promote limits 2 --yes --reason 'first release'")
    _score_customers(on, "2")
    _verify_serving(on, fraud="7", limits="2")


def _a_pull_request_is_rejected(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter("a pull request drops a column that fraud 7 reads", "one line of Alembic: op.drop_column(…)")
    on.git("switch -q -c drop-channel")
    _write_drop(on, "0006", "0005", "")
    stage.commit(on, "Drop the channel")
    completed = on.run("schemaguard check --base main --window live", expect=1)
    _expect(
        "REJECTED" in completed.output and "fraud@7" in completed.output,
        "rejected before it was merged, and fraud@7 is named",
        on,
    )
    on.git("switch -q main")


def _the_expand_form_passes(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter(
        "its expand form passes",
        "add entry_mode beside channel; fraud 8 will read it, and write a reason that limits 3 will read",
    )
    on.git("switch -q -c entry-mode")
    revision = stage.REFERENCE / "migrations" / "versions" / "0006_entry_mode.py"
    (on.project / "migrations" / "versions" / revision.name).write_text(revision.read_text(encoding="utf-8"))
    stage.bring_contract(on, "fraud", "8")
    stage.bring_contract(on, "limits", "3")
    stage.commit(on, "Entry mode and reason, and what fraud 8 and limits 3 read")
    on.run("schemaguard check --base main --window live")
    on.git("switch -q main")
    on.git("merge -q entry-mode")
    on.run(f"{ALEMBIC} upgrade head")
    _expect("entry_mode" in _columns(on), "applied: transactions.entry_mode is there, and so is channel", on)


def _the_new_version_is_promoted(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter("fraud 8 and limits 3 are trained, published and promoted")
    with _connected(on) as connection:
        connection.execute(
            "update transactions set entry_mode = case when channel = 'pos' then 'chip' else 'online' end"
        )
        rows = data.transactions(SCORED_ROWS, seed=8)
        data.load(connection, rows, NEW_COLUMNS)
    _train_fraud(on, "8", [*memory.first.fraud, *rows.fraud])
    on.run("schemaguard contracts verify fraud 8")
    on.run("schemaguard contracts publish fraud 8")
    on.run("schemaguard promote fraud 8 --yes --reason 'reads the entry mode'")
    _score_transactions(on, "8", data.TRANSACTIONS + 1)
    _train_limits(on, "3", memory.first)
    on.run("schemaguard contracts publish limits 3")
    on.run("schemaguard promote limits 3 --yes --reason 'reads why fraud 8 suspects'")
    _score_customers(on, "3")
    _verify_serving(on, fraud="8", limits="3")


def _the_column_is_retired(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter(
        "fifteen days later: the window of fraud 7 is over, and the column goes",
        "the demo moves the clock of fraud 7's release by fifteen days; nothing else is pretended",
    )
    with _connected(on) as connection:
        with connection.transaction():
            connection.execute(
                "update schemaguard.release set superseded_at = superseded_at - interval '15 days', "
                "window_until = window_until - interval '15 days' where model = 'fraud' and model_version = '7'"
            )
            # What nobody writes down is what `audit verify` would find.
            connection.execute("select schemaguard.append('clock-moved', 'the demo', 'fraud', null, '{}')")
        memory.channel_digest = _digest(connection, "channel")
    _write_drop(on, "0007", "0006", _FILL)
    stage.commit(on, "Drop the channel")
    on.run("schemaguard check --base HEAD~1 --window live")
    on.run(f"{ALEMBIC} upgrade head")
    on.run("schemaguard status")
    _expect("channel" not in _columns(on), "retired: out of sight, and not a byte of it lost", on)
    with _connected(on) as connection:
        data.load(connection, data.transactions(SCORED_ROWS, seed=9), WITHOUT_CHANNEL)
        memory.entry_modes = _digest(connection, "entry_mode")
    memory.written_by_new = _score_transactions(on, "8", data.TRANSACTIONS + SCORED_ROWS + 1)


def _an_incident_is_rolled_back(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter(
        "02:00, an incident: fraud 8 lets fraud through",
        "one command takes both models and the schema back together; the plan counts rows before anything is done",
    )
    refused = on.run("schemaguard rollback fraud --if-epoch 2 --yes --reason 'false negatives tripled'", expect=4)
    _expect("limits@3" in refused.output, "limits 3 reads what fraud 7 doesn't write: it has to come along", on)
    planned = on.run("schemaguard rollback fraud --with-dependents --dry-run --reason 'false negatives tripled'")
    _expect(
        f"{SCORED_ROWS} rows without a value" in planned.output,
        f"counted: {SCORED_ROWS} rows were written without a channel, and the revision says what they get",
        on,
    )
    began = time.monotonic()
    on.run("schemaguard rollback fraud --with-dependents --if-epoch 2 --yes --reason 'false negatives tripled'")
    memory.rollback_seconds = time.monotonic() - began
    with _connected(on) as connection:
        memory.commit_ms = _commit_ms(connection)
        _expect(_digest(connection, "channel") == memory.channel_digest, "transactions.channel is back", on)
        filled = connection.execute(
            "select count(*) from transactions where id > %s "
            "and channel = case entry_mode when 'online' then 'web' else 'pos' end",
            (data.TRANSACTIONS + SCORED_ROWS,),
        ).fetchone()
        _expect(filled == (SCORED_ROWS,), f"with every value, and the {SCORED_ROWS} rows without one got theirs", on)
        rows = connection.execute("select count(*) from transactions").fetchone()
        _expect(
            rows == (data.TRANSACTIONS + 2 * SCORED_ROWS,),
            f"all {data.TRANSACTIONS + 2 * SCORED_ROWS:,} rows are there",
            on,
        )
        written = connection.execute("select count(*) from predictions where model_version = '8'").fetchone()
        _expect(
            written == (memory.written_by_new,),
            f"the {memory.written_by_new:,} predictions of fraud 8 are still there",
            on,
        )
    _score_transactions(on, "7", SCORED_ROWS + 1)
    _score_customers(on, "2")
    _verify_serving(on, fraud="7", limits="2")


def _the_pipeline_is_refused(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter(
        "the deploy pipeline runs a plain `alembic upgrade head`",
        "re-applying what was just undone would break fraud 7",
    )
    completed = on.run(f"{ALEMBIC} upgrade head", expect=None)
    _expect(completed.exit_code != 0 and "held" in completed.output, "refused, with the way forward", on)
    _expect("channel" in _columns(on), "and nothing was changed", on)
    reconciled = on.run("schemaguard reconcile")
    _expect("owed" not in reconciled.output, "the channel is NOT NULL again, as it was", on)
    _expect("entry_mode" not in _columns(on), "every server has switched: what only fraud 8 reads is out of sight", on)


def _forward_again(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter("a false alarm: forward again, both models in one operation, with the data")
    on.run("schemaguard promote fraud 8 --also limits=3 --yes --reason 'the labels were late'")
    with _connected(on) as connection:
        _expect(
            _digest(connection, "entry_mode") == memory.entry_modes,
            "transactions.entry_mode is back with every value",
            on,
        )
    _score_customers(on, "3")
    _verify_serving(on, fraud="8", limits="3")
    on.run("schemaguard status")


def _the_record_is_read(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter("who reads what, and who did what when")
    on.run("schemaguard contracts list")
    on.run("schemaguard audit log --limit 5")
    on.run("schemaguard audit verify")


def _close(on: Stage, memory: StorySoFar, seconds: float) -> None:
    words = Text.assemble(
        "The switch was one transaction of ",
        (f"{memory.commit_ms:.1f} ms", "bold green"),
        f"; the whole rollback took {memory.rollback_seconds:.1f} s with the start of the program. No row was lost. ",
        (f"The story took {seconds:.0f} s.", "dim"),
    )
    on.screen.closing(words)


def _train_fraud(on: Stage, version: str, fraud: Any) -> None:
    with _connected(on) as connection:
        frame = model.read_features(connection, "public", f"{_query(on, 'fraud', version)}\norder by t.id")
    fitted, area = model.train_fraud(frame, fraud)
    model.register("fraud", version, fitted, frame.drop(columns=["id"]), on.registry_uri)
    _expect(
        area > 0.6, f"fraud {version} trained on {len(frame):,} rows (AUC {area:.2f}) and logged with its signature", on
    )


def _train_limits(on: Stage, version: str, rows: data.Transactions) -> None:
    with _connected(on) as connection:
        frame = model.read_features(connection, "public", f"{_query(on, 'limits', version)}\norder by t.customer_id")
    fitted = model.train_limits(frame, data.honest_limits(rows))
    model.register("limits", version, fitted, frame.drop(columns=["customer_id"]), on.registry_uri)
    on.screen.verified(f"limits {version} trained on {len(frame):,} customers, by what fraud says of them")


def _score_transactions(on: Stage, version: str, first: int) -> int:
    """Score rows from id `first` on through what serves; how many predictions of the version there are then."""
    query = f"{_query(on, 'fraud', version)}\nwhere t.id >= {first} order by t.id limit {SCORED_ROWS}"
    with Follower(on.database_url, "fraud", "fraud-scorer") as server, _connected(on) as connection:
        serving = _served(server, version)
        frame = model.read_features(connection, serving.view_schema, query)
        rows = model.score_fraud(on.registry_uri, version, frame)
        model.write_scores(connection, serving.view_schema, "fraud", version, rows)
        written = connection.execute("select count(*) from predictions where model_version = %s", (version,)).fetchone()
        connection.commit()
        server.acknowledge(serving.epoch, _LEASE_S)
    on.screen.verified(
        f"fraud {version} scored {len(frame):,} transactions through {serving.view_schema} and wrote its predictions"
    )
    return int(written[0]) if written else 0


def _score_customers(on: Stage, version: str) -> None:
    """Say how much each customer may spend, through what serves."""
    with Follower(on.database_url, "limits", "limits-scorer") as server, _connected(on) as connection:
        serving = _served(server, version)
        frame = model.read_features(connection, serving.view_schema, _query(on, "limits", version))
        rows = model.score_limits(on.registry_uri, version, frame)
        model.write_scores(connection, serving.view_schema, "limits", version, rows)
        connection.commit()
        server.acknowledge(serving.epoch, _LEASE_S)
    on.screen.verified(f"limits {version} read what fraud wrote, and set the limits of {len(rows):,} customers")


def _served(server: Follower, version: str) -> Current:
    serving = server.current()
    _expect(serving.version == version, f"{server.model} {version} is what a server is told to serve")
    return serving


def _query(on: Stage, name: str, version: str) -> str:
    return (on.project / "contracts" / name / f"{name}-{version}.sql").read_text(encoding="utf-8")


def _verify_serving(on: Stage, **versions: str) -> None:
    """Whether pointer, registry alias and contract views agree, a version a model."""
    with _connected(on) as connection:
        rows = connection.execute("select model, active, epoch from schemaguard.pointer order by model").fetchall()
    registry = MlflowRegistry(on.registry_uri)
    aliases = {name: registry.alias(name, "champion") for name in versions}
    serving = ", ".join(f"{name} {active} (epoch {epoch})" for name, active, epoch in rows)
    _expect(
        {name: active for name, active, _ in rows} == versions == aliases,
        f"pointers, MLflow aliases and contract views agree: {serving}",
        on,
    )


def _write_drop(on: Stage, revision: str, down: str, fill: str) -> None:
    file = on.project / "migrations" / "versions" / f"{revision}_drop_channel.py"
    file.write_text(_DROP.format(revision=revision, down=down, fill=fill), encoding="utf-8")


def _connected(on: Stage) -> psycopg.Connection:
    return psycopg.connect(on.database_url)


def _columns(on: Stage) -> frozenset[str]:
    with _connected(on) as connection:
        rows = connection.execute(
            "select column_name from information_schema.columns "
            "where table_schema = 'public' and table_name = 'transactions'"
        )
        return frozenset(row[0] for row in rows)


def _digest(connection: psycopg.Connection, column: str) -> str:
    """A digest of a column's values in every transaction that was there before the channel was retired."""
    query = sql.SQL("select md5(string_agg(id || coalesce({}, '-'), ',' order by id)) from transactions where id <= %s")
    found = connection.execute(query.format(sql.Identifier(column)), (data.TRANSACTIONS + SCORED_ROWS,)).fetchone()
    return str(found[0]) if found else ""


def _commit_ms(connection: psycopg.Connection) -> float:
    """How long the transaction lasted that switched the pointer back, as the journal has it."""
    found = connection.execute(_COMMIT_MS.encode()).fetchone()
    if found is None or found[0] is None:
        raise DemoError("the journal doesn't say how long the rollback's transaction lasted")
    return float(found[0])


def _expect(holds: bool, what: str, on: Stage | None = None) -> None:
    if not holds:
        raise DemoError(f"not as told: {what}")
    if on is not None:
        on.screen.verified(what)
