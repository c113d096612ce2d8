"""The story, chapter by chapter; each looks at what really happened and fails where it isn't what was told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from rich.text import Text

from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.demo import data, model, stage
from schemaguard.demo.stage import DemoError, Stage

ALEMBIC = "alembic -c migrations/alembic.ini"
OLD_COLUMNS = ("customer_id", "merchant_id", "amount", "channel", "occurred_at")
NEW_COLUMNS = (*OLD_COLUMNS, "entry_mode")
WITHOUT_CHANNEL = tuple(column for column in NEW_COLUMNS if column != "channel")
SCORED_ROWS = 500
_VIEW_SCHEMA = """\
select c.view_schema
from schemaguard.release r
join schemaguard.contract c on c.digest = r.contract
where r.model = 'fraud' and r.model_version = %s"""
_COMMIT_MS = """\
select s.detail ->> 'transaction_ms'
from schemaguard.operation o
join schemaguard.step s on s.operation = o.id and s.name = 'COMMIT'
where o.kind = 'rollback'
order by o.id desc
limit 1"""
_DROP = '''"""Nobody needs the channel any more."""

from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.drop_column("transactions", "channel")


def downgrade() -> None:
    op.execute("ALTER TABLE transactions ADD COLUMN channel text NOT NULL DEFAULT 'pos'")
'''


@dataclass(slots=True)
class StorySoFar:
    """What later chapters need to know of earlier ones."""

    first: data.Transactions
    channel_digest: str = ""
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
        _the_record_is_read,
    )
    for chapter in chapters:
        chapter(on, memory)
    _close(on, memory, time.monotonic() - began)


def _a_model_is_live(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter(
        "fraud 7 is live",
        f"{data.TRANSACTIONS:,} transactions, an MLflow registry, a model trained on its contract's own query",
    )
    on.run(f"{ALEMBIC} upgrade head")
    on.run("schemaguard install")
    with _connected(on) as connection:
        data.load_parties(connection)
        data.load(connection, memory.first, OLD_COLUMNS)
    model.prepare_registry(on.registry_uri, on.folder / "artifacts")
    _train(on, "7", memory.first.fraud)
    on.run("schemaguard contracts publish fraud 7")
    on.run("schemaguard promote fraud 7 --yes --reason 'first release'")
    _serve(on, "7", 1)
    _verify_serving(on, "7")


def _a_pull_request_is_rejected(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter("a pull request drops a column that fraud 7 reads", "one line of Alembic: op.drop_column(…)")
    on.git("switch -q -c drop-channel")
    _write_drop(on, "0006", "0005")
    stage.commit(on, "Drop the channel")
    completed = on.run("schemaguard check --base main --window live", expect=1)
    _expect(
        "REJECTED" in completed.output and "fraud@7" in completed.output,
        "rejected before it was merged, and fraud@7 is named",
        on,
    )
    on.git("switch -q main")


def _the_expand_form_passes(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter("its expand form passes", "add entry_mode beside channel; fraud 8 will read the new column")
    on.git("switch -q -c entry-mode")
    revision = stage.REFERENCE / "migrations" / "versions" / "0006_entry_mode.py"
    (on.project / "migrations" / "versions" / revision.name).write_text(revision.read_text(encoding="utf-8"))
    stage.bring_contract(on, "8")
    stage.commit(on, "Entry mode, and what fraud 8 reads")
    on.run("schemaguard check --base main --window live")
    on.git("switch -q main")
    on.git("merge -q entry-mode")
    on.run(f"{ALEMBIC} upgrade head")
    _expect("entry_mode" in _columns(on), "applied: transactions.entry_mode is there, and so is channel", on)


def _the_new_version_is_promoted(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter("fraud 8 is trained, published and promoted")
    with _connected(on) as connection:
        connection.execute(
            "update transactions set entry_mode = case when channel = 'pos' then 'chip' else 'online' end"
        )
        rows = data.transactions(SCORED_ROWS, seed=8)
        data.load(connection, rows, NEW_COLUMNS)
    _train(on, "8", [*memory.first.fraud, *rows.fraud])
    on.run("schemaguard contracts verify fraud 8")
    on.run("schemaguard contracts publish fraud 8")
    on.run("schemaguard promote fraud 8 --yes --reason 'reads the entry mode'")
    _serve(on, "8", data.TRANSACTIONS + 1)
    _verify_serving(on, "8")


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
        memory.channel_digest = _digest(connection)
    _write_drop(on, "0007", "0006")
    stage.commit(on, "Drop the channel")
    on.run("schemaguard check --base HEAD~1 --window live")
    on.run(f"{ALEMBIC} upgrade head")
    on.run("schemaguard status")
    _expect("channel" not in _columns(on), "retired: out of sight, and not a byte of it lost", on)
    with _connected(on) as connection:
        data.load(connection, data.transactions(SCORED_ROWS, seed=9), WITHOUT_CHANNEL)
    memory.written_by_new = _serve(on, "8", data.TRANSACTIONS + SCORED_ROWS + 1)


def _an_incident_is_rolled_back(on: Stage, memory: StorySoFar) -> None:
    on.screen.chapter(
        "02:00, an incident: fraud 8 lets fraud through", "one command takes model and schema back together"
    )
    on.run("schemaguard rollback fraud --dry-run --reason 'false negatives tripled'")
    began = time.monotonic()
    on.run("schemaguard rollback fraud --if-epoch 2 --yes --reason 'false negatives tripled'")
    memory.rollback_seconds = time.monotonic() - began
    with _connected(on) as connection:
        memory.commit_ms = _commit_ms(connection)
        _expect(_digest(connection) == memory.channel_digest, "transactions.channel is back with every value", on)
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
    _serve(on, "7", SCORED_ROWS + 1)
    _verify_serving(on, "7")


def _the_pipeline_is_refused(on: Stage, _: StorySoFar) -> None:
    on.screen.chapter(
        "the deploy pipeline runs a plain `alembic upgrade head`",
        "re-applying what was just undone would break fraud 7",
    )
    completed = on.run(f"{ALEMBIC} upgrade head", expect=None)
    _expect(completed.exit_code != 0 and "held" in completed.output, "refused, with the way forward", on)
    _expect("channel" in _columns(on), "and nothing was changed", on)
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


def _train(on: Stage, version: str, fraud: Any) -> None:
    with _connected(on) as connection:
        frame = model.read_features(connection, "public", f"{_query(on, version)}\norder by t.id")
    pipeline, area = model.train(frame, fraud)
    model.register(pipeline, frame, on.registry_uri, version)
    _expect(
        area > 0.6, f"fraud {version} trained on {len(frame):,} rows (AUC {area:.2f}) and logged with its signature", on
    )


def _serve(on: Stage, version: str, first: int) -> int:
    """Score rows from id `first` on through the version's contract views; how many predictions of it there are then."""
    with _connected(on) as connection:
        found = connection.execute(_VIEW_SCHEMA, (version,)).fetchone()
        if found is None:
            raise DemoError(f"fraud {version} has no contract views")
        schema = str(found[0])
        rows = f"{_query(on, version)}\nwhere t.id >= {first} order by t.id limit {SCORED_ROWS}"
        frame = model.read_features(connection, schema, rows)
        model.write_predictions(connection, schema, model.score(on.registry_uri, version, frame))
        written = connection.execute("select count(*) from predictions where model_version = %s", (version,)).fetchone()
    on.screen.verified(f"fraud {version} scored {len(frame):,} transactions through {schema} and wrote its predictions")
    return int(written[0]) if written else 0


def _query(on: Stage, version: str) -> str:
    return (on.project / "contracts" / "fraud" / f"fraud-{version}.sql").read_text(encoding="utf-8")


def _verify_serving(on: Stage, version: str) -> None:
    with _connected(on) as connection:
        pointer = connection.execute("select active, epoch from schemaguard.pointer where model = 'fraud'").fetchone()
    alias = MlflowRegistry(on.registry_uri).alias("fraud", "champion")
    _expect(
        pointer is not None and pointer[0] == version and alias == version,
        f"the pointer (epoch {pointer[1] if pointer else '?'}), the MLflow alias and the contract views say {version}",
        on,
    )


def _write_drop(on: Stage, revision: str, down: str) -> None:
    file = on.project / "migrations" / "versions" / f"{revision}_drop_channel.py"
    file.write_text(_DROP.format(revision=revision, down=down), encoding="utf-8")


def _connected(on: Stage) -> psycopg.Connection:
    return psycopg.connect(on.database_url)


def _columns(on: Stage) -> frozenset[str]:
    with _connected(on) as connection:
        rows = connection.execute(
            "select column_name from information_schema.columns "
            "where table_schema = 'public' and table_name = 'transactions'"
        )
        return frozenset(row[0] for row in rows)


def _digest(connection: psycopg.Connection) -> str:
    """A digest of every channel that was there before the column was retired."""
    found = connection.execute(
        "select md5(string_agg(id || channel, ',' order by id)) from transactions where id <= %s",
        (data.TRANSACTIONS + SCORED_ROWS,),
    ).fetchone()
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
